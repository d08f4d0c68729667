// SPDX-License-Identifier: Apache-2.0
// An AgentCore on a virtual clock, with three sites of two paths each.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/agent/recording_engine.hpp"

namespace suanlu {

struct AgentBench {
    static constexpr SiteId kA{1};
    static constexpr SiteId kB{2};
    static constexpr SiteId kC{3};
    static constexpr ServiceId kService{7};

    static Ip6 destination(SiteId site, std::uint32_t rank) {
        Ip6 out = *Ip6::parse("fc00:0:a1:e1:f006::");
        out.bytes[7] = static_cast<std::uint8_t>(site.value * 16 + rank);
        return out;
    }
    static NextHop hop(std::uint32_t interface) {
        return {interface, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
    }

    static Plan plan(std::uint64_t generation, int sites = 3) {
        Plan out;
        out.id = {"ctl", 1, generation};
        out.node = "R1";
        out.sid_block = *Prefix6::parse("fc00:0::/32");
        out.local_sids = {{*Prefix6::parse("fc00:0:1::/48"), SidBehaviour::kEnd, {}, "", 0}};
        ServicePlan service;
        service.id = kService;
        service.name = "analysis";
        service.addresses = {*Ip6::parse("2001:db8:a::1")};
        service.port = 8080;
        for (std::uint16_t id = 1; id <= sites; ++id) {
            SitePlan site{SiteId{id}, "site-" + std::to_string(id), *Ip6::parse("2001:db8:51::1"), {}};
            for (std::uint32_t rank = 0; rank < 2; ++rank) {
                PathPlan path;
                path.id = path_id(site.id, rank);
                path.egress = "E" + std::to_string(rank + 1);
                path.destination6 = destination(site.id, rank);
                site.paths.push_back(path);
            }
            out.sites.push_back(site);
        }
        service.shares = {{kA, kWholeShare}};
        service.static_shares = {{kA, 500'000}, {kB, 500'000}};
        out.services = {service};
        return out;
    }
    static NextHopMap all_hops(int sites = 3) {
        NextHopMap out;
        for (std::uint16_t id = 1; id <= sites; ++id) {
            out[path_id(SiteId{id}, 0)] = hop(10);
            out[path_id(SiteId{id}, 1)] = hop(11);
        }
        return out;
    }
    static AgentCoreConfig config() {
        AgentCoreConfig out;
        out.rules = {"R1",
                     *Prefix6::parse("fc00:0:1::/48"),
                     {*Prefix6::parse("2001:db8:a::/64")},
                     {*Prefix6::parse("fc00:0::/32")}};
        out.client_class = "cameras-1";
        out.boot_id = "boot";
        return out;
    }

    VirtualClock clock;
    RecordingEngine engine;
    RecordingSids sids;
    AgentCore core{config(), engine, sids, clock.now()};

    Result<PlanOrder> offer(const Plan& p) { return core.offer(p, all_hops(), clock.now()); }
    /// A welcomed session, Plan 1 in force, the service's route usable, every path up.
    void begin(int sites = 3) {
        ASSERT_TRUE(core.on_welcome("ctl", clock.now()));
        ASSERT_TRUE(core.offer(plan(1, sites), all_hops(sites), clock.now()));
        core.set_route_usable(kService, true, "usable", clock.now());
        for (std::uint16_t id = 1; id <= sites; ++id) {
            probe(SiteId{id}, 0, ProbeState::kUp);
            probe(SiteId{id}, 1, ProbeState::kUp);
        }
    }
    void probe(SiteId site, std::uint32_t rank, ProbeState state) {
        core.on_probe({path_id(site, rank), destination(site, rank), state, Microseconds{800}, 10, 9},
                      clock.now());
    }
    void fail_site(SiteId site) {
        probe(site, 0, ProbeState::kDown);
        probe(site, 1, ProbeState::kDown);
    }
    void pass(Duration time) {
        for (Duration left = time; left > Duration{0}; left -= std::chrono::milliseconds(100)) {
            clock.advance(std::chrono::milliseconds(100));
            core.tick(clock.now());
        }
    }
};

} // namespace suanlu
