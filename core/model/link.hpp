// SPDX-License-Identifier: Apache-2.0
// Routers and directed links. Routers (locator, SIDs, MSD) come from the inventory, links from link sources
// (IGP TED, agents). Missing is unknown, not zero: optional fields say so. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/model/units.hpp"

namespace suanlu {

enum class SrOwner : std::uint8_t { kAgent, kFrr, kExternal };

struct Router {
    /// Name in the inventory; equals the IGP hostname.
    std::string name;
    /// Node locator, e.g. fc00:0:a1::/48 (F3216: 32-bit block, 16-bit node).
    Prefix6 locator;
    Ip6 loopback;
    SrOwner srv6_owner = SrOwner::kAgent;
    /// Maximum uSIDs that an ingress may impose (block's DA container, last one is the service SID).
    std::uint8_t msd = 6;
    bool is_ingress = false;
    /// IS-IS system id "0000.0000.0001" when it differs from the name in the TED; empty otherwise.
    std::string system_id;
};

/// One direction of a link as a source reported it.
struct LinkState {
    std::string from;
    std::string to;
    /// Distinguishes parallel links: local interface address.
    Ip6 local;
    Ip6 remote;
    std::uint32_t igp_metric = 10;
    std::optional<std::uint32_t> te_metric;
    /// Average one-way delay (RFC 8570); a link without it is not used for delay paths.
    std::optional<Microseconds> delay;
    std::optional<Microseconds> jitter;
    std::optional<BytesPerSecond> bandwidth;
    std::optional<BytesPerSecond> bandwidth_used;
    std::uint32_t admin_group = 0;
    bool up = true;

    bool operator==(const LinkState&) const = default;
};

/// The whole link-state database as one source sees it; replaces what the same source said before.
struct LinkReport {
    std::string source;
    std::uint64_t sequence = 0;
    std::vector<LinkState> links;
};

} // namespace suanlu
