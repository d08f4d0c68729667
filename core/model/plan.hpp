// SPDX-License-Identifier: Apache-2.0
// Plan: the whole decision for one router, numbered by (controller, epoch, generation). Egress and core
// routers get the local SIDs only; an ingress gets services, sites and paths too. Immutable once published.
// Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/ids.hpp"
#include "core/model/segment_list.hpp"
#include "core/model/service.hpp"
#include "core/model/site.hpp"
#include "core/model/units.hpp"

namespace suanlu {

/// Order: a controller's later epoch wins, then the later generation. Another controller is a conflict.
struct PlanId {
    std::string controller;
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;

    bool operator==(const PlanId&) const = default;
    [[nodiscard]] bool is_newer_than(const PlanId& other) const {
        return epoch != other.epoch ? epoch > other.epoch : generation > other.generation;
    }
    [[nodiscard]] std::string text() const;
};

/// How a segment list is written into packets: NEXT-C-SID ids in one address (RFC 9800), or SIDs in a routing
/// header, all of them (H.Encaps, RFC 8986 section 5.1) or without the first (H.Encaps.Red, section 5.2).
enum class EncapMode : std::uint8_t { kUsid, kEncaps, kEncapsRed };

/// SIDs of one path, the service SID included.
inline constexpr std::size_t kMostSegments = 8;

/// One way from this ingress to a site through one attachment.
struct PathPlan {
    PathId id;
    std::string egress;
    SegmentList segments;
    /// Last SID for IPv6 and for IPv4 payload; zero = takes none of that version. With kUsid the whole list:
    /// the container with the service SID at its end.
    Ip6 destination6;
    Ip6 destination4;
    EncapMode mode = EncapMode::kUsid;
    /// With a routing header: what is visited before the last SID, in order (SIDs or NEXT-C-SID containers).
    std::vector<Ip6> sids;
    /// Share of the site's flows among its paths; any unit. 0 = takes flows only when none with a weight
    /// can; then the first usable one of the Plan takes them all.
    std::uint32_t weight = 0;
    /// Predicted forward delay.
    Microseconds delay{0};
    /// Largest outer packet that every link of the path takes.
    Bytes mtu{1500};
    /// Names of the links ("R1>P1"), for explain and for checking disjointness.
    std::vector<std::string> links;

    bool operator==(const PathPlan&) const = default;
    /// Where packets of this path go first.
    [[nodiscard]] const Ip6& first_sid() const;
};

struct SitePlan {
    SiteId id;
    std::string name;
    /// Host address that answers probes behind the service SID.
    Ip6 probe_address;
    /// Best first; the second is as disjoint from the first as the topology allows. 1..kPathsPerSite.
    std::vector<PathPlan> paths;
    /// This ingress sends probes. False: the site has its share of probers, and `is_told_down` is what they
    /// found.
    bool is_probed = true;
    bool is_told_down = false;
    /// The operator wants it empty: the ingress says what still lives there.
    bool is_draining = false;

    bool operator==(const SitePlan&) const = default;
};

struct SiteShare {
    SiteId site;
    /// Parts per million of new flows; all shares of a service sum to 1 000 000 (or 0: plain anycast).
    std::uint32_t ppm = 0;

    bool operator==(const SiteShare&) const = default;
};

/// Longest table of one site; larger sites are sampled every `stride` jobs.
inline constexpr std::size_t kMostDeltas = 129;

/// What an ingress weighs one site by when it places a new flow (policies/placement.hpp has the rule, and
/// docs/decision.md how to make a cost word of this). A job here is what the site's reports count.
struct SitePlacement {
    SiteId site;
    /// Weight of a second draw, ppm of the service: the split, and a small part by capacity.
    std::uint32_t draw_ppm = 0;
    /// Forward + return delay + price + kappa mean service times (kappa / mu): what does not depend on load.
    Microseconds static_cost{0};
    /// Until a flow sent now is there: a report is older by that much when it counts.
    Microseconds one_way{0};
    /// Mean time that a job is served. News older than PlacementTable::most_age of it is no news.
    Microseconds service_time{0};
    /// Jobs there, in thousandths, when arrivals and departures balance: what old news decays to.
    std::uint32_t balance_millijobs = 0;
    /// Time constant of that decay; with more jobs than `full_at`, longer by `drain_per_job` for each.
    Microseconds relaxation{0};
    Microseconds drain_per_job{0};
    /// From this many jobs on the site is no faster.
    std::uint32_t full_at = 1;
    /// New flows per 1000 s that the split sends there from here.
    std::uint32_t own_flows_per_ks = 0;
    /// Delta(k * stride) for k = 0, 1, ...: what one more job costs everybody, its own response included.
    /// Straight lines between; `slope` per job behind the last. 1..kMostDeltas.
    std::uint32_t stride = 1;
    std::vector<Microseconds> delta;
    Microseconds slope{0};

    bool operator==(const SitePlacement&) const = default;
};

/// Second choices at this ingress. Empty: none, flows go where their slot says.
struct PlacementTable {
    /// Most live flows of the service, in ppm, that may be elsewhere than their slot says.
    std::uint32_t exception_ppm = 0;
    /// News older than this many mean service times is not used, in thousandths.
    std::uint32_t most_age_millis = 1000;
    /// Sites that may take new flows from here, in the order of their ids.
    std::vector<SitePlacement> sites;

    bool operator==(const PlacementTable&) const = default;
};

struct ServicePlan {
    ServiceId id;
    std::string name;
    std::vector<Ip6> addresses;
    Transport transport = Transport::kTcp;
    std::uint16_t port = 0;
    ServiceTraffic traffic;
    Affinity affinity = Affinity::kFlow;
    Seconds affinity_timeout{300};
    std::uint32_t slots = 1021;
    std::vector<SiteShare> shares;
    /// Static weights for the fail-static state "static"; same unit as shares.
    std::vector<SiteShare> static_shares;
    PlacementTable placement;

    bool operator==(const ServicePlan&) const = default;
};

struct Plan {
    PlanId id;
    std::string node;
    /// SR domain block; the agent refuses a Plan outside its own list.
    Prefix6 sid_block;
    std::vector<LocalSid> local_sids;
    std::vector<SitePlan> sites;
    std::vector<ServicePlan> services;
    std::vector<TenantTag> tenants;
};

/// Same decision, whatever its number.
bool same_content(const Plan& a, const Plan& b);

std::string_view to_text(EncapMode mode);

inline constexpr std::uint32_t kWholeShare = 1'000'000;

} // namespace suanlu
