// SPDX-License-Identifier: Apache-2.0
// Service site (RFC 10053): an MEC, an intelligent-computing or supercomputing centre, or a cloud region,
// reached through one or more attachments. A dead attachment is not a dead site. From the inventory,
// immutable. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/ids.hpp"
#include "core/model/ip6.hpp"
#include "core/model/units.hpp"

namespace suanlu {

enum class SiteKind : std::uint8_t { kMec, kIntelligent, kSuper, kCloud };

/// What an egress does with a packet for its site (RFC 8986 section 4).
enum class SidBehaviour : std::uint8_t { kEnd, kEndDx6, kEndDx4, kEndDt6, kEndX, kEndDt4, kEndDt46 };

/// Sends what is inside by a routing table.
constexpr bool has_table(SidBehaviour behaviour) {
    return behaviour == SidBehaviour::kEndDt6 || behaviour == SidBehaviour::kEndDt4 ||
           behaviour == SidBehaviour::kEndDt46;
}

/// A table that an End.DT SID may have for itself: neither none nor one of the kernel's own (default, main,
/// local).
constexpr bool is_own_table(std::uint32_t table) {
    return table != 0 && (table < 253 || table > 255);
}

/// One SID that a router of ours must have. `sid` covers block, node and function (/48 for End, /64 for
/// services), or block and local id (/48, RFC 9800's LIB) for the End.X of a link.
struct LocalSid {
    Prefix6 sid;
    SidBehaviour behaviour = SidBehaviour::kEnd;
    /// DX: the site's address on the access link. X: the neighbour's on the link. Zero otherwise.
    Ip6 next_hop;
    /// DX: access interface. X: the link's, needed for a link-local next hop. DT: any interface of the table.
    std::string interface;
    /// DT: routing table that holds only the site's interfaces and a final unreachable.
    std::uint32_t table = 0;

    auto operator<=>(const LocalSid&) const = default;
};

struct Attachment {
    /// Name of the egress router in the inventory.
    std::string egress;
    std::string interface;
    /// Next hops are the site's addresses on the link, zero with a table; next_hop4 also when the site takes
    /// no IPv4.
    Ip6 next_hop6;
    Ip6 next_hop4;
    /// Service SIDs (full address, zero arguments); sid4 zero when there is no IPv4, and with a table perhaps
    /// the same as sid6.
    Ip6 sid6;
    Ip6 sid4;
    /// 0: the SIDs send to the next hops (End.DX6, End.DX4). Else by this routing table of the egress
    /// (End.DT6, End.DT4, or End.DT46 for one SID of both).
    std::uint32_t table = 0;
    /// Delay of the access link, one way.
    Microseconds delay{0};
    Bytes mtu{1500};
};

struct Site {
    SiteId id;
    std::string name;
    SiteKind kind = SiteKind::kMec;
    /// Answers probes and reports; reached through the attachments.
    Ip6 address;
    std::vector<Attachment> attachments;
    /// Names of the services that run here, with the slots expected when no report has come yet.
    struct Hosted {
        std::string service;
        double slots = 0;
        PerSecond rate_per_slot{1};
    };
    std::vector<Hosted> services;
};

std::string_view to_text(SiteKind kind);
std::string_view to_text(SidBehaviour behaviour);

} // namespace suanlu
