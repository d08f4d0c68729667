// SPDX-License-Identifier: Apache-2.0
// New flows that packets told of, between two reports: the newest are kept, older ones make room and are
// counted. Owned by the engine's strand.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "dataplane/api/rows.hpp"

namespace suanlu {

/// The word that picks one new flow in `one_in` (sl_control.sample_limit); 0 = none.
inline std::uint32_t sample_limit(std::uint32_t one_in) {
    return one_in == 0 ? 0 : static_cast<std::uint32_t>((std::uint64_t{1} << 32) / one_in - 1);
}

/// Its name among the reasons of an engine.
inline constexpr const char* kSamplesLeftOut = "samples_left_out";

class FlowSamples {
public:
    static constexpr std::size_t kMost = 4096;

    void add(const sl_flow_event& event) {
        events_.push_back(event);
        keep(kMost);
    }
    /// Puts the newest behind what the list has, at most `limit`, oldest first; none are left here.
    void move_to(std::vector<EngineFlow>& list, std::size_t limit, MonoTime now) {
        keep(limit);
        for (const auto& event : events_) {
            list.push_back(event_flow(event, now));
        }
        events_.clear();
    }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }

private:
    void keep(std::size_t limit) {
        for (; events_.size() > limit; events_.pop_front()) {
            ++left_out_;
        }
    }

    std::deque<sl_flow_event> events_;
    std::uint64_t left_out_ = 0;
};

} // namespace suanlu
