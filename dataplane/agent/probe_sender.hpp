// SPDX-License-Identifier: Apache-2.0
// One STAMP Session-Sender per path (RFC 8762), on a thread of its own under SCHED_FIFO, so that three misses
// of 50 ms mean the network and not the scheduler; at ordinary priority with a warning where that is not
// permitted. Results leave through a mailbox: at once when a state changes, every fourth answer otherwise.
// Budget: most_per_second per agent; above it the interval grows for all. A path that begins with one of this
// router's links is sent over that link, not by the routes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/support/clock.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/result.hpp"
#include "dataplane/agent/agent_core.hpp"

namespace suanlu {

struct ProbeConfig {
    /// Where answers come back to; an address of this node outside the SID block.
    Ip6 source;
    /// Source of the outer header: inside this node's locator.
    Ip6 outer_source;
    std::uint16_t port = 862;
    Duration interval = std::chrono::milliseconds(50);
    std::uint32_t miss = 3;
    std::uint32_t most_per_second = 2'000;

    /// Between two probes of one path when so many are probed.
    [[nodiscard]] Duration interval_for(std::size_t targets) const {
        const auto least = std::chrono::nanoseconds(std::chrono::seconds(targets)) / most_per_second;
        return std::max(interval, std::chrono::duration_cast<Duration>(least));
    }
};

struct ProbeCounters {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t send_errors = 0;
    std::uint64_t strays = 0;
    std::size_t targets = 0;
    /// Between two probes of one path now.
    Duration interval{0};
    bool is_realtime = false;
};

class ProbeSender {
public:
    /// Needs CAP_NET_RAW. `out` must outlive the sender.
    static Result<std::unique_ptr<ProbeSender>> open(const ProbeConfig& config, Mailbox<ProbeResult>& out);
    /// Stops the thread.
    ~ProbeSender();
    ProbeSender(const ProbeSender&) = delete;
    ProbeSender& operator=(const ProbeSender&) = delete;

    /// From any thread. Sessions of targets that stay go on undisturbed, also over another next hop.
    void set_targets(std::vector<ProbeTarget> targets);
    [[nodiscard]] ProbeCounters counters() const;

private:
    struct State;
    explicit ProbeSender(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
