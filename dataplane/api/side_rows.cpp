// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/side_rows.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

using RowBytes = TableStore::Bytes;

Error bad_service(const ServicePlan& service, const std::string& what) {
    return {Errc::kBadInput, "plan: service " + service.name + ": " + what};
}

template <class Row>
RowBytes bytes_of(const Row& row) {
    RowBytes bytes(sizeof row);
    std::memcpy(bytes.data(), &row, sizeof row);
    return bytes;
}

template <class Row>
Row row_from(const RowBytes& bytes) {
    Row row{};
    std::memcpy(&row, bytes.data(), std::min(bytes.size(), sizeof row));
    return row;
}

bool is_dscp(std::uint8_t value) {
    return value < 64 || value == kAnyDscp;
}

Status check_rates(const ServicePlan& service) {
    const auto& rates = service.traffic.rates;
    if (rates.size() > SL_BUCKETS_PER_SERVICE) {
        return bad_service(service, "more than 8 rates");
    }
    for (const auto& rate : rates) {
        // Below 1 byte/s or above 1 Tbyte/s the price of a byte does not fit its word.
        if (rate.bytes_per_second == 0 || rate.bytes_per_second > 1'000'000'000'000 ||
            rate.burst_bytes < 1500 || rate.burst_bytes > 1'000'000'000 || !is_dscp(rate.dscp) ||
            !is_dscp(rate.mark)) {
            return bad_service(service, "a rate is 1 byte/s to 1 Tbyte/s with a burst of 1500 bytes to 1 GB");
        }
    }
    return {};
}

Status check_quic(const ServicePlan& service) {
    const auto& quic = service.traffic.quic;
    if (quic.length > 8 || quic.offset + quic.length > 20 || (quic.length == 0) != quic.servers.empty()) {
        return bad_service(service, "a QUIC server id is 1..8 bytes within the 20 of a connection id");
    }
    std::set<std::uint64_t> ids;
    for (const auto& server : quic.servers) {
        if (!ids.insert(server.id).second) {
            return bad_service(service, "QUIC server id " + std::to_string(server.id) + " given twice");
        }
    }
    return {};
}

/// The most specific first: DSCP, VLAN, narrow port ranges, a protocol.
auto order_of(const sl_rule& rule) {
    return std::tuple(rule.dscp == SL_ANY_DSCP, rule.vlan == 0, rule.port_high - rule.port_low,
                      rule.protocol == 0);
}

sl_rule rule_of(const ServicePlan& service, sl_service row) {
    const auto& traffic = service.traffic;
    sl_rule rule{};
    rule.service = row;
    rule.port_low = service.port;
    rule.port_high = service.port == 0 ? 65535 : traffic.last_port == 0 ? service.port : traffic.last_port;
    rule.protocol = static_cast<sl_u8>(service.transport);
    rule.dscp = traffic.dscp;
    rule.vlan = traffic.vlan;
    return rule;
}

/// Lengths in use, longest first, with their masks.
Result<sl_wide_lengths> lengths_of(const std::map<RowBytes, std::vector<sl_rule>>& runs) {
    std::set<std::uint8_t, std::greater<>> used;
    for (const auto& [key, rules] : runs) {
        used.insert(row_from<sl_wide_key>(key).length);
    }
    if (used.size() > SL_WIDE_LENGTHS) {
        return Error{Errc::kExhausted, "plan: services use more than 8 lengths of prefix"};
    }
    sl_wide_lengths lengths{};
    for (const auto length : used) {
        const auto mask = to_row(Prefix6{{}, length});
        std::copy(std::begin(mask.mask), std::end(mask.mask), lengths.mask[lengths.count]);
        lengths.length[lengths.count++] = length;
    }
    return lengths;
}

std::map<RowBytes, std::vector<sl_rule>>
runs_of(const std::vector<ServicePlan>& services, std::uint32_t table,
        const std::function<sl_service(const ServicePlan&)>& row_of) {
    const auto narrowed = narrowed_addresses(services);
    std::map<RowBytes, std::vector<sl_rule>> runs;
    for (const auto& service : services) {
        // A plain service has the flow keys of its exact row also where a narrower rule makes packets look
        // here: its flows do not move when one comes or goes.
        const auto row_at = [&](const Ip6& address) {
            auto row = row_of(service);
            row.flags |= is_plain(service) ? 0 : SL_SERVICE_WIDE;
            row.address_tag = is_plain(service) ? address_tag(address) : 0;
            return row;
        };
        const auto add = [&](const Prefix6& to, sl_service row) {
            const sl_wide_key key{to_row(to.address), service.traffic.tenant, to.length,
                                  static_cast<sl_u8>(table)};
            runs[bytes_of(key)].push_back(rule_of(service, row));
        };
        for (const auto& address : service.addresses) {
            if (!is_plain(service) || narrowed.contains({service.traffic.tenant, address})) {
                add({address, 128}, row_at(address));
            }
        }
        for (const auto& prefix : service.traffic.prefixes) {
            auto row = row_of(service);
            row.flags |= SL_SERVICE_WIDE;
            add(prefix, row);
        }
    }
    return runs;
}

/// An answer does not tell the slice (DSCP, VLAN) of what it answers: of all that it may belong to, the
/// smallest path counts.
void limit_answers(std::vector<sl_rule>& rules) {
    const std::vector<sl_rule> own = rules;
    for (auto& rule : rules) {
        for (const auto& other : own) {
            const bool meets = other.port_low <= rule.port_high && rule.port_low <= other.port_high &&
                               (other.protocol == rule.protocol || other.protocol == 0 || rule.protocol == 0);
            if (meets && other.service.clamp_mtu != 0 &&
                (rule.service.clamp_mtu == 0 || other.service.clamp_mtu < rule.service.clamp_mtu)) {
                rule.service.clamp_mtu = other.service.clamp_mtu;
            }
        }
    }
}

Status add_rules(SideRows& out, std::map<RowBytes, std::vector<sl_rule>> runs, std::uint32_t table) {
    std::uint32_t next = table * SL_RULES_PER_TABLE;
    for (auto& [key, rules] : runs) {
        const auto count = static_cast<std::uint32_t>(rules.size());
        if (count > SL_RULES_PER_PREFIX || next + count > (table + 1) * SL_RULES_PER_TABLE) {
            return Error{Errc::kExhausted, "plan: more than 32 services on one prefix, or 8192 rules"};
        }
        std::stable_sort(rules.begin(), rules.end(),
                         [](const auto& a, const auto& b) { return order_of(a) < order_of(b); });
        out.tables[SideTable::kWide][key] = bytes_of(sl_wide{next, count});
        limit_answers(rules);
        for (const auto& rule : rules) {
            out.tables[SideTable::kRule][bytes_of(next++)] = bytes_of(rule);
        }
    }
    return {};
}

void add_tenants(SideRows& out, const std::vector<TenantTag>& tenants, std::uint32_t table,
                 const std::function<std::uint32_t(const std::string&)>& interface_index) {
    for (const auto& tag : tenants) {
        const auto interface = tag.interface.empty() ? 0 : interface_index(tag.interface);
        if (!tag.interface.empty() && interface == 0) {
            continue; // another node's
        }
        out.lengths.tenants |= interface != 0 ? SL_TENANTS_BY_INTERFACE : SL_TENANTS_BY_TAG;
        out.tables[SideTable::kTenant]
                  [bytes_of(sl_tenant_key{interface, tag.outer_vlan, tag.inner_vlan, table})] =
            bytes_of(sl_tenant{tag.tenant});
    }
}

/// The parts that packets only read; one word each.
void write_rate(sl_bucket& bucket, const RateLimit& rate) {
    const auto per_second = static_cast<double>(rate.bytes_per_second);
    const auto cost = static_cast<std::uint64_t>(65536e9 / per_second);
    const auto depth = static_cast<std::uint64_t>(1e9 * static_cast<double>(rate.burst_bytes) / per_second);
    __atomic_store_n(&bucket.cost, cost, __ATOMIC_RELAXED);
    __atomic_store_n(&bucket.depth, depth, __ATOMIC_RELAXED);
    bucket.dscp = rate.dscp;
    bucket.mark = traffic_class_of(rate.mark);
}

std::uint32_t table_of(SideTable kind, const RowBytes& key) {
    switch (kind) {
    case SideTable::kWide:
        return row_from<sl_wide_key>(key).table;
    case SideTable::kTenant:
        return row_from<sl_tenant_key>(key).table;
    case SideTable::kAccess:
        return row_from<sl_access_key>(key).table;
    case SideTable::kServer:
        return row_from<sl_server_key>(key).table;
    case SideTable::kRule:
    case SideTable::kSid: // of no generation
        break;
    }
    return 2;
}

} // namespace

Status check_traffic(const ServicePlan& service) {
    const auto& traffic = service.traffic;
    if (service.addresses.empty() && traffic.prefixes.empty()) {
        return bad_service(service, "needs an address or a prefix");
    }
    if (traffic.last_port != 0 && (service.port == 0 || traffic.last_port < service.port)) {
        return bad_service(service, "the port range ends before it begins");
    }
    if (!is_dscp(traffic.dscp) || !is_dscp(traffic.mark) || traffic.vlan > 4094) {
        return bad_service(service, "a DSCP is 0..63, a VLAN id 1..4094");
    }
    SL_TRY_VOID(check_quic(service));
    return check_rates(service);
}

bool is_plain(const ServicePlan& service) {
    const auto& traffic = service.traffic;
    return service.transport != Transport::kAny && service.port != 0 && traffic.last_port == 0 &&
           traffic.dscp == kAnyDscp && traffic.vlan == 0;
}

std::set<TenantAddress> narrowed_addresses(const std::vector<ServicePlan>& services) {
    std::set<TenantAddress> all;
    for (const auto& service : services) {
        if (service.traffic.dscp != kAnyDscp || service.traffic.vlan != 0) {
            for (const auto& address : service.addresses) {
                all.emplace(service.traffic.tenant, address);
            }
        }
    }
    return all;
}

Result<SideRows> make_side_rows(const std::vector<ServicePlan>& services,
                                const std::vector<TenantTag>& tenants, std::uint32_t table,
                                const std::function<sl_service(const ServicePlan&)>& row_of,
                                const std::function<std::uint32_t(const std::string&)>& interface_index) {
    SideRows out;
    const auto runs = runs_of(services, table, row_of);
    SL_TRY(out.lengths, lengths_of(runs));
    SL_TRY_VOID(add_rules(out, runs, table));
    add_tenants(out, tenants, table, interface_index);
    for (const auto& service : services) {
        const auto short_table = static_cast<sl_u16>(table);
        for (const auto& rule : service.traffic.access) {
            const sl_access_key key{32U + rule.source.length, service.id.value, short_table,
                                    to_row(rule.source.address)};
            out.tables[SideTable::kAccess][bytes_of(key)] = bytes_of(sl_access{rule.is_allowed});
        }
        for (const auto& server : service.traffic.quic.servers) {
            const sl_server_key key{server.id, service.id.value, short_table, 0};
            out.tables[SideTable::kServer][bytes_of(key)] = bytes_of(sl_server{server.site.value});
        }
    }
    return out;
}

Status write_side_rows(TableStore& store, const SideRows& rows, std::uint32_t table) {
    for (const auto kind : {SideTable::kWide, SideTable::kTenant, SideTable::kAccess, SideTable::kServer}) {
        const auto kept = rows.tables.find(kind);
        SL_TRY(const auto old, store.side_rows(kind));
        for (const auto& [key, value] : old) {
            const bool is_kept = kept != rows.tables.end() && kept->second.contains(key);
            if (table_of(kind, key) == table && !is_kept) {
                SL_TRY_VOID(store.drop_side(kind, key));
            }
        }
    }
    for (const auto& [kind, entries] : rows.tables) {
        for (const auto& [key, value] : entries) {
            SL_TRY_VOID(store.put_side(kind, key, value));
        }
    }
    return {};
}

Result<std::vector<sl_service>> services_of_rules(TableStore& store, std::uint32_t table) {
    std::vector<sl_service> found;
    SL_TRY(const auto runs, store.side_rows(SideTable::kWide));
    std::map<RowBytes, RowBytes> rules;
    if (!runs.empty()) {
        SL_TRY(auto rows, store.side_rows(SideTable::kRule));
        rules = {rows.begin(), rows.end()};
    }
    for (const auto& [key, value] : runs) {
        const auto run = row_from<sl_wide>(value);
        for (std::uint32_t i = 0; table_of(SideTable::kWide, key) == table && i < run.count; i++) {
            found.push_back(row_from<sl_rule>(rules[bytes_of(run.first + i)]).service);
        }
    }
    return found;
}

Status BucketTable::take(const std::vector<ServicePlan>& services, std::span<sl_bucket> buckets) {
    std::map<ServiceId, Range> ranges;
    std::vector<bool> is_taken(buckets.size());
    for (const auto& [id, range] : ranges_) { // packets may still read the rows in force
        std::fill_n(is_taken.begin() + range.first, range.count, true);
    }
    for (const auto& service : services) {
        const auto count = static_cast<std::uint8_t>(service.traffic.rates.size());
        auto range = of(service.id);
        if (count != 0 && range.count != count) {
            const std::vector<bool> wanted(count);
            const auto at = std::search(is_taken.begin(), is_taken.end(), wanted.begin(), wanted.end());
            if (at == is_taken.end()) {
                return Error{Errc::kExhausted, "plan: no room for the rates of service " + service.name};
            }
            range = {static_cast<std::uint16_t>(at - is_taken.begin()), count};
            std::fill_n(at, count, true);
            for (std::uint8_t i = 0; i < count; i++) {
                __atomic_store_n(&buckets[range.first + i].until, 0, __ATOMIC_RELAXED);
            }
        }
        if (count == 0) {
            continue;
        }
        ranges[service.id] = range;
        for (std::uint8_t i = 0; i < count; i++) {
            write_rate(buckets[range.first + i], service.traffic.rates[i]);
        }
    }
    ranges_ = std::move(ranges);
    return {};
}

BucketTable::Range BucketTable::of(ServiceId service) const {
    const auto found = ranges_.find(service);
    return found == ranges_.end() ? Range{} : found->second;
}

} // namespace suanlu
