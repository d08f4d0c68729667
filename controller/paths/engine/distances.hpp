// SPDX-License-Identifier: Apache-2.0
// What every batch engine gives: distances of many roots at once, node-major, so that the lanes of one router
// lie together (one cache line for 16 roots) and a site column is read with a stride. Pure.
#pragma once

#include <new>

#include "controller/paths/graph/tree.hpp"

namespace suanlu::paths {

/// Rows that start on a cache line, and that are not written before an engine writes them.
template <class T>
struct LineAllocator {
    using value_type = T;
    static constexpr std::align_val_t kLine{64};

    LineAllocator() = default;
    template <class Other>
    LineAllocator(const LineAllocator<Other>&) {} // NOLINT: containers convert between them
    T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
    void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
    /// resize() leaves new elements as they are.
    void construct(T* element) { ::new (static_cast<void*>(element)) T; }
    template <class... Values>
    void construct(T* element, Values&&... values) {
        ::new (static_cast<void*>(element)) T(std::forward<Values>(values)...);
    }
    bool operator==(const LineAllocator&) const = default;
};
using Rows = std::vector<std::uint32_t, LineAllocator<std::uint32_t>>;

/// Roots and, for every router, its distance from (kFrom) or to (kTo) each of them.
struct Distances {
    Direction direction = Direction::kTo;
    std::vector<std::uint32_t> roots;
    std::uint32_t routers = 0;
    /// rows[router * stride + column]; stride = roots rounded up to 16. Columns beyond the roots are
    /// kInfinite.
    std::uint32_t stride = 0;
    Rows rows;

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
