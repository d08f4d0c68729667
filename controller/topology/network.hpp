// SPDX-License-Identifier: Apache-2.0
// The network that paths are laid over, whoever described it: the live topology (topology.hpp) or a file
// (files/). Routers by index, directed links sorted by their first router, immutable once built. Missing is
// unknown, not zero: optional fields say so. Pure values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/link.hpp"
#include "core/model/segment_list.hpp"
#include "core/model/units.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// What a search minimises. kDelay is the average one-way delay, kDelayMin and kDelayMax its extremes (RFC
/// 8570); all three in microseconds.
enum class Metric : std::uint8_t { kIgp, kTe, kDelay, kDelayMin, kDelayMax };

/// RFC 5305 section 3: a link of this metric is not part of the shortest path tree.
inline constexpr std::uint32_t kUnusableMetric = 0xffffff;

/// Admin-group rule of a constraint or a Flex-Algo (RFC 9350 section 6); all zero admits every link.
struct AffinityRule {
    std::uint32_t include_any = 0; ///< a link needs one of these
    std::uint32_t include_all = 0; ///< and all of these
    std::uint32_t exclude_any = 0; ///< and none of these

    bool operator==(const AffinityRule&) const = default;
    [[nodiscard]] bool admits(std::uint32_t group) const {
        return (include_any == 0 || (group & include_any) != 0) && (group & include_all) == include_all &&
               (group & exclude_any) == 0;
    }
};

/// One direction of a link that is up in both; from and to index TopologyView::routers.
struct TopologyLink {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t igp_metric = 0;
    /// Average. kUnreachableDelay when nobody told: the link then carries IGP paths, but no delay path is
    /// laid over it.
    Microseconds delay = kUnreachableDelay;
    Bytes mtu{1500};
    std::optional<std::uint32_t> te_metric;
    std::optional<Microseconds> delay_min;
    std::optional<Microseconds> delay_max;
    std::optional<Microseconds> jitter;
    /// Parts per million of packets (RFC 8570 counts in 0.000003 %).
    std::optional<std::uint32_t> loss_ppm;
    std::optional<BytesPerSecond> bandwidth;
    std::optional<BytesPerSecond> reserved;
    std::optional<BytesPerSecond> available;
    /// Share of the bandwidth in use, parts per thousand.
    std::optional<std::uint16_t> utilisation;
    /// Admin group; bit n = colour n.
    std::uint32_t affinity = 0;
    /// Shared risk link groups, ascending.
    std::vector<std::uint32_t> srlgs;
    /// Local 16-bit id of the adjacency SID (End.X with NEXT-C-SID) at `from`; 0 = it has none.
    std::uint16_t adjacency_usid = 0;
    LinkLayer layer = LinkLayer::kUnknown;
    Protection protection = Protection::kNone;
    /// Jurisdiction the link passes; empty = that of its two routers.
    std::string legal_area;

    bool operator==(const TopologyLink&) const = default;
};

/// Definition of a Flex-Algo (RFC 9350 section 5.1). Routers take part by having a locator for it.
struct FlexAlgorithm {
    std::uint8_t algorithm = 128; ///< 128..255
    Metric metric = Metric::kIgp; ///< kIgp, kTe or kDelayMin
    AffinityRule affinity;
    std::vector<std::uint32_t> exclude_srlgs; ///< ascending

    bool operator==(const FlexAlgorithm&) const = default;
};

struct TopologyView {
    std::uint64_t version = 0;
    std::vector<Router> routers;
    /// Sorted by (from, to, metric, delay); parallel links are separate rows.
    std::vector<TopologyLink> links;
    /// Router name -> index.
    std::map<std::string, std::uint32_t, std::less<>> by_name;
    std::vector<FlexAlgorithm> algorithms;

    /// Index of a router; kNotFound when nobody described it.
    [[nodiscard]] Result<std::uint32_t> find(std::string_view router) const;
    /// "R1>P1".
    [[nodiscard]] std::string link_name(const TopologyLink& link) const;
};

/// The order that TopologyView::links has.
void sort_links(std::vector<TopologyLink>& links);

/// Most routers that 16-bit node ids can name in one block.
inline constexpr std::size_t kMostNumberedRouters = kFirstLocalUsid - 1;

/// Gives every router without a locator, and every Flex-Algo locator that is missing, the next free node id
/// below `block`, a /32 or /48 (a router its index + 1 where free), and every link without one an adjacency
/// id of its router, in link order. For files, which carry no SIDs. kOutOfRange: more routers or links at a
/// router than there are ids.
Status number_network(TopologyView& view, const Prefix6& block);

} // namespace suanlu
