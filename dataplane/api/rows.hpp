// SPDX-License-Identifier: Apache-2.0
// Between the model's values and the table rows of dataplane/steer/wire.h. Pure functions.
#pragma once

#include "core/model/plan.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

sl_addr to_row(const Ip6& address);
Ip6 from_row(const sl_addr& address);
sl_prefix to_row(const Prefix6& prefix);

/// Short stable name of a service address inside flow keys: not an index, so that reordering a Plan moves no
/// flow.
std::uint32_t address_tag(const Ip6& address);
sl_service_key service_key(const Ip6& address, std::uint16_t port, Transport transport, std::uint16_t tenant,
                           std::uint32_t table);
/// Of ICMP echo requests to the address.
sl_service_key echo_key(const Ip6& address, std::uint16_t tenant, std::uint32_t table);
bool is_echo(const sl_service_key& key);
sl_site_key site_key(SiteId site, std::uint32_t table);
/// Of a DSCP that marks; SL_NO_MARK for kNoMark.
std::uint8_t traffic_class_of(std::uint8_t dscp);
std::uint16_t to_network(std::uint16_t host);

sl_site_state to_row(SiteLiveness liveness);
SiteLiveness liveness_of(const sl_site& row);

/// Adds one counter row of the data plane to the report.
void add_counter(EngineServiceCount& service, const sl_counter& value);
/// The same for one CPU's part of a site's.
void add_counter(sl_site_counter& sum, const sl_site_counter& part);
EngineSiteCount from_row(const sl_site_counter& counter);
EngineFlow exception_flow(const sl_flow_key& key, const sl_exception& entry, MonoTime now);
EngineFlow event_flow(const sl_flow_event& event, MonoTime now);

/// Byte-wise equality of two rows without padding of their own.
template <class Row>
bool same_row(const Row& a, const Row& b) {
    return __builtin_memcmp(&a, &b, sizeof(Row)) == 0;
}

} // namespace suanlu
