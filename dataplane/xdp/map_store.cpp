// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/map_store.hpp"

#include <bpf/libbpf.h>
#include <net/if.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <numeric>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

constexpr std::size_t kSiteIds = 65536;
constexpr int kNotSupported = 524; // ENOTSUPP of the kernel, in no header for user space

std::size_t cpu_count() {
    return static_cast<std::size_t>(std::max(1, libbpf_num_possible_cpus()));
}

/// All rows in one call; one by one where the kernel has no batches for the kind of map.
template <class Key, class Value>
Status put_rows(int map, const char* name, std::span<const std::pair<Key, Value>> rows) {
    std::vector<Key> keys;
    std::vector<Value> values;
    for (const auto& [key, value] : rows) {
        keys.push_back(key);
        values.push_back(value);
    }
    auto count = static_cast<std::uint32_t>(rows.size());
    const int code = count == 0 ? 0 : bpf_map_update_batch(map, keys.data(), values.data(), &count, nullptr);
    if (code != -kNotSupported && code != -EINVAL) {
        return code == 0 ? Status{} : kernel_error(std::string("writing map ") + name, code);
    }
    for (const auto& [key, value] : rows) {
        SL_TRY_VOID(put_row(map, name, key, value));
    }
    return {};
}

template <class Key, class Value>
std::vector<std::pair<Key, Value>> rows_of_map(int map) {
    std::vector<std::pair<Key, Value>> rows;
    for (const auto& key : keys_of<Key>(map)) {
        Value value{};
        if (bpf_map_lookup_elem(map, &key, &value) == 0) {
            rows.emplace_back(key, value);
        }
    }
    return rows;
}

/// Visits the rows with the sum over the CPUs. Up to a million of them with every report: in batches.
template <class Visit>
void each_start(int map, const Visit& visit) {
    constexpr std::uint32_t kBatch = 4096; // more than the largest hash bucket has
    const auto cpus = static_cast<std::ptrdiff_t>(cpu_count());
    std::vector<sl_starts_key> keys(kBatch);
    std::vector<std::uint64_t> counts(kBatch * cpu_count());
    std::uint32_t cursor = 0;
    std::uint32_t* from = nullptr;
    for (int code = 0; code == 0; from = &cursor) {
        std::uint32_t count = kBatch;
        std::uint32_t next = 0;
        code = bpf_map_lookup_batch(map, from, &next, keys.data(), counts.data(), &count, nullptr);
        if (code != 0 && code != -ENOENT) { // -ENOENT: these are the last
            return;
        }
        auto part = counts.begin();
        for (std::uint32_t i = 0; i < count; i++, part += cpus) {
            visit(keys[i], std::accumulate(part, part + cpus, std::uint64_t{0}));
        }
        cursor = next;
    }
}

/// Of one map, to wait for packets with.
Result<FileDescriptor> make_grace_map(int inner) {
    LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = static_cast<std::uint32_t>(inner));
    FileDescriptor map(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "sl_grace", sizeof(std::uint32_t),
                                      sizeof(int), 1, &options));
    if (!map.is_open()) {
        return kernel_error("making a map to wait for packets with", errno);
    }
    return map;
}

} // namespace

MapSet maps_of(const bpf_object* object) {
    const auto fd = [&](const char* name) { return bpf_object__find_map_fd_by_name(object, name); };
    MapSet maps;
    maps.control = fd("sl_control_map");
    maps.services = fd("sl_services");
    maps.sites = fd("sl_sites");
    maps.site_index = fd("sl_site_index");
    maps.site_rows = bpf_map__max_entries(bpf_object__find_map_by_name(object, "sl_sites"));
    maps.slots = fd("sl_slots");
    maps.targets = fd("sl_targets");
    maps.exceptions = fd("sl_exceptions");
    maps.counters = fd("sl_counters");
    maps.site_counters = fd("sl_site_counters");
    maps.site_starts = fd("sl_site_starts");
    maps.marks = fd("sl_marks");
    maps.reasons = fd("sl_reasons");
    maps.interfaces = fd("sl_interfaces");
    maps.slot_count = bpf_map__max_entries(bpf_object__find_map_by_name(object, "sl_slots"));
    maps.sides = {fd("sl_rules"),        fd("sl_wide_runs"), fd("sl_tenants"),
                  fd("sl_access_lists"), fd("sl_servers"),   fd("sl_sids")};
    const auto most = [&](const char* name) -> std::size_t {
        return bpf_map__max_entries(bpf_object__find_map_by_name(object, name));
    };
    maps.room = {most("sl_services"),
                 most("sl_sites") / 2, // the other half changes hands with every update
                 {{SideTable::kRule, most("sl_rules")},
                  {SideTable::kWide, most("sl_wide_runs")},
                  {SideTable::kTenant, most("sl_tenants")},
                  {SideTable::kAccess, most("sl_access_lists")},
                  {SideTable::kServer, most("sl_servers")}}};
    maps.buckets = fd("sl_buckets");
    maps.costs = fd("sl_costs");
    maps.credits = fd("sl_credits");
    maps.cost_count = bpf_map__max_entries(bpf_object__find_map_by_name(object, "sl_costs"));
    return maps;
}

Result<std::unique_ptr<MapStore>> MapStore::open(const MapSet& maps) {
    auto store = std::make_unique<MapStore>();
    store->maps_ = maps;
    SL_TRY(store->grace_, make_grace_map(maps.reasons));
    SL_TRY(store->control_, MappedMap::open(maps.control, sizeof(sl_control)));
    SL_TRY(store->site_index_, MappedMap::open(maps.site_index, 2 * kSiteIds * sizeof(std::uint64_t)));
    std::vector<bool> is_used(maps.site_rows);
    for (const auto row : store->site_index()) {
        is_used[row % maps.site_rows] = true;
    }
    for (std::uint32_t row = 1; row < maps.site_rows; row++) {
        if (!is_used[row]) {
            store->left_rows_.push_back(row);
        }
    }
    SL_TRY(store->slots_, MappedMap::open(maps.slots, maps.slot_count * sizeof(std::uint64_t)));
    SL_TRY(store->targets_, MappedMap::open(maps.targets, maps.slot_count * sizeof(sl_target)));
    SL_TRY(store->marks_, MappedMap::open(maps.marks, 2 * SL_MARK_WORDS * sizeof(std::uint64_t)));
    SL_TRY(store->buckets_, MappedMap::open(maps.buckets, SL_BUCKETS * sizeof(sl_bucket)));
    SL_TRY(store->costs_, MappedMap::open(maps.costs, maps.cost_count * sizeof(sl_cost)));
    SL_TRY(store->credits_, MappedMap::open(maps.credits, SL_CREDITS * sizeof(std::uint64_t)));
    return store;
}

std::span<std::uint64_t> MapStore::slots() {
    return {static_cast<std::uint64_t*>(slots_.memory()), maps_.slot_count};
}

std::span<sl_target> MapStore::targets() {
    return {static_cast<sl_target*>(targets_.memory()), maps_.slot_count};
}

std::span<std::uint64_t> MapStore::marks() {
    return {static_cast<std::uint64_t*>(marks_.memory()), std::size_t{2} * SL_MARK_WORDS};
}

std::span<sl_cost> MapStore::costs() {
    return {static_cast<sl_cost*>(costs_.memory()), maps_.cost_count};
}

std::span<std::uint64_t> MapStore::credits() {
    return {static_cast<std::uint64_t*>(credits_.memory()), SL_CREDITS};
}

Result<std::vector<TableStore::ServiceRow>> MapStore::services() {
    return rows_of_map<sl_service_key, sl_service>(maps_.services);
}

Status MapStore::put_service(const sl_service_key& key, const sl_service& value) {
    return put_row(maps_.services, "services", key, value);
}

Status MapStore::put_services(std::span<const ServiceRow> rows) {
    return put_rows(maps_.services, "services", rows);
}

Status MapStore::drop_service(const sl_service_key& key) {
    return drop_row(maps_.services, "services", key);
}

std::span<std::uint64_t> MapStore::site_index() {
    return {static_cast<std::uint64_t*>(site_index_.memory()), 2 * kSiteIds};
}

// The kernel lets no update of a map of maps return before an RCU grace period has passed, since programs may
// still use the map that was replaced (maybe_wait_bpf_programs): no packet that began before is under way
// then.
Status MapStore::wait_for_packets() {
    return put_row(grace_.get(), "grace", std::uint32_t{0}, maps_.reasons);
}

Result<std::uint32_t> MapStore::free_site_row() {
    if (free_rows_.empty()) {
        SL_TRY_VOID(wait_for_packets());
        free_rows_ = std::exchange(left_rows_, {});
    }
    if (free_rows_.empty()) {
        return Error{Errc::kExhausted, "no row for another site"};
    }
    const auto row = free_rows_.back();
    free_rows_.pop_back();
    return row;
}

Result<std::vector<TableStore::SiteRow>> MapStore::sites() {
    std::vector<SiteRow> rows;
    for (std::uint32_t at = 0; at < 2 * kSiteIds; at++) {
        const auto row = static_cast<std::uint32_t>(site_index()[at]);
        sl_site value{};
        if (row != 0 && bpf_map_lookup_elem(maps_.sites, &row, &value) == 0) {
            rows.emplace_back(site_key({static_cast<std::uint16_t>(at)}, at / kSiteIds), value);
        }
    }
    return rows;
}

Status MapStore::put_site(const sl_site_key& key, const sl_site& value) {
    SL_TRY(const auto row, free_site_row());
    if (const auto written = put_row(maps_.sites, "sites", row, value); !written) {
        free_rows_.push_back(row);
        return written;
    }
    auto& index = site_index()[(key.table & 1U) * kSiteIds + key.id];
    if (const auto old = std::atomic_ref(index).exchange(row); old != 0) {
        left_rows_.push_back(static_cast<std::uint32_t>(old));
    }
    return {};
}

Status MapStore::drop_site(const sl_site_key& key) {
    auto& index = site_index()[(key.table & 1U) * kSiteIds + key.id];
    if (const auto old = std::atomic_ref(index).exchange(0); old != 0) {
        left_rows_.push_back(static_cast<std::uint32_t>(old));
    }
    return {};
}

std::span<sl_bucket> MapStore::buckets() {
    return {static_cast<sl_bucket*>(buckets_.memory()), SL_BUCKETS};
}

std::uint32_t MapStore::interface_index(const std::string& name) {
    return if_nametoindex(name.c_str());
}

Result<std::vector<std::pair<TableStore::Bytes, TableStore::Bytes>>> MapStore::side_rows(SideTable table) {
    const int map = maps_.sides.at(static_cast<std::size_t>(table));
    bpf_map_info about{};
    std::uint32_t length = sizeof about;
    if (const int code = bpf_obj_get_info_by_fd(map, &about, &length); code != 0) {
        return kernel_error("asking about a map", code);
    }
    std::vector<std::pair<Bytes, Bytes>> rows;
    Bytes key(about.key_size);
    bool has_key = bpf_map_get_next_key(map, nullptr, key.data()) == 0;
    while (has_key) {
        Bytes value(about.value_size);
        if (bpf_map_lookup_elem(map, key.data(), value.data()) == 0) {
            rows.emplace_back(key, std::move(value));
        }
        const Bytes last = key;
        has_key = bpf_map_get_next_key(map, last.data(), key.data()) == 0;
    }
    return rows;
}

Status MapStore::put_side(SideTable table, const Bytes& key, const Bytes& value) {
    const int map = maps_.sides.at(static_cast<std::size_t>(table));
    const int code = bpf_map_update_elem(map, key.data(), value.data(), BPF_ANY);
    return code == 0 ? Status{} : kernel_error("writing a map of services", code);
}

Status MapStore::drop_side(SideTable table, const Bytes& key) {
    const int code = bpf_map_delete_elem(maps_.sides.at(static_cast<std::size_t>(table)), key.data());
    return code == 0 || code == -ENOENT ? Status{} : kernel_error("erasing from a map of services", code);
}

Status MapStore::admit_interface(std::uint32_t index) {
    return put_row(maps_.interfaces, "interfaces", index, index);
}

Result<MapStore::Batch> MapStore::read_batch(std::optional<std::uint32_t>& cursor, std::size_t limit) const {
    // A batch ends between hash buckets and must hold the largest of them.
    constexpr std::size_t kLargestBucket = 256;
    auto count = static_cast<std::uint32_t>(std::max(limit, kLargestBucket));
    std::vector<sl_flow_key> keys(count);
    std::vector<sl_exception> values(count);
    std::uint32_t next = 0;
    const int code = bpf_map_lookup_batch(maps_.exceptions, cursor ? &*cursor : nullptr, &next, keys.data(),
                                          values.data(), &count, nullptr);
    if (code != 0 && code != -ENOENT) {
        cursor.reset();
        return kernel_error("reading map exceptions", code);
    }
    Batch batch;
    batch.is_last = code == -ENOENT;
    for (std::uint32_t i = 0; i < count; i++) {
        batch.rows.emplace_back(keys[i], values[i]);
    }
    cursor = batch.is_last ? std::nullopt : std::optional(next);
    return batch;
}

Result<bool> MapStore::sweep(std::size_t limit, const IsOver& is_over) {
    SL_TRY(const auto batch, read_batch(swept_, limit));
    for (const auto& [key, value] : batch.rows) {
        sl_exception again{};
        // Looked at twice: a packet may have refreshed it since the batch was read.
        if (is_over(key, value) && bpf_map_lookup_elem(maps_.exceptions, &key, &again) == 0 &&
            is_over(key, again)) {
            SL_TRY_VOID(drop_row(maps_.exceptions, "exceptions", key));
        }
    }
    return batch.is_last;
}

Result<sl_site_counter> MapStore::site_counter(std::uint32_t place) {
    std::vector<sl_site_counter> per_cpu(cpu_count());
    if (const int code = bpf_map_lookup_elem(maps_.site_counters, &place, per_cpu.data()); code != 0) {
        return kernel_error("reading map site counters", code);
    }
    sl_site_counter sum{};
    for (const auto& part : per_cpu) {
        add_counter(sum, part);
    }
    return sum;
}

Status MapStore::clear_site_counter(std::uint32_t place) {
    const std::vector<sl_site_counter> none(cpu_count());
    const int code = bpf_map_update_elem(maps_.site_counters, &place, none.data(), BPF_ANY);
    return code == 0 ? Status{} : kernel_error("clearing the counters of a site", code);
}

EngineCounters MapStore::counters() const {
    EngineCounters all;
    std::vector<sl_counter> per_cpu(cpu_count());
    for (const auto service : counted_) {
        const std::uint32_t index = service.value;
        if (bpf_map_lookup_elem(maps_.counters, &index, per_cpu.data()) == 0) {
            for (const auto& part : per_cpu) {
                add_counter(all.services[service], part);
            }
        }
    }
    std::vector<std::uint64_t> counts(cpu_count());
    each_start(maps_.site_starts, [&](const sl_starts_key& key, std::uint64_t starts) {
        all.services[ServiceId{key.service}].new_flows_by_site[SiteId{key.site}] += starts;
    });
    for (std::uint32_t reason = 0; reason < SL_REASON_COUNT; reason++) {
        auto& sum = all.reasons[reason_name(static_cast<sl_reason>(reason))];
        if (bpf_map_lookup_elem(maps_.reasons, &reason, counts.data()) == 0) {
            for (const auto part : counts) {
                sum += part;
            }
        }
    }
    return all;
}

std::vector<EngineFlow> MapStore::exceptions(std::size_t limit, MonoTime now) const {
    std::optional<std::uint32_t> cursor;
    std::vector<EngineFlow> flows;
    const auto batch = limit == 0 ? Result<Batch>(Batch{}) : read_batch(cursor, limit);
    if (batch) {
        for (const auto& [key, entry] : batch->rows) {
            flows.push_back(exception_flow(key, entry, now));
        }
    }
    if (flows.size() > limit) {
        flows.resize(limit);
    }
    return flows;
}

} // namespace suanlu
