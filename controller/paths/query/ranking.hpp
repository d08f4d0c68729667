// SPDX-License-Identifier: Apache-2.0
// The paths of a state space within its limits, one after the other, cheapest first: Yen's deviations with
// Lawler's rule (a path is not deviated from before the place where it left its parent). Every deviation
// search has the potentials of the space, so it looks at little more than the path it finds. Pure.
#pragma once

#include <set>

#include "controller/paths/query/label_search.hpp"

namespace suanlu::paths {

struct Ranked {
    Route route;
    /// Proven for this place in the order; below route.cost when a search hit its limit of labels.
    std::uint32_t cost_at_least = 0;
};

class PathRanking {
public:
    /// Both outlive the ranking.
    PathRanking(const StateSpace& space, LabelSearch& search) : space_(space), search_(search) {}

    /// None: there is no further one, or none that the searches could reach; see `hit_limit`.
    std::optional<Ranked> next();
    [[nodiscard]] bool hit_limit() const { return unresolved_ < kInfinite; }

private:
    struct Candidate {
        std::uint32_t cost;
        std::vector<std::uint32_t> arcs;
        std::size_t left_parent_at;
        bool operator<(const Candidate& b) const {
            return cost != b.cost                 ? cost < b.cost
                   : arcs.size() != b.arcs.size() ? arcs.size() < b.arcs.size()
                                                  : arcs < b.arcs;
        }
    };
    void deviate(const Candidate& from);

    const StateSpace& space_;
    LabelSearch& search_;
    std::vector<Candidate> given_;
    std::set<Candidate> open_;
    std::uint32_t unresolved_ = kInfinite; // nothing that was left unsearched costs less
};

} // namespace suanlu::paths
