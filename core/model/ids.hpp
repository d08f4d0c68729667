// SPDX-License-Identifier: Apache-2.0
// Strong identifiers. Numeric ids come from the inventory, are stable over restarts and cross the wire into
// the data plane; names are for people. Dense table indices never leave the table that made them. Pure
// values.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace suanlu {

template <class Tag, class Integer>
struct Id {
    Integer value = 0;

    auto operator<=>(const Id&) const = default;
    [[nodiscard]] bool is_set() const { return value != 0; }
};

/// 1..65535 from the inventory; 0 = none.
using SiteId = Id<struct SiteTag, std::uint16_t>;
/// CS-ID, 1..65535 from the inventory; 0 = none.
using ServiceId = Id<struct ServiceTag, std::uint16_t>;
/// A path of one ingress towards one site: site id * kPathsPerSite + rank; stable while the rank keeps its
/// meaning.
using PathId = Id<struct PathTag, std::uint32_t>;

inline constexpr std::uint32_t kPathsPerSite = 4;

inline PathId path_id(SiteId site, std::uint32_t rank) {
    return {site.value * kPathsPerSite + rank};
}
inline SiteId site_of(PathId path) {
    return {static_cast<std::uint16_t>(path.value / kPathsPerSite)};
}

} // namespace suanlu

template <class Tag, class Integer>
struct std::hash<suanlu::Id<Tag, Integer>> {
    std::size_t operator()(suanlu::Id<Tag, Integer> id) const noexcept {
        return std::hash<Integer>{}(id.value);
    }
};
