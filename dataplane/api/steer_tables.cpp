// SPDX-License-Identifier: Apache-2.0
// Plans: checking one, writing its tables beside those in force, and switching over. Live changes between
// Plans are in live_changes.cpp.
#include "dataplane/api/steer_tables.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "core/model/limits.hpp"
#include "dataplane/api/flow_samples.hpp"
#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

Error bad_plan(const std::string& what) {
    return {Errc::kBadInput, "plan: " + what};
}

Status check_service(const ServicePlan& service) {
    if (!service.id.is_set()) {
        return bad_plan("service " + service.name + " needs an id");
    }
    SL_TRY_VOID(check_traffic(service));
    if (service.slots == 0 || service.slots > kMostTableSlots) {
        return Error{Errc::kOutOfRange, "plan: service " + service.name + " has " +
                                            std::to_string(service.slots) + " slots, allowed are 1.." +
                                            std::to_string(kMostTableSlots)};
    }
    std::set<std::uint32_t> tags;
    for (const auto& address : service.addresses) {
        if (!tags.insert(address_tag(address)).second) {
            return bad_plan("service " + service.name + ": address " + address.text() + " given twice");
        }
    }
    return {};
}

Status check_site(const SitePlan& site) {
    if (!site.id.is_set() || site.paths.empty() || site.paths.size() > kPathsPerSite) {
        return bad_plan("site " + site.name + " needs an id and 1.." + std::to_string(kPathsPerSite) +
                        " paths");
    }
    for (const auto& path : site.paths) {
        if (site_of(path.id) != site.id) {
            return bad_plan("site " + site.name + ": path " + std::to_string(path.id.value) +
                            " has another site's id");
        }
        SL_TRY_VOID(check_path_plan(path).map_error(
            [&](Error&& e) { return std::move(e).with("plan: site " + site.name); }));
    }
    return {};
}

std::uint64_t share_sum(const ServicePlan& plan) {
    std::uint64_t sum = 0;
    for (const auto& share : plan.shares) {
        sum += share.ppm;
    }
    return sum;
}

} // namespace

SteerTables::SteerTables(TableStore& store, Ip6 outer_source)
    : store_(store), outer_source_(outer_source), costs_(store.costs(), store.credits()) {
}

void SteerTables::set_insert_rate(std::uint32_t per_second) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    __atomic_store_n(&store_.control().insert_gap, per_second == 0 ? 0 : kSecond / per_second,
                     __ATOMIC_RELAXED);
}

void SteerTables::set_sampling(std::uint32_t one_in) {
    __atomic_store_n(&store_.control().sample_limit, sample_limit(one_in), __ATOMIC_RELAXED);
}

PlanId SteerTables::applied() const {
    const auto& control = store_.control();
    const auto* name = reinterpret_cast<const char*>(control.plan_controller);
    return {std::string(name, strnlen(name, sizeof control.plan_controller)), control.plan_epoch,
            control.plan_generation};
}

void SteerTables::name_plan(const PlanId& id) {
    auto& control = store_.control();
    std::memset(control.plan_controller, 0, sizeof control.plan_controller);
    control.plan_epoch = id.epoch;
    control.plan_generation = id.generation;
    std::memcpy(control.plan_controller, id.controller.data(),
                std::min(id.controller.size(), sizeof control.plan_controller - 1));
}

Status SteerTables::check(const Plan& plan) const {
    if (plan.id.controller.size() >= sizeof(sl_control::plan_controller)) {
        return bad_plan("controller name longer than 63 bytes");
    }
    const auto in_force = applied();
    if (in_force.controller == plan.id.controller && in_force.is_newer_than(plan.id)) {
        return Error{Errc::kConflict,
                     "plan " + plan.id.text() + " is older than " + in_force.text() + " in force"};
    }
    std::set<SiteId> sites;
    for (const auto& site : plan.sites) {
        SL_TRY_VOID(check_site(site));
        if (!sites.insert(site.id).second) {
            return bad_plan("site " + site.name + " given twice");
        }
    }
    SL_TRY_VOID(check_room(plan));
    std::set<ServiceId> services;
    for (const auto& service : plan.services) {
        SL_TRY_VOID(check_service(service));
        if (!services.insert(service.id).second) {
            return bad_plan("service " + service.name + " given twice");
        }
        for (const auto& share : service.shares) {
            if (share.ppm > 0 && !sites.contains(share.site)) {
                return bad_plan("service " + service.name + " has a share at an unknown site " +
                                std::to_string(share.site.value));
            }
        }
        const auto known = services_.find(service.id);
        if (known != services_.end() && known->second.slots.size() != service.slots) {
            return Error{Errc::kConflict, "plan: service " + service.name +
                                              " may not change its number of slots while it has flows"};
        }
    }
    return {};
}

// The maps hold two generations, so a Plan has half of each.
Status SteerTables::check_room(const Plan& plan) const {
    const auto too_many = [](const std::string& what, std::size_t count, std::size_t most) {
        return Error{Errc::kExhausted, "plan: " + std::to_string(count) + " rows of " + what +
                                           ", room is for " + std::to_string(most)};
    };
    std::size_t rows = 0;
    for (const auto& service : plan.services) {
        rows += 2 * service.addresses.size(); // one for ICMP echo
    }
    const auto room = store_.room();
    if (rows > room.services / 2) {
        return too_many("services", rows, room.services / 2);
    }
    if (plan.sites.size() > room.sites / 2) {
        return too_many("sites", plan.sites.size(), room.sites / 2);
    }
    const auto no_row = [](const ServicePlan&) { return sl_service{}; };
    SL_TRY(const auto sides,
           make_side_rows(plan.services, plan.tenants, 0, no_row,
                          [&](const std::string& name) { return store_.interface_index(name); }));
    for (const auto& [kind, most] : room.sides) {
        const auto entries = sides.tables.find(kind);
        if (entries != sides.tables.end() && entries->second.size() > most / 2) {
            return too_many("rules, tenants, sources or QUIC servers", entries->second.size(), most / 2);
        }
    }
    return {};
}

// First fit; services in force keep their place.
Result<std::map<ServiceId, std::uint32_t>> SteerTables::allocate(const Plan& plan) const {
    std::map<ServiceId, std::uint32_t> offsets;
    std::map<std::uint32_t, std::uint32_t> taken;
    for (const auto& [id, service] : services_) {
        offsets[id] = service.offset;
        taken[service.offset] = service.offset + service.slots.size();
    }
    for (const auto& service : plan.services) {
        if (offsets.contains(service.id)) {
            continue;
        }
        std::uint32_t at = 0;
        for (const auto& [begin, end] : taken) {
            if (begin - at >= service.slots) {
                break;
            }
            at = end;
        }
        if (at + service.slots > store_.slots().size()) {
            return Error{Errc::kExhausted, "plan: no room for the slots of service " + service.name};
        }
        offsets[service.id] = at;
        taken[at] = at + service.slots;
    }
    return offsets;
}

std::uint32_t SteerTables::clamp_mtu(const ServicePlan& plan,
                                     const std::map<SiteId, SiteRecord>& sites) const {
    std::uint32_t smallest = 0;
    for (const auto& share : plan.shares) {
        const auto site = sites.find(share.site);
        const auto least = site == sites.end() ? 0 : smallest_inner_mtu(site->second.row);
        if (least != 0) {
            smallest = smallest == 0 ? least : std::min(smallest, least);
        }
    }
    return smallest;
}

sl_service SteerTables::row_of(const ServicePlan& plan, std::uint32_t offset, bool is_on,
                               const std::map<SiteId, SiteRecord>& sites) const {
    const auto& traffic = plan.traffic;
    const auto buckets = buckets_.of(plan.id);
    sl_service row{};
    row.generation = static_cast<std::uint32_t>(generation_);
    row.id = plan.id.value;
    row.affinity = static_cast<sl_u8>(plan.affinity);
    row.slot_offset = offset;
    row.slot_count = plan.slots;
    row.timeout_ticks = timeout_ticks(plan.affinity_timeout);
    row.clamp_mtu = clamp_mtu(plan, sites);
    row.bucket = buckets.first;
    row.bucket_count = buckets.count;
    row.mark = traffic_class_of(traffic.mark);
    row.quic_offset = traffic.quic.offset;
    row.quic_length = traffic.quic.length;
    row.application_be = htonl(traffic.application);
    const auto flag = [&](bool is_set, int bit) { row.flags |= static_cast<sl_u8>(is_set ? bit : 0); };
    flag(is_on && share_sum(plan) > 0, SL_SERVICE_STEERED);
    flag(!traffic.access.empty(), SL_SERVICE_GUARDED);
    flag(traffic.is_quic, SL_SERVICE_QUIC);
    const auto costs = costs_.rows(plan.id);
    flag(costs.count > 0, SL_SERVICE_PLACED);
    row.cost_offset = costs.first;
    row.cost_count = costs.count;
    return row;
}

std::vector<TableStore::ServiceRow> SteerTables::rows_of(const ServicePlan& plan, std::uint32_t offset,
                                                         bool is_on,
                                                         const std::map<SiteId, SiteRecord>& sites) const {
    std::vector<TableStore::ServiceRow> rows;
    const auto tenant = plan.traffic.tenant;
    for (const auto& address : plan.addresses) {
        auto row = row_of(plan, offset, is_on, sites);
        row.address_tag = address_tag(address);
        if (const auto echo = echo_.find({tenant, address}); echo != echo_.end() && echo->second == plan.id) {
            rows.emplace_back(echo_key(address, tenant, 0), row);
        }
        if (is_plain(plan)) {
            row.flags |= narrowed_.contains({tenant, address}) ? SL_SERVICE_NARROWED : 0;
            rows.emplace_back(service_key(address, plan.port, plan.transport, tenant, 0), row);
        }
    }
    return rows;
}

// Rows that stay are overwritten, never removed and added again: a packet may still read this table. Those
// that go, go first: then no more than half of a map is ever used by one table.
Status SteerTables::write_tables(std::uint32_t table, const std::map<SiteId, SiteRecord>& sites,
                                 std::vector<TableStore::ServiceRow> services) {
    SL_TRY(const auto old_services, store_.services());
    SL_TRY(const auto old_sites, store_.sites());
    const auto by_key = [](const auto& a, const auto& b) {
        return std::memcmp(&a.first, &b.first, sizeof(sl_service_key)) < 0;
    };
    for (auto& [key, row] : services) {
        key.table = static_cast<sl_u8>(table);
    }
    std::sort(services.begin(), services.end(), by_key);
    for (const auto& old : old_services) {
        if (old.first.table == table && !std::binary_search(services.begin(), services.end(), old, by_key)) {
            SL_TRY_VOID(store_.drop_service(old.first));
        }
    }
    for (const auto& [key, row] : old_sites) {
        if (key.table == table && !sites.contains(SiteId{key.id})) {
            SL_TRY_VOID(store_.drop_site(key));
        }
    }
    for (const auto& [id, record] : sites) {
        SL_TRY_VOID(store_.put_site(site_key(id, table), record.row));
    }
    return store_.put_services(services);
}

// Sites that the Plan no longer has are dead by word: their slots go to survivors before their rows go.
void SteerTables::withdraw_sites(const Plan& plan, std::uint64_t tick) {
    for (auto& [id, record] : sites_) {
        const auto named = std::any_of(plan.sites.begin(), plan.sites.end(),
                                       [&id = id](const SitePlan& site) { return site.id == id; });
        if (!named) {
            record.in_force = record.wanted = SiteLiveness::kDead;
            bury(id, tick);
        }
    }
}

Status SteerTables::take_sites(const Plan& plan) {
    std::set<SiteId> known;
    for (const auto& [id, record] : sites_) {
        known.insert(id);
    }
    for (const auto& site : plan.sites) {
        known.insert(site.id);
    }
    std::map<SiteId, SiteRecord> sites;
    for (const auto& site : plan.sites) {
        const auto place = places_.take(site.id, [&](SiteId id) { return known.contains(id); });
        if (place.is_new) {
            SL_TRY_VOID(store_.clear_site_counter(place.index));
        }
        auto& record = sites[site.id];
        if (const auto known = sites_.find(site.id); known != sites_.end()) {
            record = known->second;
        }
        record.row.id = site.id.value;
        record.row.counter = place.index;
        record.row.generation = static_cast<std::uint32_t>(plan.id.generation);
        record.paths.take(site, outer_source_, record.row);
    }
    sites_ = std::move(sites);
    return {};
}

Status SteerTables::take_services(const Plan& plan, const std::map<ServiceId, std::uint32_t>& offsets) {
    for (const auto& service : plan.services) {
        const auto offset = offsets.at(service.id);
        const SlotRules rules{service.id, service.affinity, timeout_ticks(service.affinity_timeout)};
        const auto known = services_.find(service.id);
        if (known != services_.end()) {
            known->second.plan = service;
            known->second.adopted.reset();
            known->second.slots.set_rules(rules);
        } else {
            SlotTable slots(rules, store_.slots().subspan(offset, service.slots),
                            store_.targets().subspan(offset, service.slots));
            slots.clear();
            services_.emplace(service.id, ServiceRecord{service, true, offset, std::move(slots), {}});
        }
        store_.admit_counter(service.id);
    }
    return {};
}

void SteerTables::take_echo(const Plan& plan) {
    echo_.clear();
    narrowed_ = narrowed_addresses(plan.services);
    tenants_ = plan.tenants;
    for (const auto& service : plan.services) {
        for (const auto& address : service.addresses) {
            echo_.emplace(TenantAddress{service.traffic.tenant, address}, service.id);
        }
    }
}

Status SteerTables::apply(const Plan& plan, MonoTime now) {
    SL_TRY_VOID(check(plan));
    SL_TRY(const auto offsets, allocate(plan));
    SL_TRY_VOID(buckets_.take(plan.services, store_.buckets()));
    const auto tick = ticks_of(now);
    const auto old_table = store_.control().table & 1;
    const bool is_first = std::exchange(is_adopted_, false);
    generation_ = plan.id.generation;
    withdraw_sites(plan, tick);
    SL_TRY_VOID(take_sites(plan));
    SL_TRY_VOID(take_services(plan, offsets));
    take_echo(plan);
    costs_.take(plan.services);
    for (auto& [id, service] : services_) {
        const auto said = steering_.find(id);
        service.is_on = said != steering_.end() ? said->second : service.is_on || is_first;
    }
    std::set<ServiceId> named;
    std::vector<TableStore::ServiceRow> rows;
    for (const auto& service : plan.services) {
        const auto& record = services_.at(service.id);
        const auto own = rows_of(service, record.offset, record.is_on, sites_);
        rows.insert(rows.end(), own.begin(), own.end());
        named.insert(service.id);
    }
    // New slots get owners before a packet can meet their service.
    retarget(tick);
    SL_TRY_VOID(write_tables(1 - old_table, sites_, std::move(rows)));
    std::erase_if(services_, [&](const auto& item) { return !named.contains(item.first); });
    SL_TRY_VOID(put_side_rows(1 - old_table));
    if (const auto block = to_row(plan.sid_block); !same_row(block, store_.control().sid_block)) {
        store_.control().sid_block = block;
    }
    __atomic_store_n(&store_.control().table, 1 - old_table, __ATOMIC_RELEASE);
    name_plan(plan.id);
    for (const auto& site : plan.sites) {
        if (is_first) { // nothing is known against a site after a restart: the agent learns anew
            SL_TRY_VOID(set_liveness(site.id, SiteLiveness::kAlive, now));
        }
    }
    return {};
}

} // namespace suanlu
