// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/xdp/bench_plan.hpp"

#include <array>

namespace suanlu::bench {
namespace {

SitePlan site_plan(std::uint16_t id) {
    PathPlan path;
    path.id = path_id(SiteId{id}, 0);
    path.destination6 = *Ip6::parse("fc00:0:a1:e1:f006::");
    path.destination4 = *Ip6::parse("fc00:0:a1:e1:f004::");
    path.destination6.bytes[7] = path.destination4.bytes[7] = static_cast<std::uint8_t>(id);
    path.weight = 1;
    path.mtu = {1500};
    return {{id}, "site-" + std::to_string(id), {}, {path}};
}

ServicePlan service_plan(std::uint16_t id, std::uint32_t address, Transport transport, std::uint32_t slots) {
    ServicePlan service;
    service.id = {id};
    service.name = "service-" + std::to_string(id);
    service.addresses = {service_address(address)};
    service.transport = transport;
    service.port = transport == Transport::kUdp ? kUdpPort : kTcpPort;
    service.slots = slots;
    return service;
}

} // namespace

Ip6 service_address(std::uint32_t number) {
    auto address = *Ip6::parse("2001:db8:a::");
    for (std::size_t byte = 0; byte < 4; byte++) {
        address.bytes[15 - byte] = static_cast<std::uint8_t>(number >> (8 * byte));
    }
    return address;
}

Plan plan_of(std::uint16_t services, std::uint32_t slots, std::uint64_t generation) {
    Plan plan;
    plan.id = {"bench", 1, generation};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    for (std::uint16_t site = 1; site <= kSites; site++) {
        plan.sites.push_back(site_plan(site));
    }
    for (std::uint16_t id = 1; id <= services; id++) {
        plan.services.push_back(service_plan(id, id, Transport::kUdp, slots));
    }
    if (services == 1) {
        plan.services.push_back(service_plan(2, 1, Transport::kTcp, slots));
    }
    change_shares(plan, 0);
    return plan;
}

void change_shares(Plan& plan, std::uint32_t step) {
    constexpr std::uint32_t kEven = kWholeShare / kSites;
    for (auto& service : plan.services) {
        service.shares.clear();
        for (std::uint16_t site = 1; site <= kSites; site++) {
            // Even sites 10 % more, odd ones 10 % less, and the other way about.
            const auto tenth = (site + step) % 2 == 0 ? kEven / 10 : 0;
            service.shares.push_back({SiteId{site}, step == 0 ? kEven : kEven - kEven / 20 + tenth});
        }
    }
}

Status use_paths(SteerTables& tables, std::uint32_t interface, MonoTime now) {
    const NextHop hop{interface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    for (std::uint16_t site = 1; site <= kSites; site++) {
        SL_TRY_VOID(
            tables.set_paths(SiteId{site}, std::array{UsablePath{path_id(SiteId{site}, 0), hop}}, now));
    }
    return {};
}

} // namespace suanlu::bench
