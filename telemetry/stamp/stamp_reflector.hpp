// SPDX-License-Identifier: Apache-2.0
// STAMP Session-Reflector (RFC 8762 section 4.3), stateful: counts per session. One UDP socket and one thread
// of its own (SCHED_FIFO where allowed), because a reflector that waits for CPU looks like a dead site. What
// is no STAMP packet is dropped and counted, never answered; replies are never longer than what they answer.
#pragma once

#include <cstdint>
#include <memory>

#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct ReflectorCounters {
    std::uint64_t reflected = 0;
    std::uint64_t malformed = 0;
    std::uint64_t send_errors = 0;
    /// Sessions beyond the table's bound are served statelessly (section 4.3.1).
    std::uint64_t stateless = 0;
    std::uint64_t sessions = 0;
    /// False: the thread runs at ordinary priority.
    bool is_realtime = false;
};

class StampReflector {
public:
    /// Binds and starts at once. kUnreachable when the socket cannot be bound.
    static Result<std::unique_ptr<StampReflector>> open(const Endpoint& listen);
    /// Stops the thread.
    ~StampReflector();
    StampReflector(const StampReflector&) = delete;
    StampReflector& operator=(const StampReflector&) = delete;

    /// From any thread.
    [[nodiscard]] ReflectorCounters counters() const;

private:
    struct State;
    explicit StampReflector(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
