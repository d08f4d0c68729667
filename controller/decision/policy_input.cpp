// SPDX-License-Identifier: Apache-2.0
// What a policy is told about a service: the part of Decision that turns the model into PolicyInput.
#include <algorithm>

#include "controller/decision/decision.hpp"

namespace suanlu {

/// By position of the site.
const std::vector<double>& Decision::brought(std::uint32_t service) {
    std::vector<double>& out = brought_[service];
    if (!out.empty()) {
        return out;
    }
    out.resize(inventory_.sites.size());
    const Service& of = inventory_.services[service];
    for (const Router& router : inventory_.routers) {
        const auto shares = shares_.find({router.name, of.name});
        if (shares == shares_.end()) {
            continue;
        }
        const double jobs = arrivals_.rate(router.name, of.name).value * jobs_.per_flow(of, router.name);
        for (const SiteShare& share : shares->second) {
            if (const Site* site = inventory_.site(share.site)) {
                out[static_cast<std::size_t>(site - inventory_.sites.data())] +=
                    jobs * share.ppm / kWholeShare;
            }
        }
    }
    return out;
}

double Decision::other_jobs(const Service& service, const Site& site, const InstanceTable::Cell& own) {
    const auto at = static_cast<std::size_t>(&site - inventory_.sites.data());
    double jobs = 0;
    for (const std::uint32_t other : instances_.pool(site.name, own)) {
        if (&inventory_.services[other] != &service) {
            jobs += brought(other)[at];
        }
    }
    return jobs;
}

PolicySite Decision::policy_site(const Service& service, const Site& site, MonoTime now) {
    PolicySite out;
    out.id = site.id;
    out.name = site.name;
    const InstanceTable::Cell& known = instances_.at(site.name, service.name);
    out.hosts_service = known.hosted != nullptr;
    if (known.hosted == nullptr) {
        return out;
    }
    out.slots = known.hosted->slots;
    out.rate_per_slot = known.hosted->rate_per_slot.value;
    const auto price = prices_.find(site.name);
    out.price_s = price == prices_.end() ? 0 : price->second;
    const SiteView view = *sites_.view(site.name, now);
    out.is_fresh = view.freshness == Freshness::kFresh;
    out.report_age_s = std::chrono::duration<double>(view.age).count();
    const InstanceReport* instance = known.reported;
    if (instance == nullptr) {
        out.is_fresh = false;
        return out;
    }
    out.slots = instance->slots_usable;
    if (instance->rate_per_slot.value > 0) {
        out.rate_per_slot = instance->rate_per_slot.value;
    }
    out.cv2 = instance->cv2 >= 0 ? instance->cv2 : 1;
    out.utilisation = instance->utilisation;
    out.other_jobs = other_jobs(service, site, known);
    return out;
}

PerSecond Decision::arrivals(const std::string& entry, const std::string& service) const {
    const auto place = inventory_.places.find(entry);
    return place == inventory_.places.end() ? arrivals_.rate(entry, service) : place->second;
}

/// Nobody probes from a place: a site is alive there while it is for some ingress.
bool Decision::is_alive(const std::string& entry, const std::string& site) const {
    const auto from = [this, &site](const std::string& ingress) {
        return ingresses_.liveness(ingress, site) == SiteLiveness::kAlive;
    };
    if (!inventory_.is_place(entry)) {
        return from(entry);
    }
    const auto& routers = inventory_.routers;
    return std::any_of(routers.begin(), routers.end(),
                       [&from](const Router& r) { return r.is_ingress && from(r.name); });
}

PolicyInput Decision::policy_input(const Service& service, MonoTime now) {
    PolicyInput out;
    out.service = service.name;
    out.affinity = service.affinity;
    out.latency_budget_s = service.latency_budget.value;
    for (const Site& site : inventory_.sites) {
        out.sites.push_back(policy_site(service, site, now));
        if (is_draining(site.id)) {
            out.sites.back().slots = 0;
        }
    }
    if (wall_) {
        const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - wall_->first);
        out.wall_s = static_cast<std::int64_t>(wall_->second / 1'000'000'000) + since.count();
    }
    for (const Router& router : inventory_.routers) {
        if (!inventory_.is_entry(router)) {
            continue;
        }
        PolicyIngress ingress;
        ingress.name = router.name;
        ingress.jobs_per_s = arrivals(router.name, service.name).value * jobs_.per_flow(service, router.name);
        for (const Site& site : inventory_.sites) {
            const auto delay = paths_.delay(router.name, site.id);
            ingress.delay_s.push_back(delay ? std::optional<double>(delay->value) : std::nullopt);
            ingress.is_alive.push_back(is_alive(router.name, site.name));
        }
        out.ingresses.push_back(std::move(ingress));
    }
    return out;
}

} // namespace suanlu
