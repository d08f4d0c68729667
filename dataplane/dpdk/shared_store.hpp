// SPDX-License-Identifier: Apache-2.0
// The tables of SteerTables in memory shared with suanlu-fwd, and what the lcores have counted. Owned by
// DpdkDataplane, called on its strand; the memory outlives the store. A put that fails leaves the old row in
// force.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/flow_samples.hpp"
#include "dataplane/api/table_store.hpp"
#include "dataplane/dpdk/shared_memory.hpp"

namespace suanlu {

/// Packets by reason of the core, of the engine, and what its devices missed.
std::map<std::string, std::uint64_t> counts_of(const SharedTables& tables);

/// Of all lcores, by stage.
std::vector<EngineStage> stages_of(const SharedTables& tables);

class SharedStore final : public TableStore {
public:
    explicit SharedStore(SharedMemory& memory);

    sl_control& control() override { return tables_.control; }
    std::span<std::uint64_t> slots() override { return tables_.slots; }
    std::span<sl_target> targets() override { return tables_.targets; }
    std::span<std::uint64_t> marks() override { return tables_.marks; }
    std::span<sl_cost> costs() override { return tables_.costs; }
    std::span<std::uint64_t> credits() override { return tables_.credits; }
    Result<std::vector<ServiceRow>> services() override { return services_.rows(); }
    Status put_service(const sl_service_key& key, const sl_service& value) override;
    Status drop_service(const sl_service_key& key) override;
    Result<std::vector<SiteRow>> sites() override { return sites_.rows(); }
    Status put_site(const sl_site_key& key, const sl_site& value) override;
    Status drop_site(const sl_site_key& key) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> side_rows(SideTable table) override;
    Status put_side(SideTable table, const Bytes& key, const Bytes& value) override;
    Status drop_side(SideTable table, const Bytes& key) override;
    [[nodiscard]] Room room() const override;
    std::span<sl_bucket> buckets() override { return tables_.buckets; }
    /// By the ports of the engine; of the kernel before there was an engine.
    std::uint32_t interface_index(const std::string& name) override;
    /// kNotFound when the engine has ports and none stands for the interface.
    Status admit_interface(std::uint32_t index) override;
    void admit_counter(ServiceId service) override { counted_.insert(service); }
    Result<sl_site_counter> site_counter(std::uint32_t place) override;
    Status clear_site_counter(std::uint32_t place) override;
    Result<bool> sweep(std::size_t limit, const IsOver& is_over) override;

    /// Exactly these from now on. kExhausted when they are more than fit: nothing has changed then.
    Status set_routes(std::span<const EngineRoute> routes);

    [[nodiscard]] EngineCounters counters() const;
    /// As Dataplane::flows.
    [[nodiscard]] std::vector<EngineFlow> flows(std::size_t limit, MonoTime now);

private:
    void note_lengths();
    RouteRow row_of(const EngineRoute& route);
    void add_link(RouteRow& row, const EngineLink& link);
    Status put_rule(const Bytes& key, const Bytes& value);
    [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> rule_rows() const;

    SharedTables& tables_;
    RowWriter<decltype(SharedTables::services)> services_;
    RowWriter<decltype(SharedTables::sites)> sites_;
    RowWriter<decltype(SharedTables::tenants)> tenants_;
    RowWriter<decltype(SharedTables::wide)> wide_;
    RowWriter<decltype(SharedTables::servers)> servers_;
    RowWriter<decltype(AccessTable::rows)> access_;
    RowWriter<decltype(SidTable::rows)> sids_;
    RowWriter<decltype(RouteTable::rows)> routes_;
    std::set<ServiceId> counted_;
    std::uint32_t swept_ = 0;
    FlowSamples samples_;
};

} // namespace suanlu
