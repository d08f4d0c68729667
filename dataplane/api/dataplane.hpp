// SPDX-License-Identifier: Apache-2.0
// The one interface behind which every forwarding engine stands: XDP, DPDK, plain kernel routes, and the fake
// of the tests. Called from the agent's strand only; calls may block for microseconds (map updates), never on
// the network. A refused call changes nothing: the engine keeps forwarding by the last tables.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/model/flow_question.hpp"
#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"
#include "dataplane/steer/story.h"

namespace suanlu {

/// The next hop of a path, resolved by the agent: a FIB look-up per packet costs three times the
/// encapsulation.
struct NextHop {
    std::uint32_t interface_index = 0; ///< 0 = unresolved: the path takes no packets
    std::array<std::uint8_t, 6> source_mac{};
    std::array<std::uint8_t, 6> destination_mac{};

    bool operator==(const NextHop&) const = default;
};

/// A path that may take packets now.
struct UsablePath {
    PathId id;
    NextHop hop;

    bool operator==(const UsablePath&) const = default;
};

/// The kernel's main routing table (RT_TABLE_MAIN).
inline constexpr std::uint32_t kMainTable = 254;

/// A SID of this router that the engine serves.
struct EngineSid {
    Prefix6 sid;
    SidBehaviour behaviour = SidBehaviour::kEndDx6;
    /// DX and X: on the link; unresolved: packets are left to the kernel's route.
    NextHop hop;
    /// Largest packet that the link takes.
    std::uint16_t mtu = 0;
    /// DT and End (kMainTable): says the link of each packet, instead of `hop` and `mtu`.
    std::uint32_t table = 0;
    /// Somebody else's SID, or an address of this router, below one of ours: the kernel's, whatever stands
    /// above.
    bool is_foreign = false;

    bool operator==(const EngineSid&) const = default;
};

/// One of several that a route has.
struct EngineLink {
    NextHop hop;
    std::uint16_t mtu = 0;

    bool operator==(const EngineLink&) const = default;
};

/// A row of a table that SIDs name, for an engine that cannot ask the kernel for each packet.
struct EngineRoute {
    std::uint32_t table = kMainTable;
    /// IPv4 as ::ffff:0:0/96.
    Prefix6 to;
    /// Unresolved: packets are left to the kernel.
    NextHop hop;
    std::uint16_t mtu = 0;
    /// Unreachable, prohibit or blackhole: the kernel answers or drops.
    bool is_nowhere = false;
    /// Of equal cost beside the first: flows are shared among all that are resolved.
    std::vector<EngineLink> others = {};

    bool operator==(const EngineRoute&) const = default;
};

/// What an engine serves SIDs by.
struct EngineSids {
    std::vector<EngineSid> sids;
    std::vector<EngineRoute> routes;

    bool operator==(const EngineSids&) const = default;
};

struct EngineServiceCount {
    std::uint64_t new_flows = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t drops = 0;
    std::map<SiteId, std::uint64_t> new_flows_by_site;
};

/// Packets whose path was this one.
struct EnginePathCount {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t drops = 0; ///< after it was chosen

    bool operator==(const EnginePathCount&) const = default;
};

struct EngineSiteCount {
    std::array<EnginePathCount, kPathsPerSite> paths{}; ///< by rank
    /// Packets whose QUIC connection id named the site: their flows leave no entries.
    std::uint64_t named = 0;

    bool operator==(const EngineSiteCount&) const = default;
};

struct EngineCounters {
    std::map<ServiceId, EngineServiceCount> services;
    std::map<SiteId, EngineSiteCount> sites;
    std::map<std::string, std::uint64_t> reasons;
};

struct EngineFlow {
    ServiceId service;
    Ip6 source;
    std::uint16_t source_port = 0;
    SiteId site;
    bool is_exception = false;
    Duration age{0};
};

/// What the engine's own program did with a packet made for a question.
struct FlowRun {
    std::vector<std::uint8_t> before;
    std::vector<std::uint8_t> after;
    sl_story story{};
    std::string interface;     ///< that it came in by
    std::string out_interface; ///< that it leaves by; empty = none
};

/// State of one slot, for `get` and for tests; `moving` = base is not the effective site.
struct SlotView {
    SiteId base;
    SiteId next;
    MonoTime since;
    bool moving = false;
};

/// What lives on sites now.
struct Occupancy {
    struct Row {
        std::uint64_t slots = 0;      ///< whose flows the site serves
        std::uint64_t exceptions = 0; ///< live, in the last whole look at the table
    };
    std::map<SiteId, Row> sites;
    /// Whole looks at the exceptions so far. One that ends may have begun before whatever happened since the
    /// one before it ended.
    std::uint64_t looks = 0;
};

/// How many jobs a service had at a site, as the site said.
struct SiteJobs {
    ServiceId service;
    SiteId site;
    double jobs = 0;
    MonoTime measured;
};

/// How new flows are placed by cost, for metrics.
struct PlacementCount {
    std::uint64_t services = 0;      ///< with second choices
    std::uint64_t no_room = 0;       ///< that should have them, but the cost rows are used up
    std::uint64_t sites = 0;         ///< of all services, with a cost row
    std::uint64_t fresh = 0;         ///< of those, with news young enough to count
    std::uint64_t loads_used = 0;    ///< reports taken
    std::uint64_t loads_late = 0;    ///< reports older than what was known, or from the future
    std::uint64_t loads_unasked = 0; ///< reports of sites that no service places flows by
};

class Dataplane {
public:
    Dataplane() = default;
    Dataplane(const Dataplane&) = delete;
    Dataplane& operator=(const Dataplane&) = delete;
    virtual ~Dataplane() = default;

    /// Services, sites, paths and shares of one generation. Slots are edited minimally; live flows keep their
    /// site.
    virtual Status apply(const Plan& plan, MonoTime now) = 0;
    /// Which paths of a site may take packets now, and where their first hops are; the rest take none. Flows
    /// are shared among them by the Plan's weights; a flow whose path stays in the list stays on it, but for
    /// flows of a path that was missing and returns.
    virtual Status set_paths(SiteId site, std::span<const UsablePath> usable) = 0;
    /// Affinity rule 6: suspect takes no new flows, dead gives its slots to the survivors.
    virtual Status set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) = 0;
    /// The ingress steers a service only while its prefix has a usable route (a withdrawal wins over a Plan).
    /// Said before the Plan that brings the service, it counts from that Plan's first packet on.
    virtual Status set_steering(ServiceId service, bool on) = 0;
    /// Exactly these SIDs are served by the engine from now on; the kernel's routes are beside them.
    virtual Status set_sids(std::span<const EngineSid> sids) {
        return sids.empty() ? Status{} : Error{Errc::kUnsupported, engine_name() + " serves no SIDs"};
    }
    /// Has to be told the routes of the tables that its SIDs name.
    [[nodiscard]] virtual bool needs_routes() const { return false; }
    /// Exactly these from now on.
    virtual Status set_routes(std::span<const EngineRoute>) { return {}; }
    /// Affinity rules 4, 5 and 7: commits moves that are due, ages entries. Call about every 100 ms.
    virtual Status tick(MonoTime now) = 0;
    /// Reports of sites, for the second choices of new flows; what nobody asked for is counted and left.
    virtual void take_loads(std::span<const SiteJobs>, MonoTime /*now*/) {}
    virtual PlacementCount placement() const { return {}; }
    /// Interfaces came or went: puts the program on those that lack it. One that is away is no error.
    virtual Status reattach() { return {}; }

    virtual Result<EngineCounters> counters() = 0;
    /// Exception entries, and the newest of the new flows that were told of since the last call; at most
    /// `limit` of each.
    virtual Result<std::vector<EngineFlow>> flows(std::size_t limit) = 0;
    virtual Result<std::vector<SlotView>> slots(ServiceId service) = 0;
    /// Runs a packet of the flow; no state, no entry and no counter changes. kNotFound: no such interface.
    virtual Result<FlowRun> explain(const FlowQuestion&) {
        return Error{Errc::kUnsupported, engine_name() + " does not explain flows"};
    }
    /// kUnsupported: this engine keeps no flows.
    virtual Result<Occupancy> occupancy() {
        return Error{Errc::kUnsupported, engine_name() + " does not count what lives on sites"};
    }
    /// The Plan id whose tables are in force, adopted from pinned state after a restart; empty controller =
    /// none.
    virtual PlanId applied() const = 0;
    virtual std::string engine_name() const = 0;
    /// Its name, its ports, and how long it works at a packet where it can say.
    [[nodiscard]] virtual EngineState state() const { return {engine_name(), {}, {}}; }
};

} // namespace suanlu
