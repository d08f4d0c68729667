// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/cost_table.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "dataplane/api/slot_table.hpp"

namespace suanlu {
namespace {

/// Moments kept of the flows sent to a site, spread over the time that a report may be old.
constexpr std::size_t kSentKept = 32;
/// The gap lets through a little more than the share, since credit refuses the rest and credit that stays
/// helps nobody.
constexpr double kAim = 1.3;
/// With drawn second sites: less than this part of the mean saving is within the error of the estimates.
constexpr double kOpenGap = 0.7;
/// Credit is kept of the flows of about this many grants, a second's, and of one second choice.
constexpr double kKeptGrants = 10;
/// Rows of a service are asked for in steps, so that a site more needs no other place.
constexpr std::uint32_t kLeastRows = 4;

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

template <class Field>
void store(Field& field, Field value) {
    std::atomic_ref(field).store(value, std::memory_order_relaxed);
}

template <class Field>
Field load_of(Field& field) {
    return std::atomic_ref(field).load(std::memory_order_relaxed);
}

} // namespace

CostTable::Rows CostTable::rows(ServiceId service) const {
    const auto found = services_.find(service);
    if (found == services_.end()) {
        return {};
    }
    // bit_ceil makes 65536 of the most sites, all of which have a rank below SL_NO_RANK.
    const auto count = std::min(found->second.sites.size(), std::size_t{SL_NO_RANK});
    return {found->second.offset, static_cast<std::uint16_t>(count)};
}

std::uint16_t CostTable::rank(ServiceId service, SiteId site) const {
    const auto found = services_.find(service);
    if (found != services_.end() && site.is_set()) {
        const auto& sites = found->second.sites;
        for (std::size_t rank = 0; rank < sites.size(); rank++) {
            if (sites[rank].placement.site == site) {
                return static_cast<std::uint16_t>(rank);
            }
        }
    }
    return SL_NO_RANK;
}

PlacementCount CostTable::count() const {
    PlacementCount out = count_;
    out.services = services_.size();
    for (const auto& [id, service] : services_) {
        for (const Site& site : service.sites) {
            out.sites += site.placement.site.is_set() ? 1 : 0;
            out.fresh += site.is_fresh ? 1 : 0;
        }
    }
    return out;
}

void CostTable::clear(std::uint32_t row) {
    rows_[row] = sl_cost{};
    store(rows_[row].cost_us, sl_u32{SL_NO_COST});
}

// First fit.
std::optional<std::uint32_t> CostTable::occupy(std::uint32_t rows) {
    const auto hole =
        std::find_if(holes_.begin(), holes_.end(), [&](const auto& h) { return h.second >= rows; });
    if (hole == holes_.end()) {
        return std::nullopt;
    }
    const auto [at, size] = *hole;
    holes_.erase(hole);
    if (size > rows) {
        holes_[at + rows] = size - rows;
    }
    return at;
}

void CostTable::vacate(std::uint32_t at, std::uint32_t rows) {
    auto hole = holes_.emplace(at, rows).first;
    if (const auto after = std::next(hole); after != holes_.end() && at + rows == after->first) {
        hole->second += after->second;
        holes_.erase(after);
    }
    if (hole != holes_.begin() && std::prev(hole)->first + std::prev(hole)->second == at) {
        std::prev(hole)->second += hole->second;
        holes_.erase(hole);
    }
}

void CostTable::seat(Service& service, const SitePlacement& placement) {
    const auto known = std::find_if(service.sites.begin(), service.sites.end(),
                                    [&](const Site& site) { return site.placement.site == placement.site; });
    if (known != service.sites.end()) {
        known->placement = placement;
        return;
    }
    const auto free = std::find_if(service.sites.begin(), service.sites.end(),
                                   [](const Site& site) { return !site.placement.site.is_set(); });
    clear(service.offset + static_cast<std::uint32_t>(free - service.sites.begin()));
    *free = {};
    free->placement = placement;
}

// The site of a rank has gone. Another may get the rank at once, so rows that name it as the second site must
// not price the one and send to the other: they draw until the next choice.
void CostTable::forget(Service& service, std::uint16_t rank) {
    const auto gone = service.sites[rank].placement.site.value;
    for (auto& row : rows_.subspan(service.offset, service.sites.size())) {
        if (load_of(row.second) == gone) {
            store(row.second, sl_u16{0});
        }
    }
    service.sites[rank] = {};
    clear(service.offset + rank);
}

void CostTable::take(Service& service, const ServicePlan& plan) {
    service.table = plan.placement;
    service.table.sites.clear(); // they are in `sites`
    for (std::uint16_t rank = 0; rank < service.sites.size(); rank++) {
        const auto is_named = std::any_of(
            plan.placement.sites.begin(), plan.placement.sites.end(),
            [&](const SitePlacement& each) { return each.site == service.sites[rank].placement.site; });
        if (!is_named) {
            forget(service, rank);
        }
    }
    for (const SitePlacement& each : plan.placement.sites) {
        seat(service, each);
    }
    for (Site& site : service.sites) {
        site.weight = 0;
        for (const SiteShare& share : plan.shares) {
            site.weight += share.site == site.placement.site ? share.ppm / double(kWholeShare) : 0;
        }
    }
}

CostTable::Service* CostTable::find_or_make(const ServicePlan& plan) {
    if (const auto found = services_.find(plan.id); found != services_.end()) {
        return &found->second;
    }
    const auto rows =
        std::max(kLeastRows, std::bit_ceil(static_cast<std::uint32_t>(plan.placement.sites.size())));
    const auto offset = occupy(rows);
    if (!offset) {
        return nullptr;
    }
    store(credits_[plan.id.value], std::uint64_t{0});
    for (std::uint32_t i = 0; i < rows; i++) {
        clear(*offset + i);
    }
    return &services_.emplace(plan.id, Service{*offset, {}, std::vector<Site>(rows), 0, 0, 0}).first->second;
}

void CostTable::take(const std::vector<ServicePlan>& services) {
    std::map<ServiceId, const ServicePlan*> placed;
    for (const ServicePlan& plan : services) {
        const auto sites = plan.placement.sites.size();
        if (plan.affinity == Affinity::kFlow && plan.placement.exception_ppm > 0 && sites > 1 &&
            sites < SL_NO_RANK) {
            placed[plan.id] = &plan;
        }
    }
    std::erase_if(services_, [&](const auto& item) {
        const auto& [id, service] = item;
        const auto plan = placed.find(id);
        const bool stays =
            plan != placed.end() && plan->second->placement.sites.size() <= service.sites.size();
        if (!stays) {
            vacate(service.offset, static_cast<std::uint32_t>(service.sites.size()));
        }
        return !stays;
    });
    count_.no_room = 0;
    for (const auto& [id, plan] : placed) {
        if (Service* service = find_or_make(*plan); service != nullptr) {
            take(*service, *plan);
        } else {
            ++count_.no_room;
        }
    }
}

void CostTable::load(const SiteJobs& report, MonoTime now, const MayTake& may_take) {
    const auto rank = this->rank(report.service, report.site);
    if (rank == SL_NO_RANK) {
        ++count_.loads_unasked;
        return;
    }
    auto& service = services_.at(report.service);
    Site& site = service.sites[rank];
    if (!std::isfinite(report.jobs) || report.jobs < 0 || report.measured > now ||
        (site.measured && report.measured <= *site.measured)) {
        ++count_.loads_late;
        return;
    }
    ++count_.loads_used;
    site.jobs = report.jobs;
    site.measured = report.measured;
    write_word(service, rank, now, may_take);
}

// Flows that the report cannot know: those that arrived, or will arrive, after it was made.
double CostTable::own_flows(const Site& site, std::uint64_t sent, MonoTime now) const {
    const auto way = std::chrono::microseconds(site.placement.one_way.value);
    const MonoTime since{site.measured->since_boot - way};
    const auto later =
        std::find_if(site.sent.begin(), site.sent.end(), [&](const Sent& s) { return s.at > since; });
    const Sent after = later == site.sent.end() ? Sent{now, sent} : *later;
    if (later == site.sent.begin()) {
        return static_cast<double>(sent - after.flows);
    }
    const Sent& before = *std::prev(later);
    const double span = seconds_of(after.at - before.at);
    const double part = span > 0 ? seconds_of(since - before.at) / span : 1;
    const double known = static_cast<double>(before.flows) +
                         std::clamp(part, 0.0, 1.0) * static_cast<double>(after.flows - before.flows);
    return static_cast<double>(sent) - known;
}

void CostTable::note_sent(Site& site, std::uint64_t sent, double most_age, MonoTime now) {
    const double apart = most_age / (kSentKept - 2);
    if (site.sent.empty() || seconds_of(now - site.sent.back().at) >= apart) {
        site.sent.push_back({now, sent});
    }
    if (site.sent.size() > kSentKept) {
        site.sent.pop_front();
    }
}

void CostTable::write_word(Service& service, std::uint16_t rank, MonoTime now, const MayTake& may_take) {
    Site& site = service.sites[rank];
    sl_cost& row = rows_[service.offset + rank];
    const auto sent = load_of(row.sent);
    const double most_age = most_age_s(service.table, site.placement);
    note_sent(site, sent, most_age + to_seconds(site.placement.one_way).value, now);
    const double age = site.measured ? seconds_of(now - *site.measured) : most_age + 1;
    site.is_fresh = age <= most_age && may_take(site.placement.site);
    if (!site.is_fresh) {
        store(row.cost_us, sl_u32{SL_NO_COST});
        return;
    }
    const CostWord word = cost_word(site.placement, {site.jobs, age, own_flows(site, sent, now)});
    const auto last = *site.measured + std::chrono::duration_cast<Duration>(
                                           std::chrono::duration<double>(std::min(most_age, 86'400.0)));
    store(row.sent_then, static_cast<sl_u32>(sent));
    store(row.per_flow_us, word.per_flow_us);
    store(row.until, static_cast<sl_u32>(ticks_of(last)));
    store(row.cost_us, word.cost_us);
}

namespace {

/// What the flows of one site would save.
struct Offer {
    double saving_us = 0;
    double weight = 0;
};

/// The gap above which the best savings are, as many as the share of the flows allows.
double gap_of(std::vector<Offer> offers, double share) {
    std::sort(offers.begin(), offers.end(),
              [](const Offer& a, const Offer& b) { return a.saving_us > b.saving_us; });
    double granted = 0;
    for (const Offer& offer : offers) {
        if (granted >= kAim * share) {
            return std::max(0.0, offer.saving_us);
        }
        granted += offer.weight;
    }
    return 0;
}

} // namespace

/// Of a flow and a second site drawn for it.
double CostTable::mean_saving(const Service& service, std::span<const std::uint16_t> ranks) const {
    double mean = 0;
    for (const auto rank : ranks) {
        const double here = rows_[service.offset + rank].cost_us;
        for (const auto other : ranks) {
            const double there = rows_[service.offset + other].cost_us;
            mean += service.sites[rank].weight * service.sites[other].weight * std::max(0.0, here - there);
        }
    }
    return mean;
}

void CostTable::choose_seconds(Service& service) {
    std::vector<std::uint16_t> ranks;
    for (std::uint16_t rank = 0; rank < service.sites.size(); rank++) {
        if (service.sites[rank].is_fresh) {
            ranks.push_back(rank);
        }
    }
    if (ranks.size() < 2) {
        return;
    }
    const double share = service.table.exception_ppm / double(kWholeShare);
    const auto cost = [&](std::uint16_t rank) { return double(rows_[service.offset + rank].cost_us); };
    std::partial_sort(ranks.begin(), ranks.begin() + 2, ranks.end(),
                      [&](auto a, auto b) { return cost(a) < cost(b); });
    const bool is_named = second_site(share) == SecondSite::kCheapest;
    std::vector<Offer> offers;
    for (const auto rank : ranks) {
        offers.push_back({cost(rank) - cost(ranks[rank == ranks[0] ? 1 : 0]), service.sites[rank].weight});
    }
    const double gap = is_named ? gap_of(std::move(offers), share) : kOpenGap * mean_saving(service, ranks);
    for (const auto rank : ranks) {
        sl_cost& row = rows_[service.offset + rank];
        const auto second = ranks[rank == ranks[0] ? 1 : 0];
        store(row.gap_us, static_cast<sl_u32>(std::min(gap, double(SL_NO_COST))));
        store(row.second_rank, is_named ? second : sl_u16{0});
        store(row.second, is_named ? service.sites[second].placement.site.value : sl_u16{0});
    }
}

// Every new flow earns its share of a second choice. What quiet services do not use is not kept: a second's
// worth, and one.
void CostTable::grant(ServiceId id, Service& service) {
    std::uint64_t flows = 0;
    for (std::size_t rank = 0; rank < service.sites.size(); rank++) {
        flows += load_of(rows_[service.offset + rank].sent);
    }
    // A row that was cleared takes its count with it.
    const auto fresh = flows > service.flows ? flows - service.flows : 0;
    service.flows = flows;
    const double share = std::min(1.0, service.table.exception_ppm / double(kWholeShare));
    service.recent += static_cast<double>(fresh) - service.recent / kKeptGrants;
    const double most = 1 + share * service.recent;
    service.earned += share * static_cast<double>(fresh);
    const auto whole = static_cast<std::uint64_t>(service.earned);
    service.earned -= static_cast<double>(whole);
    auto credit = std::atomic_ref(credits_[id.value]);
    auto left = credit.load();
    while (!credit.compare_exchange_weak(left, std::min(left + whole, static_cast<std::uint64_t>(most)))) {
    }
}

void CostTable::refresh(MonoTime now, const MayTake& may_take) {
    for (auto& [id, service] : services_) {
        for (std::uint16_t rank = 0; rank < service.sites.size(); rank++) {
            if (service.sites[rank].measured) {
                write_word(service, rank, now, may_take);
            }
        }
        choose_seconds(service);
    }
}

void CostTable::grant() {
    for (auto& [id, service] : services_) {
        grant(id, service);
    }
}

} // namespace suanlu
