// SPDX-License-Identifier: Apache-2.0
// The tables of services that are more than an address and a port: rules by prefix, port range, protocol,
// DSCP and VLAN, tenants, lists of sources, rates, QUIC server ids. Pure over a TableStore; owned by the
// engine's strand.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "core/model/plan.hpp"
#include "dataplane/api/table_store.hpp"

namespace suanlu {

/// An address of a tenant.
using TenantAddress = std::pair<std::uint16_t, Ip6>;

/// Refuses values out of range; names the service.
Status check_traffic(const ServicePlan& service);
/// One address and port say it all, so that it needs no rules of its own.
bool is_plain(const ServicePlan& service);
/// Addresses for which a service asks more than the port: rules of all their services are tried in order.
std::set<TenantAddress> narrowed_addresses(const std::vector<ServicePlan>& services);

/// Rows of one generation, for table 0 or 1.
struct SideRows {
    std::map<SideTable, std::map<TableStore::Bytes, TableStore::Bytes>> tables;
    sl_wide_lengths lengths{};
};

/// `row_of` gives the row of a service without an address.
Result<SideRows> make_side_rows(const std::vector<ServicePlan>& services,
                                const std::vector<TenantTag>& tenants, std::uint32_t table,
                                const std::function<sl_service(const ServicePlan&)>& row_of,
                                const std::function<std::uint32_t(const std::string&)>& interface_index);
/// Writes them and drops those of the same table that are not among them.
Status write_side_rows(TableStore& store, const SideRows& rows, std::uint32_t table);
/// The rows of services that rules hold, for an engine that adopts its tables.
Result<std::vector<sl_service>> services_of_rules(TableStore& store, std::uint32_t table);

/// Which buckets are whose. A service keeps its own while the number of its rates stays the same.
class BucketTable {
public:
    struct Range {
        std::uint16_t first = 0;
        std::uint8_t count = 0;
    };
    /// Gives every service its buckets and writes their rates; what they hold stays. kExhausted when there
    /// are no more.
    Status take(const std::vector<ServicePlan>& services, std::span<sl_bucket> buckets);
    void adopt(const sl_service& row) { ranges_[ServiceId{row.id}] = {row.bucket, row.bucket_count}; }
    [[nodiscard]] Range of(ServiceId service) const;

private:
    std::map<ServiceId, Range> ranges_;
};

} // namespace suanlu
