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

/// What carries a link (the interconnection classes of the Greater Bay Area standard, 5.2).
enum class LinkLayer : std::uint8_t { kUnknown, kOtn, kIpPrivate, kInternet };

/// How a link or a router guards what passes, weakest first: "at least macsec" admits all that follow.
enum class Protection : std::uint8_t { kNone, kIpsec, kMacsec, kOtnsec, kQkd };

/// Maximum SID depths (RFC 9352 section 4). Zero means the router cannot do it at all.
struct SidDepths {
    std::uint8_t segments_left = 15; ///< largest Segments Left it processes (type 41)
    std::uint8_t end_pop = 15;       ///< most SIDs in an SRH that it may pop (type 42)
    std::uint8_t h_encaps = 15; ///< most SIDs it puts into an SRH; 0 = encapsulates without SRH only (44)
    std::uint8_t end_d = 15;    ///< most SIDs in an SRH that it decapsulates (type 45)

    bool operator==(const SidDepths&) const = default;
};

/// The locator of a router in one Flex-Algo (RFC 9350); having it is taking part in the algorithm.
struct AlgorithmLocator {
    std::uint8_t algorithm = 0; ///< 128..255
    Prefix6 locator;

    bool operator==(const AlgorithmLocator&) const = default;
};

/// A SID that stands for a list which the router itself imposes (RFC 8986 section 4.13).
struct BindingSid {
    std::uint16_t usid = 0;
    /// Routers that the bound list visits, by name; the last one is where it ends.
    std::vector<std::string> visits;

    bool operator==(const BindingSid&) const = default;
};

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
    SidDepths depths;
    std::vector<AlgorithmLocator> algorithms;
    std::vector<BindingSid> bindings;
    /// IS-IS overload bit (RFC 1195, RFC 3277): reachable itself, but nothing is carried through it.
    bool is_overloaded = false;
    /// Jurisdiction, e.g. "CN-GD" or "HK"; empty = unknown, which no area bound admits.
    std::string legal_area;
    Protection protection = Protection::kNone;

    bool operator==(const Router&) const = default;
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
    std::optional<Microseconds> delay_min;
    std::optional<Microseconds> delay_max;
    std::optional<Microseconds> jitter;
    std::optional<BytesPerSecond> bandwidth;
    std::optional<BytesPerSecond> bandwidth_used;
    std::uint32_t admin_group = 0;
    bool up = true;
    /// Shared risk link groups, ascending.
    std::vector<std::uint32_t> srlgs;
    /// No protocol tells the next three; the inventory or a topology file does.
    LinkLayer layer = LinkLayer::kUnknown;
    Protection protection = Protection::kNone;
    std::string legal_area;

    bool operator==(const LinkState&) const = default;
};

/// The whole link-state database as one source sees it; replaces what the same source said before.
struct LinkReport {
    std::string source;
    std::uint64_t sequence = 0;
    std::vector<LinkState> links;
};

} // namespace suanlu
