// SPDX-License-Identifier: Apache-2.0
// Taking over tables that packets go on by after a restart: what is in force is the truth, and nothing moves.
#include <algorithm>

#include "dataplane/api/rows.hpp"
#include "dataplane/api/steer_tables.hpp"

namespace suanlu {

// Shares as the slots say, so that nothing moves before a Plan comes.
void SteerTables::derive_shares(ServiceRecord& service) const {
    std::map<SiteId, std::uint32_t> owned;
    for (std::uint32_t slot = 0; slot < service.slots.size(); slot++) {
        owned[service.slots.next(slot)]++;
        owned[service.slots.base(slot)];
    }
    for (const auto& [site, count] : owned) {
        if (site.is_set()) {
            service.plan.shares.push_back({site, count});
        }
    }
}

void SteerTables::adopt_record(const sl_service& row) {
    const ServiceId id{row.id};
    if (services_.contains(id) || std::uint64_t{row.slot_offset} + row.slot_count > store_.slots().size()) {
        return;
    }
    ServicePlan plan;
    plan.id = id;
    plan.affinity = static_cast<Affinity>(row.affinity);
    plan.affinity_timeout = {(row.timeout_ticks - 1.0) * (1U << SL_TICK_SHIFT) * 1e-9};
    plan.slots = row.slot_count;
    SlotTable slots({id, plan.affinity, row.timeout_ticks},
                    store_.slots().subspan(row.slot_offset, row.slot_count),
                    store_.targets().subspan(row.slot_offset, row.slot_count));
    ServiceRecord record{plan, (row.flags & SL_SERVICE_STEERED) != 0, row.slot_offset, std::move(slots), row};
    derive_shares(record);
    buckets_.adopt(row);
    store_.admit_counter(id);
    services_.emplace(id, std::move(record));
}

void SteerTables::adopt_service(const TableStore::ServiceRow& item) {
    const auto& [key, row] = item;
    const auto address = from_row(key.address);
    adopt_record(row);
    const auto found = services_.find(ServiceId{row.id});
    if (found == services_.end()) {
        return;
    }
    if (is_echo(key)) {
        echo_.emplace(TenantAddress{key.tenant, address}, found->first);
        return;
    }
    auto& plan = found->second.plan;
    plan.addresses.push_back(address);
    plan.traffic.tenant = key.tenant;
    plan.transport = static_cast<Transport>(key.protocol);
    plan.port = to_network(key.port_be);
    found->second.adopted = row; // with NARROWED, which an echo row has not
}

Status SteerTables::adopt() {
    const auto table = store_.control().table & 1;
    SL_TRY(const auto services, store_.services());
    SL_TRY(const auto sites, store_.sites());
    for (const auto& [key, row] : sites) {
        if (key.table == table) {
            const auto liveness = liveness_of(row);
            auto& record = sites_[SiteId{key.id}] = {{}, liveness, liveness, 0, row};
            record.paths.adopt(row);
            places_.adopt(SiteId{key.id}, row.counter);
        }
    }
    for (const auto& item : services) {
        if (item.first.table == table) {
            adopt_service(item);
        }
    }
    SL_TRY(const auto ruled, services_of_rules(store_, table));
    for (const auto& row : ruled) {
        adopt_record(row);
    }
    is_adopted_ = !sites_.empty() || !services_.empty();
    return {};
}

} // namespace suanlu
