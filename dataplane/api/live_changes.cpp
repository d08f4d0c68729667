// SPDX-License-Identifier: Apache-2.0
// What happens between Plans: next hops, liveness, withdrawals, the periodic tick.
#include <algorithm>
#include <atomic>

#include "dataplane/api/rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/steer/hash.h"

namespace suanlu {
namespace {

/// Exceptions looked at per tick; a full table of 65536 takes 1.6 s at 100 ms.
constexpr std::size_t kSweepPerTick = 4096;
/// Kept beyond G, so that no entry goes while a packet in flight may still refresh it.
constexpr std::uint64_t kAgeSlackTicks = 1'000'000'000ULL >> SL_TICK_SHIFT;

} // namespace

bool SteerTables::may_take(SiteId id) const {
    const auto site = sites_.find(id);
    return site != sites_.end() && site->second.in_force == SiteLiveness::kAlive &&
           site->second.row.usable != 0;
}

void SteerTables::weigh(MonoTime now) {
    costs_.refresh(now, [this](SiteId site) { return may_take(site); });
}

void SteerTables::take_loads(std::span<const SiteJobs> loads, MonoTime now) {
    for (const auto& load : loads) {
        costs_.load(load, now, [this](SiteId site) { return may_take(site); });
    }
}

// Shares of zero everywhere mean plain anycast, not "spread evenly": then the owners in force stand for the
// shares, so that nothing moves meanwhile.
std::vector<Candidate> SteerTables::candidates(const ServiceRecord& service) const {
    std::vector<Candidate> list;
    const auto add = [&](SiteId id, std::uint32_t ppm) {
        const auto site = sites_.find(id);
        const auto is_same = [&](const Candidate& c) { return c.site == id; };
        if (site == sites_.end() || std::any_of(list.begin(), list.end(), is_same)) {
            return;
        }
        const auto& record = site->second;
        const bool takes = may_take(id);
        list.push_back(
            {id, ppm, takes, record.in_force == SiteLiveness::kDead, costs_.rank(service.plan.id, id)});
    };
    for (const auto& share : service.plan.shares) {
        add(share.site, share.ppm);
    }
    for (const auto& share : service.plan.static_shares) {
        add(share.site, 0);
    }
    if (std::all_of(list.begin(), list.end(), [](const Candidate& c) { return c.ppm == 0; })) {
        for (auto& candidate : list) {
            candidate.ppm = service.slots.owned_by(candidate.site);
        }
    }
    return list;
}

void SteerTables::refresh(std::uint64_t tick) {
    for (auto& [id, service] : services_) {
        service.slots.refresh(candidates(service), tick);
    }
}

void SteerTables::retarget(std::uint64_t tick) {
    for (auto& [id, service] : services_) {
        service.slots.retarget(candidates(service), tick);
    }
}

void SteerTables::bury(SiteId site, std::uint64_t tick) {
    for (auto& [id, service] : services_) {
        service.slots.bury(site, candidates(service), tick);
    }
}

Status SteerTables::put_site(SiteId id) {
    auto& record = sites_.at(id);
    record.row.state = static_cast<sl_u8>(to_row(record.in_force));
    return store_.put_site(site_key(id, store_.control().table & 1), record.row);
}

// What rules hold of the services, which lies beside their exact rows.
Status SteerTables::put_side_rows(std::uint32_t table) {
    std::vector<ServicePlan> services;
    for (const auto& [id, service] : services_) {
        if (service.adopted) {
            return {}; // their rules are not known before a Plan comes
        }
        services.push_back(service.plan);
    }
    const auto row = [&](const ServicePlan& plan) {
        const auto& record = services_.at(plan.id);
        return row_of(plan, record.offset, record.is_on, sites_);
    };
    SL_TRY(const auto rows, make_side_rows(services, tenants_, table, row, [&](const std::string& name) {
               return store_.interface_index(name);
           }));
    SL_TRY_VOID(write_side_rows(store_, rows, table));
    if (!same_row(rows.lengths, store_.control().wide[table])) {
        store_.control().wide[table] = rows.lengths;
    }
    return {};
}

// The same in the table in force, after something about a service has changed.
Status SteerTables::put_rules() {
    const auto table = store_.control().table & 1;
    return store_.control().wide[table].count == 0 ? Status{} : put_side_rows(table);
}

Status SteerTables::refresh_interfaces() {
    const bool any = std::any_of(tenants_.begin(), tenants_.end(),
                                 [](const TenantTag& tag) { return !tag.interface.empty(); });
    return any ? put_side_rows(store_.control().table & 1) : Status{};
}

Status SteerTables::put_service(const ServiceRecord& service) {
    for (auto [key, row] : rows_of(service.plan, service.offset, service.is_on, sites_)) {
        key.table = static_cast<sl_u8>(store_.control().table & 1);
        if (service.adopted) {
            const auto now = row;
            row = *service.adopted;
            row.address_tag = now.address_tag;
            row.clamp_mtu = now.clamp_mtu;
            row.flags =
                static_cast<sl_u8>((row.flags & ~SL_SERVICE_STEERED) | (now.flags & SL_SERVICE_STEERED));
        }
        SL_TRY_VOID(store_.put_service(key, row));
    }
    return {};
}

Status SteerTables::put_services() {
    for (const auto& [id, service] : services_) {
        SL_TRY_VOID(put_service(service));
    }
    return put_rules();
}

Status SteerTables::set_paths(SiteId id, std::span<const UsablePath> usable, MonoTime now) {
    const auto site = sites_.find(id);
    if (site == sites_.end()) {
        return Error{Errc::kNotFound, "no site " + std::to_string(id.value) + " in the plan in force"};
    }
    for (const auto& path : usable) {
        if (path.hop.interface_index != 0) {
            SL_TRY_VOID(store_.admit_interface(path.hop.interface_index));
        }
    }
    auto& record = site->second;
    const auto before = record.row;
    SL_TRY_VOID(record.paths.use(usable, record.row));
    if (same_row(before, record.row)) {
        return {};
    }
    const bool was_usable = before.usable != 0;
    const bool is_usable = record.row.usable != 0;
    if (!is_usable) {
        refresh(ticks_of(now)); // new flows leave before the row says "no path"
        weigh(now);
    }
    SL_TRY_VOID(put_site(id));
    if (is_usable && !was_usable) {
        refresh(ticks_of(now));
    }
    return smallest_inner_mtu(before) != smallest_inner_mtu(record.row) ? put_services() : Status{};
}

Status SteerTables::revive(SiteId id, std::uint64_t tick) {
    auto& record = sites_.at(id);
    record.rounds_left = 0;
    record.in_force = record.wanted;
    SL_TRY_VOID(put_site(id));
    retarget(tick);
    return {};
}

Status SteerTables::set_liveness(SiteId id, SiteLiveness liveness, MonoTime now) {
    const auto site = sites_.find(id);
    if (site == sites_.end()) {
        return Error{Errc::kNotFound, "no site " + std::to_string(id.value) + " in the plan in force"};
    }
    auto& record = site->second;
    const auto tick = ticks_of(now);
    record.wanted = liveness;
    if (record.in_force == SiteLiveness::kDead) {
        // Rule 6: back only when its old entries are gone; the round under way may already have passed some.
        record.rounds_left =
            liveness == SiteLiveness::kDead ? 0 : (record.rounds_left > 0 ? record.rounds_left : 2);
        return {};
    }
    if (record.in_force == liveness) {
        return {};
    }
    record.in_force = liveness;
    if (liveness == SiteLiveness::kDead) {
        bury(id, tick);
    } else {
        refresh(tick);
    }
    weigh(now);
    return put_site(id);
}

Status SteerTables::set_steering(ServiceId id, bool on) {
    steering_[id] = on;
    const auto service = services_.find(id);
    if (service == services_.end() || service->second.is_on == on) {
        return {};
    }
    service->second.is_on = on;
    SL_TRY_VOID(put_service(service->second));
    return put_rules();
}

bool SteerTables::is_over(const sl_flow_key& key, const sl_exception& entry, std::uint64_t tick) const {
    const auto service = services_.find(ServiceId{key.service});
    if (service == services_.end()) {
        return true;
    }
    const auto site = sites_.find(SiteId{static_cast<std::uint16_t>(entry.word)});
    if (site != sites_.end() && site->second.rounds_left > 0) {
        return true;
    }
    return tick > (entry.word >> 16) + timeout_ticks(service->second.plan.affinity_timeout) + kAgeSlackTicks;
}

// The half that packets do not read, cleared for the sweep that begins.
void SteerTables::begin_marks() {
    const auto half = store_.marks().size() / 2;
    for (auto& word : store_.marks().subspan((1 - (store_.control().marks & 1)) * half, half)) {
        std::atomic_ref(word).store(0, std::memory_order_relaxed);
    }
    is_sweeping_ = true;
}

void SteerTables::mark(const sl_flow_key& key) {
    const auto hash = sl_flow_hash(&key, store_.control().hash_seed);
    const auto other = 1 - (store_.control().marks & 1);
    std::atomic_ref(store_.marks()[other * SL_MARK_WORDS + sl_mark_word(hash)]).fetch_or(sl_mark_bit(hash));
}

Status SteerTables::tick(MonoTime now) {
    const auto tick = ticks_of(now);
    if (!is_sweeping_) {
        begin_marks();
    }
    for (auto& [id, service] : services_) {
        service.slots.tick(tick);
    }
    weigh(now);
    costs_.grant();
    SL_TRY(const bool is_round, store_.sweep(kSweepPerTick, [&](const auto& key, const auto& entry) {
        const bool over = is_over(key, entry, tick);
        if (!over) {
            mark(key);
        }
        counting_[SiteId{static_cast<std::uint16_t>(entry.word)}] += over ? 0 : 1;
        return over;
    }));
    if (!is_round) {
        return {};
    }
    __atomic_store_n(&store_.control().marks, 1 - (store_.control().marks & 1), __ATOMIC_RELEASE);
    is_sweeping_ = false;
    counted_ = std::exchange(counting_, {});
    ++looks_;
    for (auto& [id, record] : sites_) {
        const auto names = [&id = id](const auto& item) { return item.second.slots.names(id); };
        if (record.rounds_left == 0 || --record.rounds_left > 0) {
            continue;
        }
        if (std::any_of(services_.begin(), services_.end(), names)) {
            record.rounds_left = 1;
        } else {
            SL_TRY_VOID(revive(id, tick));
        }
    }
    return {};
}

Result<std::vector<SlotView>> SteerTables::slots(ServiceId id) const {
    const auto* table = slot_table(id);
    if (table == nullptr) {
        return Error{Errc::kNotFound, "no service " + std::to_string(id.value) + " in the plan in force"};
    }
    std::vector<SlotView> views;
    views.reserve(table->size());
    for (std::uint32_t slot = 0; slot < table->size(); slot++) {
        const auto since = static_cast<std::int64_t>(table->since(slot) << SL_TICK_SHIFT);
        views.push_back({table->base(slot), table->next(slot), {Duration(since)}, table->is_moving(slot)});
    }
    return views;
}

Occupancy SteerTables::occupancy() const {
    Occupancy out;
    out.looks = looks_;
    for (const auto& [id, service] : services_) {
        for (std::uint32_t slot = 0; slot < service.slots.size(); slot++) {
            ++out.sites[service.slots.base(slot)].slots;
        }
    }
    for (const auto& [site, count] : counted_) {
        out.sites[site].exceptions = count;
    }
    return out;
}

Result<std::map<SiteId, EngineSiteCount>> SteerTables::site_counts() const {
    std::map<SiteId, EngineSiteCount> counts;
    for (const auto& [id, record] : sites_) {
        SL_TRY(const auto counter, store_.site_counter(record.row.counter));
        counts[id] = from_row(counter);
    }
    return counts;
}

const SlotTable* SteerTables::slot_table(ServiceId id) const {
    const auto service = services_.find(id);
    return service == services_.end() ? nullptr : &service->second.slots;
}

SiteLiveness SteerTables::liveness(SiteId site) const {
    const auto found = sites_.find(site);
    return found == sites_.end() ? SiteLiveness::kDead : found->second.in_force;
}

} // namespace suanlu
