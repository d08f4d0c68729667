// SPDX-License-Identifier: Apache-2.0
// What an engine that cannot ask the kernel for each packet has to know of its routes: those of the tables
// that SIDs name, links and neighbours resolved. Pure over what the kernel said; part of the agent's strand.
// A route that no row can say, and a link that is not resolved, leave their packets to the kernel.
#pragma once

#include <functional>
#include <set>
#include <vector>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/kernel/route_message.hpp"

namespace suanlu {

/// Asked while rows are made.
struct LinkAnswers {
    std::function<NextHop(std::uint32_t interface_index, const Ip6& address)> hop;
    std::function<std::uint32_t(std::uint32_t interface_index)> mtu;
    /// Addresses on the link that the kernel would send to.
    std::function<std::vector<Ip6>(std::uint32_t interface_index)> neighbours;
};

/// The kernel's table of its own addresses (RT_TABLE_LOCAL).
inline constexpr std::uint32_t kLocalTable = 255;

/// Tables that the Plan's SIDs name; of the main and the local one, only routes in its SID block count.
std::set<std::uint32_t> tables_of(const Plan& plan);

/// Routes and addresses below the Plan's End and End.X SIDs that are not ours: packets for them are the
/// kernel's.
std::vector<EngineSid> foreign_sids(const Plan& plan, const std::vector<KernelRoute>& routes);

/// One row for each prefix, that of the best metric, and one for each neighbour on a link of a DT table.
std::vector<EngineRoute> engine_routes(const Plan& plan, const std::vector<KernelRoute>& routes,
                                       const LinkAnswers& links);

} // namespace suanlu
