// SPDX-License-Identifier: Apache-2.0
// The tables of SteerTables in eBPF maps (dataplane/xdp/port_bpf.h). Owned by XdpDataplane, called on its
// strand; the descriptors belong to the loaded skeleton, which outlives the store. Kernel refusals come back
// as Status.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/table_store.hpp"
#include "dataplane/xdp/bpf_map.hpp"

struct bpf_object;

namespace suanlu {

/// Descriptors of the maps, borrowed.
struct MapSet {
    int control = -1;
    int services = -1;
    int sites = -1;
    int site_index = -1;
    std::size_t site_rows = 0;
    int slots = -1;
    int targets = -1;
    int exceptions = -1;
    int counters = -1;
    int site_counters = -1;
    int site_starts = -1;
    int marks = -1;
    int reasons = -1;
    int interfaces = -1;
    std::size_t slot_count = 0;
    TableStore::Room room;
    /// By SideTable.
    std::array<int, 6> sides{-1, -1, -1, -1, -1, -1};
    int buckets = -1;
    int costs = -1;
    int credits = -1;
    std::size_t cost_count = 0;
};

/// Of a loaded object of steer.bpf.c.
MapSet maps_of(const bpf_object* object);

class MapStore final : public TableStore {
public:
    static Result<std::unique_ptr<MapStore>> open(const MapSet& maps);

    sl_control& control() override { return *static_cast<sl_control*>(control_.memory()); }
    std::span<std::uint64_t> slots() override;
    std::span<sl_target> targets() override;
    std::span<std::uint64_t> marks() override;
    std::span<sl_cost> costs() override;
    std::span<std::uint64_t> credits() override;
    Result<std::vector<ServiceRow>> services() override;
    Status put_service(const sl_service_key& key, const sl_service& value) override;
    Status put_services(std::span<const ServiceRow> rows) override;
    Status drop_service(const sl_service_key& key) override;
    Result<std::vector<SiteRow>> sites() override;
    Status put_site(const sl_site_key& key, const sl_site& value) override;
    Status drop_site(const sl_site_key& key) override;
    Result<std::vector<std::pair<Bytes, Bytes>>> side_rows(SideTable table) override;
    Status put_side(SideTable table, const Bytes& key, const Bytes& value) override;
    Status drop_side(SideTable table, const Bytes& key) override;
    [[nodiscard]] Room room() const override { return maps_.room; }
    std::span<sl_bucket> buckets() override;
    std::uint32_t interface_index(const std::string& name) override;
    Status admit_interface(std::uint32_t index) override;
    void admit_counter(ServiceId service) override { counted_.insert(service); }
    Result<sl_site_counter> site_counter(std::uint32_t place) override;
    Status clear_site_counter(std::uint32_t place) override;
    Result<bool> sweep(std::size_t limit, const IsOver& is_over) override;

    [[nodiscard]] EngineCounters counters() const;
    /// Exceptions, at most `limit`.
    [[nodiscard]] std::vector<EngineFlow> exceptions(std::size_t limit, MonoTime now) const;

private:
    using ExceptionRow = std::pair<sl_flow_key, sl_exception>;
    struct Batch {
        std::vector<ExceptionRow> rows;
        bool is_last = false;
    };
    [[nodiscard]] Result<Batch> read_batch(std::optional<std::uint32_t>& cursor, std::size_t limit) const;

    Status wait_for_packets();
    Result<std::uint32_t> free_site_row();
    std::span<std::uint64_t> site_index();

    MapSet maps_;
    FileDescriptor grace_;
    MappedMap site_index_;
    /// Rows that no packet can be reading, and rows that one may still read until a grace period has passed.
    std::vector<std::uint32_t> free_rows_;
    std::vector<std::uint32_t> left_rows_;
    MappedMap control_;
    MappedMap slots_;
    MappedMap targets_;
    MappedMap buckets_;
    MappedMap marks_;
    std::set<ServiceId> counted_;
    MappedMap costs_;
    MappedMap credits_;
    std::optional<std::uint32_t> swept_;
};

} // namespace suanlu
