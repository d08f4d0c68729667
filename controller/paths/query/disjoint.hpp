// SPDX-License-Identifier: Apache-2.0
// Pairs of paths that fail apart; the methods and their limits stand in find_path.hpp. Pure.
#pragma once

#include "controller/paths/query/find_path.hpp"
#include "controller/paths/query/label_search.hpp"

namespace suanlu::paths {

/// What two walks from one router to another have in common in the sense of a kind of disjointness.
struct Shared {
    std::vector<std::uint32_t> links;   ///< of the first walk, in either direction, ascending
    std::vector<std::uint32_t> routers; ///< between the ends; kNode only
    std::vector<std::uint32_t> srlgs;   ///< kSrlg only
    [[nodiscard]] std::size_t count() const { return links.size() + routers.size() + srlgs.size(); }
};
Shared shared_by(const Graph& graph, Disjoint kind, const Walk& a, const Walk& b);

/// `space` without stages, masked. The error of a network in which not even one path exists is left to the
/// caller: an empty list.
Result<std::vector<FoundPath>> disjoint_pair(const StateSpace& space, const PathQuery& query);

} // namespace suanlu::paths
