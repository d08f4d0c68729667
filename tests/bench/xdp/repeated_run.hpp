// SPDX-License-Identifier: Apache-2.0
// Nanoseconds per packet of one XDP program in BPF_PROG_TEST_RUN, without what it costs to make the packet
// fresh for every round (repeat.bpf.c). Needs root. CPU time of this thread, so that who else runs does not
// count.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/support/result.hpp"
#include "repeat.skel.h"

namespace suanlu::bench {

struct RepeatedPacket {
    std::vector<std::uint8_t> frame;
    /// Power of two.
    std::uint32_t flows = 1;
    /// Every packet starts a flow of its own, beyond `flows`.
    bool is_new_each_time = false;
    /// Bytes that the program puts in front.
    std::uint32_t outer = 0;
    std::uint32_t ingress = 1;
};

class RepeatedRun {
public:
    static Result<RepeatedRun> open();

    /// Net ns per packet; a packet that is not redirected is an error.
    Result<double> measure(int program, const RepeatedPacket& packet, std::uint32_t rounds);

private:
    struct Closer {
        void operator()(repeat_bpf* skeleton) const { repeat_bpf::destroy(skeleton); }
    };
    Result<double> run(int program, const RepeatedPacket& packet, std::uint32_t rounds);

    std::unique_ptr<repeat_bpf, Closer> skeleton_;
    std::uint32_t turn_ = 0;
};

} // namespace suanlu::bench
