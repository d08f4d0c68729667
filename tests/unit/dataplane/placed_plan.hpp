// SPDX-License-Identifier: Apache-2.0
// A Plan of one service whose new flows are placed by what its sites say of their load.
#pragma once

#include "core/model/plan.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

inline constexpr MonoTime kStart{std::chrono::seconds(1000)};

/// Ten workers of 1 s; every job more costs as much as there are jobs, in hundredths of a second.
inline SitePlacement placement(std::uint16_t id) {
    SitePlacement out;
    out.site = {id};
    out.static_cost = {10'000};
    out.service_time = {1'000'000};
    out.balance_millijobs = 8'000;
    out.relaxation = {1'000'000'000}; // news stays as it is
    out.full_at = 10;
    for (std::uint32_t k = 0; k <= 10; k++) {
        out.delta.push_back({k * 10'000});
    }
    out.slope = {10'000};
    return out;
}

inline Plan plan(double exception_share, std::uint16_t sites = 2) {
    Plan out;
    out.id = {"test", 1, 1};
    ServicePlan service;
    service.id = {1};
    service.name = "s";
    service.addresses = {*Ip6::parse("2001:db8:a::1")};
    service.transport = Transport::kTcp;
    service.port = 80;
    service.slots = 251;
    service.placement.exception_ppm = static_cast<std::uint32_t>(exception_share * kWholeShare);
    for (std::uint16_t id = 1; id <= sites; id++) {
        PathPlan path;
        path.id = path_id(SiteId{id}, 0);
        path.destination6 = *Ip6::parse("fc00:0:e1::");
        path.mtu = {2000};
        out.sites.push_back({{id}, "site-" + std::to_string(id), {}, {path}});
        service.shares.push_back({{id}, kWholeShare / sites});
        service.placement.sites.push_back(placement(id));
    }
    service.shares.back().ppm += kWholeShare % sites;
    out.services = {service};
    return out;
}

} // namespace suanlu
