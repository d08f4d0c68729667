// SPDX-License-Identifier: Apache-2.0
// The logic of every engine that runs the shared C core: turns Plans, next hops and liveness into table rows
// and slot edits, commits moves, ages exceptions. Pure over a TableStore, with time as an argument; owned by
// the engine's strand. A refused call changes nothing in force. The pinned state, not the Plan, is the truth
// after a restart.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "dataplane/api/cost_table.hpp"
#include "dataplane/api/counter_places.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/path_rows.hpp"
#include "dataplane/api/side_rows.hpp"
#include "dataplane/api/slot_table.hpp"
#include "dataplane/api/table_store.hpp"

namespace suanlu {

class SteerTables {
public:
    /// `outer_source`: source address of encapsulated packets.
    SteerTables(TableStore& store, Ip6 outer_source);

    /// Takes over what the store already holds. Until the first apply() the shares are those of the slots in
    /// force; with it every site counts as alive and every service as steered unless told otherwise from then
    /// on (a site that was dead still returns by rule 6).
    Status adopt();

    Status apply(const Plan& plan, MonoTime now);
    Status set_paths(SiteId site, std::span<const UsablePath> usable, MonoTime now);
    Status set_liveness(SiteId site, SiteLiveness liveness, MonoTime now);
    Status set_steering(ServiceId service, bool on);
    /// Interfaces came, went, or came back under another index: tenants are told by them.
    Status refresh_interfaces();
    Status tick(MonoTime now);
    void take_loads(std::span<const SiteJobs> loads, MonoTime now);
    /// New exceptions per second that one CPU may write; 0 = as many as come.
    void set_insert_rate(std::uint32_t per_second);
    /// One new flow in so many is told of; 0 = none.
    void set_sampling(std::uint32_t one_in);

    [[nodiscard]] PlacementCount placement() const { return costs_.count(); }
    [[nodiscard]] Result<std::vector<SlotView>> slots(ServiceId service) const;
    [[nodiscard]] Occupancy occupancy() const;
    /// Of every site of the Plan in force.
    [[nodiscard]] Result<std::map<SiteId, EngineSiteCount>> site_counts() const;
    [[nodiscard]] PlanId applied() const;
    /// What packets see: a returning site is dead until its old entries are gone. kDead when unknown.
    [[nodiscard]] SiteLiveness liveness(SiteId site) const;
    [[nodiscard]] const SlotTable* slot_table(ServiceId service) const;

private:
    struct SiteRecord {
        SitePathRows paths;
        SiteLiveness wanted = SiteLiveness::kAlive;
        SiteLiveness in_force = SiteLiveness::kAlive;
        /// Sweep rounds until a dead site may return; 0 = it is not returning.
        int rounds_left = 0;
        sl_site row{};
    };
    struct ServiceRecord {
        ServicePlan plan;
        bool is_on = true;
        std::uint32_t offset = 0;
        SlotTable slots;
        /// What the maps held when the engine took them over; until the next Plan nothing else is known.
        std::optional<sl_service> adopted;
    };

    Status check(const Plan& plan) const;
    Result<std::map<ServiceId, std::uint32_t>> allocate(const Plan& plan) const;
    Status write_tables(std::uint32_t table, const std::map<SiteId, SiteRecord>& sites,
                        std::vector<TableStore::ServiceRow> services);
    Status check_room(const Plan& plan) const;
    Status take_sites(const Plan& plan);
    Status take_services(const Plan& plan, const std::map<ServiceId, std::uint32_t>& offsets);
    void withdraw_sites(const Plan& plan, std::uint64_t tick);
    void take_echo(const Plan& plan);
    void name_plan(const PlanId& id);

    /// Without an address.
    [[nodiscard]] sl_service row_of(const ServicePlan& plan, std::uint32_t offset, bool is_on,
                                    const std::map<SiteId, SiteRecord>& sites) const;
    [[nodiscard]] std::vector<TableStore::ServiceRow>
    rows_of(const ServicePlan& plan, std::uint32_t offset, bool is_on,
            const std::map<SiteId, SiteRecord>& sites) const;
    [[nodiscard]] std::vector<Candidate> candidates(const ServiceRecord& service) const;
    [[nodiscard]] std::uint32_t clamp_mtu(const ServicePlan& plan,
                                          const std::map<SiteId, SiteRecord>& sites) const;
    Status put_service(const ServiceRecord& service);
    Status put_site(SiteId id);
    Status put_services();
    Status put_side_rows(std::uint32_t table);
    Status put_rules();
    void adopt_service(const TableStore::ServiceRow& row);
    void adopt_record(const sl_service& row);
    void derive_shares(ServiceRecord& service) const;
    void refresh(std::uint64_t tick);
    void retarget(std::uint64_t tick);
    void bury(SiteId site, std::uint64_t tick);
    [[nodiscard]] bool may_take(SiteId site) const;
    void weigh(MonoTime now);
    Status revive(SiteId id, std::uint64_t tick);
    void begin_marks();
    void mark(const sl_flow_key& key);
    [[nodiscard]] bool is_over(const sl_flow_key& key, const sl_exception& entry, std::uint64_t tick) const;

    TableStore& store_;
    Ip6 outer_source_;
    std::map<SiteId, SiteRecord> sites_;
    std::map<ServiceId, ServiceRecord> services_;
    /// What was last said of a service, also of one that a later Plan brings.
    std::map<ServiceId, bool> steering_;
    /// Who answers ICMP echo requests to an address: the first service of the Plan that has it.
    std::map<TenantAddress, ServiceId> echo_;
    std::set<TenantAddress> narrowed_;
    std::vector<TenantTag> tenants_;
    BucketTable buckets_;
    CounterPlaces places_;
    CostTable costs_;
    std::uint64_t generation_ = 0;
    /// Live exceptions by site: of the sweep that goes on, and of the last whole one.
    std::map<SiteId, std::uint64_t> counting_;
    std::map<SiteId, std::uint64_t> counted_;
    std::uint64_t looks_ = 0;
    /// A sweep is under way, and the half of the marks that nobody reads holds what it has found.
    bool is_sweeping_ = false;
    bool is_adopted_ = false;
};

} // namespace suanlu
