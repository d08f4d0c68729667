// SPDX-License-Identifier: Apache-2.0
// Kernel routes as values, and their rtnetlink bytes: seg6local routes of ours out, any route in. Pure apart
// from libmnl's byte work. A message that is no route, is cut short or carries a field of the wrong size
// gives an empty optional: what is not understood is treated as foreign and never touched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/site.hpp"
#include "dataplane/kernel/netlink_socket.hpp"

namespace suanlu {

/// rtm_protocol of every route of ours; FRR takes 186..198 and clears its own at start
/// (linux/rtnetlink.h).
inline constexpr std::uint8_t kRouteProtocol = 206;
/// Below the 256 of connected prefixes, so that End wins over the locator on lo.
inline constexpr std::uint32_t kRouteMetric = 16;
/// F3216 (RFC 9800 section 4.2.1): 32 bits of block, 16 bits of node and function.
inline constexpr std::uint8_t kBlockBits = 32;
inline constexpr std::uint8_t kNodeBits = 16;

struct KernelHop {
    std::uint32_t interface_index = 0;
    Ip6 gateway;

    bool operator==(const KernelHop&) const = default;
};

struct KernelRoute {
    Prefix6 prefix;
    std::uint32_t table = 0;
    std::uint32_t metric = 0;
    std::uint8_t protocol = 0;
    /// rtm_type: RTN_UNICAST, RTN_BLACKHOLE, ...
    std::uint8_t type = 0;
    /// Of several next hops, the first; `others` has the rest.
    std::uint32_t interface_index = 0;
    Ip6 gateway;
    /// Puts something around its packets, or is a seg6local one.
    bool has_encap = false;
    std::vector<KernelHop> others = {};
    /// Of a seg6local route that has one of our behaviours; `interface` stays empty.
    std::optional<LocalSid> sid;
    /// NEXT-C-SID flavour with F3216 lengths on an End or End.X.
    bool is_next_csid = false;
    /// The link that an End.X is bound to; 0 = whichever leads to its next hop.
    std::uint32_t sid_interface_index = 0;

    bool operator==(const KernelRoute&) const = default;
};

/// Reads RTM_NEWROUTE or RTM_DELROUTE of either family (IPv4 is mapped).
std::optional<KernelRoute> parse_route(const nlmsghdr& message);

/// Interfaces of one SID by index.
struct SidInterfaces {
    std::uint32_t route = 0; ///< where the route hangs
    std::uint32_t link = 0;  ///< of an End.X that names its link; 0 = none
};

/// kAdd: there may be none. kReplace: in place of the one with this prefix and metric, or new.
enum class RouteChange : std::uint8_t { kAdd, kReplace, kRemove };

/// RTM_NEWROUTE or RTM_DELROUTE for one SID of ours.
NetlinkMessage sid_route_message(const LocalSid& sid, SidInterfaces on, RouteChange how);

/// True when the kernel's route does what `sid` asks for, on these interfaces.
bool fulfils(const KernelRoute& route, const LocalSid& sid, SidInterfaces on);

} // namespace suanlu
