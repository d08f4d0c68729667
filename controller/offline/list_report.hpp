// SPDX-License-Identifier: Apache-2.0
// The part of a path's answer that is about segment lists: the list, what each segment pins, the checker's
// verdict, and the repairs. Pure.
#pragma once

#include "controller/offline/path_report.hpp"
#include "controller/offline/path_request.hpp"
#include "controller/paths/segments/walk_list.hpp"

namespace suanlu::offline {

/// Fills FoundPathReport's list or list_refusal, and the repairs if they are asked for.
class ListReporter {
public:
    /// All outlive it. `admitted`: by link, what any list may use.
    ListReporter(paths::Forwarding& forwarding, const PathRequest& request, std::vector<bool> admitted);

    void report(const paths::Walk& walk, FoundPathReport& out);

private:
    Result<paths::Encoding> encode_walk(const paths::Walk& walk);
    Result<ListReport> list_of(const paths::Encoding& encoding);
    std::vector<SegmentReport> segments_of(const paths::PathList& list);
    std::string objection_to(const paths::Encoding& encoding);
    void add_repairs(const paths::Walk& walk, const paths::PathList& list, FoundPathReport& out);
    RepairReport repair_of(const paths::Element& element, std::uint32_t at, std::uint32_t towards);
    std::optional<Microseconds> delay_around(const paths::Element& element, std::uint32_t at,
                                             std::uint32_t towards);
    void judge_delay(const paths::Walk& walk, std::size_t hop, std::uint32_t towards, RepairReport& out);
    void describe(const paths::RepairSet& set, const paths::Repair& repair, RepairReport& out);

    paths::Forwarding& forwarding_;
    const TopologyView& view_;
    const PathRequest& request_;
    std::vector<bool> admitted_;
};

} // namespace suanlu::offline
