// SPDX-License-Identifier: Apache-2.0
// Decides which readings of a TED are worth passing on. Right after a cold start isisd 8.4 prints no edge
// although all links are up (link parameters are not in the LSP until rewritten): such a reading is "not
// ready", not "all links down". A database that loses all its edges at once is held back in the same way and
// counted; the last one stays. Pure; time comes in.
#pragma once

#include <cstdint>
#include <optional>

#include "core/model/link.hpp"
#include "core/support/clock.hpp"
#include "telemetry/ted/ted_parser.hpp"

namespace suanlu {

enum class TedState : std::uint8_t { kUnreachable, kNotReady, kReady };

/// "unreachable", "not-ready", "ready".
std::string_view to_text(TedState state);

struct TedCounters {
    std::uint64_t polls = 0;
    std::uint64_t poll_errors = 0;
    std::uint64_t parse_errors = 0;
    /// Readings without a single edge: before the first good one, and after one.
    std::uint64_t empty_at_start = 0;
    std::uint64_t empty_after_ready = 0;
    std::uint64_t unusable_edges = 0;
    std::uint64_t changes = 0;
    std::uint64_t reports = 0;
};

class TedHistory {
public:
    TedHistory(std::string source, Duration keepalive) : source_(std::move(source)), keepalive_(keepalive) {}

    /// A good reading; gives the report to send now, if any: content changed, or `keepalive` passed since the
    /// last.
    std::optional<LinkReport> on_reading(TedContent content, MonoTime now);
    /// The reading was not understood: the last good one stays.
    void on_parse_error() { ++counters_.parse_errors; }
    /// The daemon did not answer.
    void on_poll_error();

    [[nodiscard]] TedState state() const { return state_; }
    [[nodiscard]] const TedCounters& counters() const { return counters_; }

private:
    std::string source_;
    Duration keepalive_;
    TedState state_ = TedState::kUnreachable;
    std::vector<LinkState> last_;
    std::optional<MonoTime> reported_at_;
    std::uint64_t sequence_ = 0;
    TedCounters counters_;
};

} // namespace suanlu
