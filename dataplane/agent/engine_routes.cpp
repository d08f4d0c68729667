// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/engine_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <map>
#include <utility>

#include "dataplane/api/sid_rows.hpp"

namespace suanlu {
namespace {

bool is_ours(const KernelRoute& route) {
    return route.protocol == kRouteProtocol && route.table == kMainTable;
}

/// The next hop is an address, not the destination itself.
bool has_gateway(const KernelRoute& route) {
    return !route.gateway.is_zero();
}

bool is_host(const Prefix6& prefix) {
    return prefix.length == 128;
}

/// Unresolved when the next hop is not one address.
EngineLink link_of(const KernelHop& hop, const Prefix6& to, const LinkAnswers& links) {
    if (hop.gateway.is_zero() && !is_host(to)) {
        return {};
    }
    return {links.hop(hop.interface_index, hop.gateway.is_zero() ? to.address : hop.gateway),
            static_cast<std::uint16_t>(std::min(links.mtu(hop.interface_index), 65535U))};
}

EngineRoute row_of(const KernelRoute& route, const LinkAnswers& links) {
    EngineRoute row{route.table, route.prefix, {}, 0, false, {}};
    if (route.type == RTN_UNREACHABLE || route.type == RTN_BLACKHOLE || route.type == RTN_PROHIBIT) {
        row.is_nowhere = true;
        return row;
    }
    const bool is_plain = route.type == RTN_UNICAST && !route.has_encap && route.interface_index != 0;
    if (!is_plain) {
        return row;
    }
    const auto first = link_of({route.interface_index, route.gateway}, route.prefix, links);
    row.hop = first.hop;
    row.mtu = first.mtu;
    for (const auto& hop : route.others) {
        row.others.push_back(link_of(hop, route.prefix, links));
    }
    return row;
}

using BestRoutes = std::map<std::pair<std::uint32_t, Prefix6>, const KernelRoute*>;

BestRoutes best_of(const Plan& plan, const std::vector<KernelRoute>& routes) {
    const auto tables = tables_of(plan);
    BestRoutes best;
    for (const auto& route : routes) {
        const bool counts =
            route.table == kMainTable ? plan.sid_block.contains(route.prefix) : is_own_table(route.table);
        if (!tables.contains(route.table) || !counts || is_ours(route)) {
            continue;
        }
        auto& known = best[{route.table, route.prefix}];
        if (known == nullptr || route.metric < known->metric) {
            known = &route;
        }
    }
    return best;
}

} // namespace

std::set<std::uint32_t> tables_of(const Plan& plan) {
    std::set<std::uint32_t> tables;
    for (const auto& sid : plan.local_sids) {
        if (has_table(sid.behaviour)) {
            tables.insert(sid.table);
        } else if (sid.behaviour == SidBehaviour::kEnd) {
            tables.insert(kMainTable);
        }
    }
    return tables;
}

std::vector<EngineSid> foreign_sids(const Plan& plan, const std::vector<KernelRoute>& routes) {
    std::set<Prefix6> own;
    for (const auto& sid : plan.local_sids) {
        own.insert(sid.sid);
    }
    std::set<Prefix6> found;
    for (const auto& route : routes) {
        const bool is_below =
            std::any_of(plan.local_sids.begin(), plan.local_sids.end(), [&](const auto& sid) {
                return goes_on(sid.behaviour) && sid.sid.length < route.prefix.length &&
                       sid.sid.contains(route.prefix);
            });
        if (is_below && (route.table == kMainTable || route.table == kLocalTable) && !is_ours(route) &&
            !own.contains(route.prefix)) {
            found.insert(route.prefix);
        }
    }
    std::vector<EngineSid> out;
    for (const auto& prefix : found) {
        out.push_back(EngineSid{prefix, SidBehaviour::kEnd, {}, 0, 0, true});
    }
    return out;
}

std::vector<EngineRoute> engine_routes(const Plan& plan, const std::vector<KernelRoute>& routes,
                                       const LinkAnswers& links) {
    const auto best = best_of(plan, routes);
    std::map<std::pair<std::uint32_t, Prefix6>, EngineRoute> rows;
    for (const auto& [key, route] : best) {
        rows[key] = row_of(*route, links);
    }
    for (const auto& [key, route] : best) {
        const bool is_link = route->type == RTN_UNICAST && !route->has_encap && !has_gateway(*route) &&
                             !is_host(route->prefix) && route->interface_index != 0;
        if (!is_link || route->table == kMainTable) {
            continue;
        }
        for (const auto& address : links.neighbours(route->interface_index)) {
            const std::pair host{route->table, Prefix6{address, 128}};
            if (route->prefix.contains(address) && !rows.contains(host)) {
                auto over = *route;
                over.prefix = host.second;
                rows[host] = row_of(over, links);
            }
        }
    }
    std::vector<EngineRoute> out;
    for (auto& [key, row] : rows) {
        out.push_back(row);
    }
    return out;
}

} // namespace suanlu
