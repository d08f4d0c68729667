// SPDX-License-Identifier: Apache-2.0
// Plan: the whole decision for one router, numbered by (controller, epoch, generation). Egress and core
// routers get the local SIDs only; an ingress gets services, sites and paths too. Immutable once published.
// Pure values.
#pragma once

#include <cstdint>
#include <string>
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

/// One way from this ingress to a site through one attachment.
struct PathPlan {
    PathId id;
    std::string egress;
    SegmentList segments;
    /// Outer destination for IPv6 and for IPv4 payload (uSID list + service SID); destination4 zero = no
    /// IPv4.
    Ip6 destination6;
    Ip6 destination4;
    /// Predicted forward delay.
    Microseconds delay{0};
    /// Largest outer packet that every link of the path takes.
    Bytes mtu{1500};
    /// Names of the links ("R1>P1"), for explain and for checking disjointness.
    std::vector<std::string> links;

    bool operator==(const PathPlan&) const = default;
};

struct SitePlan {
    SiteId id;
    std::string name;
    /// Host address that answers probes behind the service SID.
    Ip6 probe_address;
    /// Best first; the second is as disjoint from the first as the topology allows. 1..kPathsPerSite.
    std::vector<PathPlan> paths;

    bool operator==(const SitePlan&) const = default;
};

struct SiteShare {
    SiteId site;
    /// Parts per million of new flows; all shares of a service sum to 1 000 000 (or 0: plain anycast).
    std::uint32_t ppm = 0;

    bool operator==(const SiteShare&) const = default;
};

struct ServicePlan {
    ServiceId id;
    std::string name;
    std::vector<Ip6> addresses;
    Transport transport = Transport::kTcp;
    std::uint16_t port = 0;
    Affinity affinity = Affinity::kFlow;
    Seconds affinity_timeout{300};
    std::uint32_t slots = 1021;
    std::vector<SiteShare> shares;
    /// Static weights for the fail-static state "static"; same unit as shares.
    std::vector<SiteShare> static_shares;

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
};

/// Same decision, whatever its number.
bool same_content(const Plan& a, const Plan& b);

inline constexpr std::uint32_t kWholeShare = 1'000'000;

} // namespace suanlu
