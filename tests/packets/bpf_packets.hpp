// SPDX-License-Identifier: Apache-2.0
// One eBPF object of the core in the kernel, its tables prepared for the rows, run by BPF_PROG_TEST_RUN.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/xdp/map_store.hpp"
#include "tests/packets/cases.hpp"

namespace suanlu::packets {

/// `Skeleton` is what bpftool makes of the object.
template <class Skeleton>
class BpfPackets : public testing::Test {
protected:
    void SetUp() override {
        libbpf_set_print(nullptr);
        skeleton.reset(Skeleton::open_and_load());
        if (!skeleton && (geteuid() != 0 || errno == EPERM)) {
            GTEST_SKIP() << "needs root and eBPF";
        }
        ASSERT_TRUE(skeleton);
        auto opened = MapStore::open(maps_of(skeleton->obj));
        ASSERT_TRUE(opened) << opened.error().text();
        store = std::move(*opened);
        tables = std::make_unique<SteerTables>(*store, address("fc00:0:1::1"));
        ASSERT_TRUE(prepare(*tables, SteadyClock().now()));
        ASSERT_TRUE(write_sid_rows(*store, case_sids()));
    }

    [[nodiscard]] int program(PacketRole role) const {
        const auto& programs = skeleton->progs;
        return bpf_program__fd(role == PacketRole::kExternal ? programs.suanlu_external
                               : role == PacketRole::kSite   ? programs.suanlu_site
                                                             : programs.suanlu_core);
    }

    /// What the program returned, and the frame behind it; none: the kernel takes no such frame.
    std::optional<std::pair<std::uint32_t, Frame>> test_run(const Frame& frame, PacketRole role) const {
        Frame out(frame.size() + 256);
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = out.data(),
                    .data_size_in = static_cast<std::uint32_t>(frame.size()),
                    .data_size_out = static_cast<std::uint32_t>(out.size()), .repeat = 1);
        if (bpf_prog_test_run_opts(program(role), &options) != 0) {
            return std::nullopt;
        }
        out.resize(options.data_size_out);
        return std::pair{options.retval, std::move(out)};
    }

    struct Deleter {
        void operator()(Skeleton* loaded) const { Skeleton::destroy(loaded); }
    };
    std::unique_ptr<Skeleton, Deleter> skeleton;
    std::unique_ptr<MapStore> store;
    std::unique_ptr<SteerTables> tables;
};

} // namespace suanlu::packets
