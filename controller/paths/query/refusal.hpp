// SPDX-License-Identifier: Apache-2.0
// Why there is no path: which bound leaves none, and how far off it is. Asked only after a search came back
// empty, so it may take a few trees. Pure.
#pragma once

#include "controller/paths/query/state_space.hpp"

namespace suanlu::paths {

/// "no path from R1 to R4 within a delay of 5 ms: the least is 7.2 ms". kNotFound: not connected in the view.
/// `stages` as of StateSpace; `weights` of the view, not masked.
Error why_no_path(const Graph& graph, const Weights& weights, const Bounds& bounds, std::uint32_t from,
                  std::uint32_t to, const std::vector<std::vector<StageStep>>& stages);

} // namespace suanlu::paths
