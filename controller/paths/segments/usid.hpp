// SPDX-License-Identifier: Apache-2.0
// A segment list as addresses: NEXT-C-SID containers (RFC 9800) of either format, or full-length SIDs (RFC
// 8986), reduced (RFC 8986 section 5.2: the first SID is only in the destination). And the depths that
// routers state (RFC 9352), which count addresses in the SRH. Pure.
#pragma once

#include <optional>

#include "controller/paths/segments/path_segment.hpp"
#include "core/model/segment_list.hpp"

namespace suanlu::paths {

enum class ListMode : std::uint8_t { kUsid, kSid };

struct PackOptions {
    ListMode mode = ListMode::kUsid;
    UsidFormat format = kF3216;
};

/// What an ingress imposes with H.Encaps.Red.
struct PackedList {
    Ip6 destination;
    /// The SIDs after the destination, in travelling order (on the wire the last one comes first); empty = no
    /// SRH.
    std::vector<Ip6> srh;

    bool operator==(const PackedList&) const = default;
};

/// Addresses of a list. `function`: the service's id at the last segment's router, which must then be a node
/// segment; it is kept in the container of that node. kBadInput: a segment without id, a locator that is not
/// of the format, or a list that ends elsewhere.
Result<PackedList> pack_list(const TopologyView& view, std::span<const PathSegment> list,
                             std::optional<std::uint16_t> function, const PackOptions& options);

/// Ids that an address carries below its block, up to the first zero. The reverse of packing in kUsid mode.
std::vector<std::uint16_t> unpack_usids(const PackedList& packed, UsidFormat format);

/// Whether every router can handle the list: what the ingress may impose, the Segments Left that endpoints
/// see and what the egress can take off. kOutOfRange names the router and its limit.
Status check_depths(const TopologyView& view, std::uint32_t from, std::span<const PathSegment> list,
                    bool has_function, const PackOptions& options);

} // namespace suanlu::paths
