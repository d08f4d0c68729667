// SPDX-License-Identifier: Apache-2.0
#include "controller/dns_view/dns_view_builder.hpp"

#include <algorithm>
#include <tuple>

#include "controller/dns_view/dns_compute.hpp"
#include "controller/dns_view/dns_hysteresis.hpp"

namespace suanlu {

struct DnsViewBuilder::PlanIndex {
    std::map<ServiceId, const ServicePlan*> services;
    std::map<SiteId, Microseconds> delays;
    /// Keeps what the pointers point at.
    std::shared_ptr<const Plan> plan;
};

namespace {

std::vector<DnsRank> ranks_of(const std::vector<SiteShare>& shares,
                              const std::map<SiteId, Microseconds>& delays) {
    std::vector<DnsRank> out;
    for (const SiteShare& share : shares) {
        if (share.ppm > 0) {
            const auto delay = delays.find(share.site);
            out.push_back(
                {share.site, share.ppm, delay == delays.end() ? std::nullopt : std::optional(delay->second)});
        }
    }
    const auto key = [](const DnsRank& r) {
        return std::tuple(-std::int64_t{r.ppm}, r.delay.value_or(kUnreachableDelay), r.site);
    };
    std::sort(out.begin(), out.end(), [&key](const DnsRank& a, const DnsRank& b) { return key(a) < key(b); });
    return out;
}

Inventory by_id(Inventory inventory) {
    const auto less = [](const auto& a, const auto& b) { return a.id < b.id; };
    std::sort(inventory.sites.begin(), inventory.sites.end(), less);
    std::sort(inventory.services.begin(), inventory.services.end(), less);
    return inventory;
}

} // namespace

DnsViewBuilder::DnsViewBuilder(Inventory inventory, std::string controller, std::uint64_t epoch,
                               MonoTime start, DnsViewLimits limits)
    : inventory_(by_id(std::move(inventory))), instances_(inventory_), limits_(limits), start_(start),
      not_before_(start) {
    SL_CHECK(inventory_.dns.has_value());
    used_.resize(inventory_.dns->classes.size());
    last_ = outline();
    last_.stamp = {std::move(controller), epoch, 0, 0};
}

void DnsViewBuilder::take(std::shared_ptr<const AppliedView> applied) {
    applied_ = std::move(applied);
    has_plans_ = true;
}

void DnsViewBuilder::take(DnsFacts facts) {
    has_plans_ = has_plans_ || facts.places != facts_.places;
    for (const auto& [site, fact] : facts.sites) {
        if (const auto known = facts_.sites.find(site);
            known == facts_.sites.end() || known->second.report != fact.report) {
            instances_.note(site, fact.report);
        }
    }
    facts_ = std::move(facts);
    has_facts_ = true;
}

std::shared_ptr<const Plan> DnsViewBuilder::plan_of(const DnsClassSettings& c) const {
    const auto find = [&c](const auto& plans) {
        const auto found = plans.find(c.head.ingress);
        return found == plans.end() ? nullptr : found->second;
    };
    if (c.is_place) {
        return find(facts_.places);
    }
    return applied_ ? find(applied_->plans) : nullptr;
}

bool DnsViewBuilder::is_decided_everywhere() const {
    const auto& classes = inventory_.dns->classes;
    return std::all_of(classes.begin(), classes.end(),
                       [this](const DnsClassSettings& c) { return plan_of(c) != nullptr; });
}

const Site& DnsViewBuilder::site_of(SiteId id) const {
    return *std::lower_bound(inventory_.sites.begin(), inventory_.sites.end(), id,
                             [](const Site& site, SiteId than) { return site.id < than; });
}

const DnsSiteSettings* DnsViewBuilder::settings_of(const Site& site) const {
    const auto found = inventory_.dns->sites.find(site.name);
    return found == inventory_.dns->sites.end() ? nullptr : &found->second;
}

DnsSite DnsViewBuilder::outline(const Site& site) const {
    const DnsSiteSettings* settings = settings_of(site);
    DnsSite out;
    out.id = site.id;
    out.changed = 1; // the first view
    out.name = site.name;
    out.kind = site.kind;
    out.region = settings == nullptr ? DnsSiteSettings().region : settings->region;
    out.addresses = {site.address};
    if (settings != nullptr && !settings->addresses.empty()) {
        out.addresses = settings->addresses;
    }
    out.access = settings == nullptr ? std::nullopt : settings->access;
    for (const Attachment& attachment : site.attachments) {
        if (!attachment.sid6.is_zero()) {
            out.sids.push_back(attachment.sid6);
        }
    }
    out.compute = dns_compute_of(settings, nullptr);
    return out;
}

DnsService DnsViewBuilder::outline(const Service& service) const {
    const DnsSettings& dns = *inventory_.dns;
    DnsService out;
    out.id = service.id;
    out.name = service.name;
    out.addresses = service.addresses;
    out.transport = service.transport;
    out.port = service.port;
    if (const auto row = dns.services.find(service.name); row != dns.services.end()) {
        out.alpn = row->second.alpn;
        out.fail = row->second.fail;
    }
    if (const auto weights = inventory_.static_shares.find(service.name);
        weights != inventory_.static_shares.end()) {
        out.static_ranks = ranks_of(weights->second, {});
    }
    for (const Site& site : inventory_.sites) {
        if (instances_.at(site.name, service.name).hosted != nullptr) {
            out.instances.push_back({site.id, dns_compute_of(settings_of(site), nullptr)});
        }
    }
    for (const DnsClassSettings& c : dns.classes) {
        out.answers.push_back({dns.mode(service, c), DnsBasis::kUndecided, {}});
    }
    return out;
}

/// What is told before anything is known: every name there will ever be.
DnsView DnsViewBuilder::outline() const {
    DnsView out;
    out.validity = inventory_.dns->validity;
    out.zone = inventory_.dns->zone;
    for (const DnsClassSettings& c : inventory_.dns->classes) {
        out.classes.push_back(std::make_shared<const DnsClientClass>(c.head));
    }
    for (const Site& site : inventory_.sites) {
        out.sites.push_back(std::make_shared<const DnsSite>(outline(site)));
    }
    for (const Service& service : inventory_.services) {
        out.services.push_back(std::make_shared<const DnsService>(outline(service)));
    }
    return out;
}

DnsViewBuilder::ClassPlans DnsViewBuilder::take_changed_plans() {
    ClassPlans out;
    for (std::size_t k = 0; k < used_.size(); ++k) {
        auto plan = plan_of(inventory_.dns->classes[k]);
        if (plan == used_[k]) {
            continue;
        }
        used_[k] = plan;
        PlanIndex index{{}, {}, std::move(plan)};
        for (const ServicePlan& service : index.plan->services) {
            index.services[service.id] = &service;
        }
        for (const SitePlan& site : index.plan->sites) {
            if (!site.paths.empty()) {
                index.delays[site.id] = site.paths.front().delay;
            }
        }
        out.emplace_back(k, std::move(index));
    }
    return out;
}

bool DnsViewBuilder::update_sites(DnsView& view) {
    bool is_changed = false;
    for (std::size_t k = 0; k < inventory_.sites.size(); ++k) {
        const Site& site = inventory_.sites[k];
        const DnsSiteFacts& facts = facts_.sites.at(site.name);
        DnsSite now = *view.sites[k];
        now.is_up = facts.is_up;
        now.compute = dns_compute_of(settings_of(site), largest_instance(facts.report.get()));
        if (!is_close(*view.sites[k], now)) {
            now.changed = static_cast<std::uint32_t>(view.stamp.generation + 1);
            view.sites[k] = std::make_shared<const DnsSite>(std::move(now));
            ++counters_.sites_changed;
            is_changed = true;
        }
    }
    return is_changed;
}

/// Copies the service only when something of it is told anew.
bool DnsViewBuilder::update_service(DnsView& view, std::size_t at, const ClassPlans& plans, bool has_facts) {
    const Service& service = inventory_.services[at];
    const DnsService& before = *view.services[at];
    std::shared_ptr<DnsService> copy;
    const auto edit = [&copy, &before]() -> DnsService& {
        copy = copy ? copy : std::make_shared<DnsService>(before);
        return *copy;
    };
    for (const auto& [k, plan] : plans) {
        DnsAnswer now{before.answers[k].mode, DnsBasis::kNoShare, {}};
        if (const auto planned = plan.services.find(service.id); planned != plan.services.end()) {
            now.ranks = ranks_of(planned->second->shares, plan.delays);
            now.basis = now.ranks.empty() ? DnsBasis::kNoShare : DnsBasis::kApplied;
        }
        if (!is_close(before.answers[k], now)) {
            edit().answers[k] = std::move(now);
            ++counters_.answers_changed;
        }
    }
    for (std::size_t k = 0; k < before.instances.size() && has_facts; ++k) {
        const Site& site = site_of(before.instances[k].site);
        const InstanceTable::Cell& cell = instances_.at(site.name, service.name);
        DnsCompute now = dns_compute_of(settings_of(site), cell.reported);
        if (!is_close(before.instances[k].compute, now)) {
            edit().instances[k].compute = now;
        }
    }
    const bool is_changed = copy != nullptr;
    if (is_changed) {
        view.services[at] = std::move(copy);
    }
    return is_changed;
}

std::shared_ptr<const DnsView> DnsViewBuilder::next(MonoTime now, std::uint64_t wall_unix_ms) {
    const auto when = due();
    if (!when || now < *when) {
        return nullptr;
    }
    has_plans_ = false;
    const bool has_facts = std::exchange(has_facts_, false);
    DnsView view = last_;
    bool is_changed = !std::exchange(was_told_, true);
    is_changed = (has_facts && update_sites(view)) || is_changed;
    const ClassPlans plans = take_changed_plans();
    for (std::size_t k = 0; k < view.services.size(); ++k) {
        is_changed = update_service(view, k, plans, has_facts) || is_changed;
    }
    if (!is_changed) {
        ++counters_.close;
        return nullptr;
    }
    ++view.stamp.generation;
    view.stamp.made_unix_ms = wall_unix_ms;
    last_ = view;
    not_before_ = now + limits_.least_between;
    ++counters_.views;
    return std::make_shared<const DnsView>(std::move(view));
}

std::optional<MonoTime> DnsViewBuilder::due() const {
    if (!was_told_ && !is_decided_everywhere()) {
        return start_ + limits_.longest_silence;
    }
    return has_plans_ || has_facts_ || !was_told_ ? std::optional(not_before_) : std::nullopt;
}

} // namespace suanlu
