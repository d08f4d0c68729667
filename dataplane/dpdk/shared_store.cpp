// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/shared_store.hpp"

#include <net/if.h>

#include <algorithm>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

using Bytes = TableStore::Bytes;
using ByteRows = std::vector<std::pair<Bytes, Bytes>>;

#define FWD_COUNT(name, text, severity) #name,
constexpr const char* kEngineCounts[] = {
#include "dataplane/dpdk/engine_counts.def"
};
#undef FWD_COUNT
constexpr auto kOfLcores = static_cast<std::size_t>(EngineCount::kCount); // then the devices'
static_assert(std::size(kEngineCounts) == kOfLcores + 2);

template <class Row>
Bytes bytes_of(const Row& row) {
    Bytes bytes(sizeof row);
    std::memcpy(bytes.data(), &row, sizeof row);
    return bytes;
}

template <class Row>
Row row_from(const Bytes& bytes) {
    Row row{};
    std::memcpy(&row, bytes.data(), std::min(bytes.size(), sizeof row));
    return row;
}

template <class Writer>
ByteRows byte_rows(const Writer& writer) {
    ByteRows list;
    for (const auto& [key, value] : writer.rows()) {
        list.emplace_back(bytes_of(key), bytes_of(value));
    }
    return list;
}

template <class Writer>
Status put_bytes(Writer& writer, const Bytes& key, const Bytes& value) {
    return writer.put(row_from<typename Writer::Key>(key), row_from<typename Writer::Value>(value));
}

template <class Writer>
void drop_bytes(Writer& writer, const Bytes& key) {
    writer.drop(row_from<typename Writer::Key>(key));
}

// A length is known before its first row and stays known: one too many costs packets a look-up.
template <class Table, class Writer>
Status put_prefix(Table& table, Writer& writer, const Bytes& key, const Bytes& value) {
    const std::uint32_t length = row_from<typename Writer::Key>(key).length - Table::kFixedBits;
    if (length > 128) {
        return Error{Errc::kBadInput, "a row has a prefix longer than an address"};
    }
    table.lengths[length / 64].fetch_or(std::uint64_t{1} << (length % 64));
    return put_bytes(writer, key, value);
}

template <class Table, class Writer>
void find_lengths(Table& table, const Writer& writer) {
    std::array<std::uint64_t, 3> lengths{};
    for (const auto& [key, value] : writer.rows()) {
        const auto length = std::min(key.length - Table::kFixedBits, sl_u32{128});
        lengths[length / 64] |= std::uint64_t{1} << (length % 64);
    }
    for (std::size_t i = 0; i < lengths.size(); i++) {
        table.lengths[i].store(lengths[i]);
    }
}

} // namespace

std::map<std::string, std::uint64_t> counts_of(const SharedTables& tables) {
    std::map<std::string, std::uint64_t> counts;
    for (std::size_t i = 0; i < SL_REASON_COUNT; i++) {
        auto& sum = counts[reason_name(static_cast<sl_reason>(i))];
        for (const auto& lcore : tables.lcores) {
            sum += lcore.reasons[i];
        }
    }
    for (std::size_t i = 0; i < kOfLcores; i++) {
        for (const auto& lcore : tables.lcores) {
            counts[kEngineCounts[i]] += lcore.engine[i];
        }
    }
    const auto ports = std::min(tables.port_count.load(), kMostPorts);
    for (std::uint32_t i = 0; i < ports; i++) {
        counts[kEngineCounts[kOfLcores]] += tables.ports[i].missed.load();
        counts[kEngineCounts[kOfLcores + 1]] += tables.ports[i].errors.load();
    }
    return counts;
}

std::vector<EngineStage> stages_of(const SharedTables& tables) {
    constexpr const char* kNames[] = {"receive", "steer", "send"}; // enum Stage
    std::vector<EngineStage> stages;
    for (std::size_t i = 0; i < static_cast<std::size_t>(Stage::kCount); i++) {
        EngineStage sum{kNames[i], 0, 0, std::vector<std::uint64_t>(EngineStage::kBuckets)};
        for (const auto& lcore : tables.lcores) {
            const auto& times = lcore.times[i];
            sum.packets += times.packets;
            sum.ns += times.ns;
            for (std::size_t bucket = 0; bucket < sum.bursts.size(); bucket++) {
                sum.bursts[bucket] += times.bursts[bucket];
            }
        }
        stages.push_back(std::move(sum));
    }
    return stages;
}

SharedStore::SharedStore(SharedMemory& memory)
    : tables_(memory.tables()),
      services_(tables_.services, tables_.grace, [&memory] { return memory.has_engine(); }),
      sites_(tables_.sites, tables_.grace, [&memory] { return memory.has_engine(); }),
      tenants_(tables_.tenants, tables_.grace, [&memory] { return memory.has_engine(); }),
      wide_(tables_.wide, tables_.grace, [&memory] { return memory.has_engine(); }),
      servers_(tables_.servers, tables_.grace, [&memory] { return memory.has_engine(); }),
      access_(tables_.access.rows, tables_.grace, [&memory] { return memory.has_engine(); }),
      sids_(tables_.sids.rows, tables_.grace, [&memory] { return memory.has_engine(); }),
      routes_(tables_.routes.rows, tables_.grace, [&memory] { return memory.has_engine(); }) {
    note_lengths();
}

TableStore::Room SharedStore::room() const {
    return {tables_.services.kMost,
            tables_.sites.kMost,
            {{SideTable::kRule, tables_.rules.size()},
             {SideTable::kWide, tables_.wide.kMost},
             {SideTable::kTenant, tables_.tenants.kMost},
             {SideTable::kAccess, tables_.access.rows.kMost},
             {SideTable::kServer, tables_.servers.kMost}}};
}

Status SharedStore::put_service(const sl_service_key& key, const sl_service& value) {
    return services_.put(key, value);
}

Status SharedStore::drop_service(const sl_service_key& key) {
    services_.drop(key);
    return {};
}

Status SharedStore::put_site(const sl_site_key& key, const sl_site& value) {
    return sites_.put(key, value);
}

Status SharedStore::drop_site(const sl_site_key& key) {
    sites_.drop(key);
    return {};
}

Result<ByteRows> SharedStore::side_rows(SideTable table) {
    switch (table) {
    case SideTable::kRule:
        return rule_rows();
    case SideTable::kWide:
        return byte_rows(wide_);
    case SideTable::kTenant:
        return byte_rows(tenants_);
    case SideTable::kAccess:
        return byte_rows(access_);
    case SideTable::kSid:
        return byte_rows(sids_);
    case SideTable::kServer:
        break;
    }
    return byte_rows(servers_);
}

Status SharedStore::put_side(SideTable table, const Bytes& key, const Bytes& value) {
    switch (table) {
    case SideTable::kRule:
        return put_rule(key, value);
    case SideTable::kWide:
        return put_bytes(wide_, key, value);
    case SideTable::kTenant:
        return put_bytes(tenants_, key, value);
    case SideTable::kAccess:
        return put_prefix(tables_.access, access_, key, value);
    case SideTable::kSid:
        return put_prefix(tables_.sids, sids_, key, value);
    case SideTable::kServer:
        break;
    }
    return put_bytes(servers_, key, value);
}

Status SharedStore::drop_side(SideTable table, const Bytes& key) {
    switch (table) {
    case SideTable::kRule:
        break; // an array
    case SideTable::kWide:
        drop_bytes(wide_, key);
        break;
    case SideTable::kTenant:
        drop_bytes(tenants_, key);
        break;
    case SideTable::kAccess:
        drop_bytes(access_, key);
        break;
    case SideTable::kSid:
        drop_bytes(sids_, key);
        break;
    case SideTable::kServer:
        drop_bytes(servers_, key);
        break;
    }
    return {};
}

Status SharedStore::put_rule(const Bytes& key, const Bytes& value) {
    const auto index = row_from<std::uint32_t>(key);
    if (index >= tables_.rules.size()) {
        return Error{Errc::kExhausted, "rule " + std::to_string(index) + " is beyond the engine's table"};
    }
    tables_.rules[index] = row_from<sl_rule>(value);
    return {};
}

ByteRows SharedStore::rule_rows() const {
    ByteRows list;
    for (std::uint32_t index = 0; index < tables_.rules.size(); index++) {
        if (tables_.rules[index].service.id != 0) {
            list.emplace_back(bytes_of(index), bytes_of(tables_.rules[index]));
        }
    }
    return list;
}

void SharedStore::note_lengths() {
    find_lengths(tables_.access, access_);
    find_lengths(tables_.sids, sids_);
    find_lengths(tables_.routes, routes_);
}

Status SharedStore::set_routes(std::span<const EngineRoute> routes) {
    if (routes.size() > RouteTable::kMost) {
        return Error{Errc::kExhausted, std::to_string(routes.size()) + " routes of SIDs, of " +
                                           std::to_string(RouteTable::kMost)};
    }
    std::map<Bytes, Bytes> wanted;
    for (const auto& route : routes) {
        const RouteKey key{route.to.length + RouteTable::kFixedBits, route.table, to_row(route.to.address)};
        wanted[bytes_of(key)] = bytes_of(row_of(route));
    }
    for (const auto& [key, row] : byte_rows(routes_)) {
        if (!wanted.contains(key)) {
            drop_bytes(routes_, key);
        }
    }
    for (const auto& [key, row] : wanted) {
        SL_TRY_VOID(put_prefix(tables_.routes, routes_, key, row));
    }
    return {};
}

RouteRow SharedStore::row_of(const EngineRoute& route) {
    RouteRow row{};
    row.is_nowhere = route.is_nowhere ? 1 : 0;
    add_link(row, {route.hop, route.mtu});
    for (const auto& link : route.others) {
        add_link(row, link);
    }
    return row;
}

/// Unless it is unresolved, or no port stands for it.
void SharedStore::add_link(RouteRow& row, const EngineLink& link) {
    const auto interface = link.hop.interface_index;
    if (interface == 0 || row.count == RouteRow::kMostLinks || !admit_interface(interface)) {
        return;
    }
    auto& to = row.links.at(row.count++);
    to.interface = interface;
    to.mtu = link.mtu;
    std::copy(link.hop.destination_mac.begin(), link.hop.destination_mac.end(), to.destination_mac);
    std::copy(link.hop.source_mac.begin(), link.hop.source_mac.end(), to.source_mac);
}

std::uint32_t SharedStore::interface_index(const std::string& name) {
    const auto count = std::min(tables_.port_count.load(), kMostPorts);
    for (std::uint32_t i = 0; i < count; i++) {
        const auto& port = tables_.ports[i];
        if (name == std::string(port.interface, strnlen(port.interface, sizeof port.interface))) {
            return port.index;
        }
    }
    return if_nametoindex(name.c_str());
}

Status SharedStore::admit_interface(std::uint32_t index) {
    const auto count = std::min(tables_.port_count.load(), kMostPorts);
    const auto* begin = tables_.ports.data();
    const bool is_known = std::any_of(begin, begin + count, [&](const auto& p) { return p.index == index; });
    if (count == 0 || is_known) {
        return {};
    }
    return Error{Errc::kNotFound, "no port of suanlu-fwd stands for interface " + std::to_string(index)};
}

Result<bool> SharedStore::sweep(std::size_t limit, const IsOver& is_over) {
    swept_ = tables_.exceptions.sweep(swept_, static_cast<std::uint32_t>(limit), tables_.grace, is_over);
    return swept_ == 0;
}

Result<sl_site_counter> SharedStore::site_counter(std::uint32_t place) {
    sl_site_counter sum{};
    for (const auto& lcore : tables_.lcores) {
        if (lcore.alive.load() != 0) { // memory that no lcore has touched stays untouched
            add_counter(sum, lcore.site_counters.at(place));
        }
    }
    return sum;
}

Status SharedStore::clear_site_counter(std::uint32_t place) {
    for (auto& lcore : tables_.lcores) {
        if (lcore.alive.load() != 0) {
            lcore.site_counters.at(place) = {};
        }
    }
    return {};
}

EngineCounters SharedStore::counters() const {
    EngineCounters all;
    for (const auto& lcore : tables_.lcores) {
        if (lcore.alive.load() == 0) {
            continue;
        }
        for (const auto service : counted_) {
            add_counter(all.services[service], lcore.counters[service.value]);
        }
        lcore.site_starts.each([&](std::uint16_t service, std::uint16_t site, std::uint64_t starts) {
            all.services[{service}].new_flows_by_site[{site}] += starts;
        });
    }
    all.reasons = counts_of(tables_);
    all.reasons[kSamplesLeftOut] = samples_.left_out();
    return all;
}

std::vector<EngineFlow> SharedStore::flows(std::size_t limit, MonoTime now) {
    std::vector<EngineFlow> list;
    std::uint32_t cursor = 0;
    do {
        cursor =
            tables_.exceptions.sweep(cursor, 4096, tables_.grace, [&](const auto& key, const auto& entry) {
                if (list.size() < limit) {
                    list.push_back(exception_flow(key, entry, now));
                }
                return false;
            });
    } while (cursor != 0 && list.size() < limit);
    for (auto& lcore : tables_.lcores) {
        const auto written = lcore.events_written.load(std::memory_order_acquire);
        const auto waiting = written - lcore.events_read.load(std::memory_order_relaxed);
        for (auto left = std::min<std::uint64_t>(waiting, kEventsKept); left > 0; left--) {
            samples_.add(lcore.events[(written - left) % kEventsKept]); // however many the engine claims
        }
        lcore.events_read.store(written, std::memory_order_release);
    }
    samples_.move_to(list, limit, now);
    return list;
}

} // namespace suanlu
