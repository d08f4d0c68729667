// SPDX-License-Identifier: Apache-2.0
// What every batch engine gives: distances of many roots at once, node-major, so that the lanes of one router lie
// together (one cache line for 16 roots) and a site column is read with a stride. Pure.
#pragma once

#include "controller/paths/graph/tree.hpp"

namespace suanlu::paths {

/// Roots and, for every router, its distance from (kFrom) or to (kTo) each of them.
struct Distances {
    Direction direction = Direction::kTo;
    std::vector<std::uint32_t> roots;
    std::uint32_t routers = 0;
    /// rows[router * stride + column]; stride = roots rounded up to 16. Columns beyond the roots are kInfinite.
    std::uint32_t stride = 0;
    std::vector<std::uint32_t> rows;

    [[nodiscard]] std::uint32_t at(std::uint32_t router, std::size_t column) const {
        return rows[std::size_t{router} * stride + column];
    }
};

/// A link whose weight changed; kInfinite = it went down or came up.
struct WeightChange {
    std::uint32_t link = kNone;
    std::uint32_t weight = kInfinite;
};

/// A distance that is no longer what it was.
struct ChangedRow {
    std::uint32_t root = kNone; ///< router index of the root
    std::uint32_t router = kNone;

    auto operator<=>(const ChangedRow&) const = default;
};

} // namespace suanlu::paths
