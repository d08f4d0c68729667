// SPDX-License-Identifier: Apache-2.0
// LEMON 1.3.1 does not compile as C++20 (it uses std::allocator::construct), so it has a file of its own that
// is compiled as C++17, and plain arrays as interface. Pure.
#pragma once

#include <cstdint>
#include <vector>

/// Link i goes from from[i] to to[i]. Farthest possible value of uint64 for what is unreachable.
std::vector<std::uint64_t> lemon_dijkstra(std::uint32_t routers, const std::vector<std::uint32_t>& from,
                                          const std::vector<std::uint32_t>& to,
                                          const std::vector<std::uint64_t>& weights, std::uint32_t root);
