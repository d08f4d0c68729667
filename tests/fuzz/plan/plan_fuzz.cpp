// SPDX-License-Identifier: Apache-2.0
// Any bytes as a Plan on its way into an ingress: decoded, checked against the router's own list, applied to
// the tables of the host engine, and packets run by them. No crash; a refused Plan changes nothing in force,
// and one that is applied is the one that packets see. The first byte picks what happens besides.
#include <array>
#include <cstdlib>
#include <cstring>

#include "dataplane/agent/plan_gate.hpp"
#include "dataplane/api/fake_dataplane.hpp"
#include "proto/codec/plan_codec.hpp"
#include "suanlu/v1/agent.pb.h"

namespace {

using namespace suanlu;

Prefix6 prefix(const char* text) {
    return *Prefix6::parse(text);
}

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// A packet to the first address of every service, and one to nobody.
void send_all(FakeDataplane& engine, const Plan& plan, MonoTime now) {
    SyntheticPacket packet;
    packet.flow.source = *Ip6::parse("2001:db8:c1::2");
    packet.flow.source_port = 40'000;
    for (const ServicePlan& service : plan.services) {
        if (service.addresses.empty()) {
            continue;
        }
        packet.flow.destination = service.addresses.front();
        packet.flow.destination_port = service.port;
        packet.flow.transport = service.transport == Transport::kUdp ? Transport::kUdp : Transport::kTcp;
        packet.tcp_flags = SyntheticPacket::kSyn;
        (void)engine.send(packet, now);
    }
    packet.flow.destination = *Ip6::parse("2001:db8:ffff::1");
    require(engine.send(packet, now).verdict != Verdict::kRedirect || !plan.services.empty());
}

void live_on(FakeDataplane& engine, const Plan& plan, std::uint8_t choice, MonoTime now) {
    const NextHop hop{3, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    for (const SitePlan& site : plan.sites) {
        for (const PathPlan& path : site.paths) {
            (void)engine.set_paths(site.id, std::array{UsablePath{path.id, hop}});
        }
        if ((choice & 1) != 0) {
            (void)engine.set_liveness(site.id, SiteLiveness::kDead, now);
        }
    }
    std::vector<SiteJobs> loads;
    for (const ServicePlan& service : plan.services) {
        for (const SitePlacement& site : service.placement.sites) {
            loads.push_back({service.id, site.site, 7, now});
        }
    }
    engine.take_loads(loads, now);
    send_all(engine, plan, now);
    for (int i = 0; i < 3; ++i) {
        now = now + std::chrono::milliseconds(100);
        require(engine.tick(now).has_value());
    }
    send_all(engine, plan, now);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    v1::Plan message;
    if (size < 1 || !message.ParseFromArray(bytes + 1, static_cast<int>(size - 1))) {
        return 0;
    }
    const auto plan = decode(message);
    if (!plan) {
        require(!plan.error().detail.empty());
        return 0;
    }
    v1::Plan again;
    encode(*plan, again);
    const auto twice = decode(again);
    require(twice.has_value());
    v1::Plan third;
    encode(*twice, third);
    require(third.SerializeAsString() == again.SerializeAsString());
    const PlanRules rules{plan->node, prefix("fc00::/16"), {prefix("::/0")}, {prefix("::/0")}};
    if ((bytes[0] & 2) != 0 && !check_allowed(rules, *plan)) {
        return 0;
    }
    FakeDataplane engine(*Ip6::parse("fc00:0:1::1"), 4096, 16);
    const MonoTime now{std::chrono::seconds(1000)};
    const Status applied = engine.apply(*plan, now);
    require(applied ? engine.applied() == plan->id : engine.applied() == PlanId{});
    if (applied) {
        live_on(engine, *plan, bytes[0], now);
    }
    return 0;
}
