// SPDX-License-Identifier: Apache-2.0
// Proves repairs: with the element down and every router forwarding as before, the checker walks first_link,
// the list and the destination's own node, over every equal-cost path.
#pragma once

#include <gtest/gtest.h>

#include "controller/paths/segments/protect.hpp"
#include "controller/paths/segments/walk_list.hpp"

namespace suanlu::paths::test {

inline testing::AssertionResult is_proven(Forwarding& forwarding, const RepairSet& set, const Repair& repair,
                                          const ProtectOptions& options = {}) {
    const Graph& graph = forwarding.graph();
    const TopologyView& view = graph.view();
    PathList list{adjacency_segment(view, repair.first_link)};
    const auto segments = set.list(repair);
    list.insert(list.end(), segments.begin(), segments.end());
    list.push_back(node_segment(view, repair.destination));
    WalkRules rules;
    rules.broken = failure_of(graph, set.element);
    rules.admitted = options.admitted;
    const auto walked = walk_list(forwarding, repair.at, list, rules);
    if (!walked || walked->end != repair.destination) {
        return testing::AssertionFailure()
               << view.routers[repair.at].name << " for " << view.routers[repair.destination].name << ": "
               << to_text(view, list) << ": " << (walked ? "ends elsewhere" : walked.error().text());
    }
    return testing::AssertionSuccess();
}

} // namespace suanlu::paths::test
