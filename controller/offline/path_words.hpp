// SPDX-License-Identifier: Apache-2.0
// What an operator typed after `suanluctl path`, not understood yet: path_request.hpp reads it against a
// topology.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace suanlu::offline {

/// Empty texts and zero numbers: not asked for.
struct PathWords {
    std::string from, to;
    std::string metric;
    std::string max_delay, max_jitter, max_loss, min_bandwidth;
    std::uint32_t max_hops = 0;
    std::uint32_t max_segments = 0;
    std::vector<std::uint32_t> include_any, include_all, exclude; ///< colours, 0..31
    std::vector<std::string> areas;
    std::string protection;         ///< of links
    std::string transit_protection; ///< of routers between the ends
    std::vector<std::string> layers;
    std::uint32_t k = 1;
    std::string disjoint;
    std::vector<std::string> via;
    std::string protect;
    std::string encode;
    std::string service_id; ///< "0xe001"
    std::uint32_t algorithm = 0;
    std::string sites;      ///< "hub", "edge", "edge:hub"
    std::string data_class; ///< "high-volume", "low-volume", "no-need"
    bool explain = false;
};

} // namespace suanlu::offline
