// SPDX-License-Identifier: Apache-2.0
// Lists that do not pin a walk but stay within a delay bound over every equal-cost path: segments lead from
// one router of the walk to a later one. What one segment may do is asked of the checker. Pure.
#pragma once

#include "controller/paths/segments/walk_list.hpp"

namespace suanlu::paths {

/// Node segments of algorithm 0 and adjacency segments always; these on demand.
struct LooseKinds {
    bool with_algorithms = false;
    bool with_bindings = false;
};

class LooseSearch {
public:
    /// The arguments outlive it. Of `rules`, bounds on links hold for every segment.
    LooseSearch(Forwarding& forwarding, std::uint32_t from, const Walk& walk, const LooseKinds& kinds,
                const WalkRules& rules);

    /// The list of exactly so many segments with the least longest delay; empty when none is within the
    /// bound. Counts must be asked for in order: 1, 2, ...
    PathList with(std::size_t count);

private:
    struct Step {
        std::size_t to;
        std::uint32_t delay;
        PathSegment segment;
    };
    struct Best {
        std::uint32_t delay = kInfinite;
        std::size_t from = 0;
        std::size_t step = 0;
    };
    void add_nodes(std::size_t from);
    void add_bindings(std::size_t from);
    void add_step(std::size_t from, std::size_t to, const PathSegment& segment);
    void advance();

    Forwarding& forwarding_;
    const Walk& walk_;
    LooseKinds kinds_;
    const WalkRules& rules_;
    WalkRules of_one_; ///< what holds for each segment alone
    std::vector<std::uint32_t> routers_;
    std::vector<std::vector<Step>> steps_; ///< by place of the walk
    std::vector<std::vector<Best>> best_;  ///< [segments][place]
};

} // namespace suanlu::paths
