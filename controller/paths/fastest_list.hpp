// SPDX-License-Identifier: Apache-2.0
// The fastest way that a given number of node segments can pin, for the few pairs whose fastest way needs
// more or needs an adjacency SID that its router does not have. Exact, but looks at every pair of routers.
// Pure.
#pragma once

#include "controller/paths/segments/forwarding.hpp"
#include "controller/paths/segments/path_segment.hpp"

namespace suanlu::paths {

/// `delays` by link; kInfinite = not to be used. kOutOfRange: no list of at most `most` node segments leads
/// there.
Result<PathList> fastest_list(Forwarding& forwarding, std::uint32_t source, std::uint32_t target,
                              std::size_t most, const Weights& delays);

} // namespace suanlu::paths
