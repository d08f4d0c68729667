// SPDX-License-Identifier: Apache-2.0
// Traffic matrices in REPETITA's .demands: `DEMANDS k`, a header, `label src dest bw` with the positions of
// routers in the .graph beside it and kbit/s. For the simulator, benchmarks and tests. On failure nothing is
// kept: the error has "FILE:LINE: what".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu {

/// Traffic that wants to go from one router to another; both index TopologyView::routers.
struct Demand {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    BytesPerSecond rate;

    bool operator==(const Demand&) const = default;
};

/// Most demands that are taken: every pair of 2000 routers.
inline constexpr std::size_t kMostDemands = 4'000'000;

/// In the order of the file. A demand of a router to itself, which published files have, is kept as it is.
/// `routers` is the number of routers of the network that the positions are of.
Result<std::vector<Demand>> read_demands(std::string_view name, std::string_view text, std::size_t routers);
/// The same for a file, plain or .gz.
Result<std::vector<Demand>> load_demands(const std::string& path, const TopologyView& network,
                                         const ReadOptions& options = {});

} // namespace suanlu
