// SPDX-License-Identifier: Apache-2.0
// One service at some sites on the fake data plane, on a virtual clock.
#pragma once

#include <gtest/gtest.h>

#include "dataplane/api/fake_dataplane.hpp"

namespace suanlu {

using namespace std::chrono_literals;

inline constexpr std::uint32_t kSlots = 251;

inline Plan plan_of(std::vector<std::uint32_t> shares, Affinity affinity = Affinity::kFlow) {
    Plan plan;
    plan.id = {"test", 1, 1};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    ServicePlan service;
    service.id = {1};
    service.name = "video";
    service.addresses = {*Ip6::parse("2001:db8:a::1")};
    service.transport = affinity == Affinity::kFlow ? Transport::kTcp : Transport::kUdp;
    service.port = 9001;
    service.affinity = affinity;
    service.affinity_timeout = {60};
    service.slots = kSlots;
    for (std::uint16_t id = 1; id <= shares.size(); id++) {
        SitePlan site{{id}, "site-" + std::to_string(id), {}, {}};
        for (std::uint32_t rank = 0; rank < 2; rank++) {
            PathPlan path;
            path.id = path_id(site.id, rank);
            path.destination6 =
                *Ip6::parse("fc00:0:e" + std::to_string(id) + ":" + std::to_string(rank) + "::");
            path.mtu = {2000};
            site.paths.push_back(path);
        }
        plan.sites.push_back(site);
        service.shares.push_back({site.id, shares[id - 1]});
    }
    plan.services = {service};
    return plan;
}

class Tables : public testing::Test {
protected:
    void use(Plan plan) {
        current = std::move(plan);
        const auto status = fake.apply(current, now);
        ASSERT_TRUE(status) << status.error().text();
        for (const auto& site : current.sites) {
            ASSERT_TRUE(fake.set_paths(site.id, std::array{UsablePath{site.paths[0].id, {7, {}, {}}}}));
        }
    }
    void reshare(std::vector<std::uint32_t> shares) {
        for (std::size_t i = 0; i < shares.size(); i++) {
            current.services[0].shares[i].ppm = shares[i];
        }
        current.id.generation++;
        ASSERT_TRUE(fake.apply(current, now));
    }
    void pass(Duration time) {
        for (const auto end = now + time; now < end;) {
            now = now + 100ms;
            ASSERT_TRUE(fake.tick(now));
        }
    }
    std::size_t bases(std::uint16_t site) {
        std::size_t count = 0;
        const auto views = fake.slots(ServiceId{1});
        for (const auto& slot : *views) {
            count += slot.base == SiteId{site} ? 1 : 0;
        }
        return count;
    }
    PacketResult packet(std::uint16_t port, bool is_start = false) {
        SyntheticPacket p;
        p.flow = {*Ip6::parse("2001:db8:c1::2"), port, *Ip6::parse("2001:db8:a::1"), 9001,
                  current.services[0].transport};
        p.tcp_flags = is_start ? SyntheticPacket::kSyn : SyntheticPacket::kAck;
        return fake.send(p, now);
    }

    FakeDataplane fake;
    Plan current;
    MonoTime now{1000s};
};

} // namespace suanlu
