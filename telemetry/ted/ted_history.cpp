// SPDX-License-Identifier: Apache-2.0
#include "telemetry/ted/ted_history.hpp"

namespace suanlu {

std::string_view to_text(TedState state) {
    switch (state) {
    case TedState::kUnreachable:
        return "unreachable";
    case TedState::kNotReady:
        return "not-ready";
    case TedState::kReady:
        return "ready";
    }
    return "unknown";
}

std::optional<LinkReport> TedHistory::on_reading(TedContent content, MonoTime now) {
    ++counters_.polls;
    counters_.unusable_edges = content.unusable_edges;
    if (content.links.empty()) {
        ++(last_.empty() ? counters_.empty_at_start : counters_.empty_after_ready);
        state_ = TedState::kNotReady;
        return std::nullopt;
    }
    state_ = TedState::kReady;
    const bool changed = content.links != last_;
    if (!changed && reported_at_ && now - *reported_at_ < keepalive_) {
        return std::nullopt;
    }
    counters_.changes += changed ? 1 : 0;
    ++counters_.reports;
    last_ = std::move(content.links);
    reported_at_ = now;
    LinkReport report;
    report.source = source_;
    report.sequence = ++sequence_;
    report.links = last_;
    return report;
}

void TedHistory::on_poll_error() {
    ++counters_.poll_errors;
    state_ = TedState::kUnreachable;
}

} // namespace suanlu
