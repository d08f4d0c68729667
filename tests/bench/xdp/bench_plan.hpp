// SPDX-License-Identifier: Apache-2.0
// The Plans that the benchmarks of the data plane run on: services behind 64 sites, uSID lists in one
// address, one path per site. Pure values.
#pragma once

#include "core/model/plan.hpp"
#include "dataplane/api/steer_tables.hpp"

namespace suanlu::bench {

inline constexpr std::uint16_t kSites = 64;
inline constexpr std::uint16_t kUdpPort = 9001;
inline constexpr std::uint16_t kTcpPort = 8080;

/// 2001:db8:a:: plus the number of the service.
Ip6 service_address(std::uint32_t number);

/// `services` of equal shares at all sites. A Plan of one service has it for UDP (id 1) and for TCP (id 2).
Plan plan_of(std::uint16_t services, std::uint32_t slots, std::uint64_t generation);

/// Rotates the shares so that every site's changes: `step` = which rotation.
void change_shares(Plan& plan, std::uint32_t step);

/// Gives every site its path by this interface.
Status use_paths(SteerTables& tables, std::uint32_t interface, MonoTime now);

} // namespace suanlu::bench
