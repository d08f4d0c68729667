// SPDX-License-Identifier: Apache-2.0
// Where a packet to a destination leaves this router: the kernel's route, the neighbour's address on the
// link, the interface's own. Synchronous look-ups of microseconds, on the agent's strand. A next hop whose
// link address is not known yet is asked for (the kernel keeps it fresh from then on) and reported as
// unresolved; a notification follows when it is there.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/model/ip6.hpp"
#include "core/support/result.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/kernel/netlink_socket.hpp"
#include "dataplane/kernel/route_message.hpp"
#include "dataplane/kernel/sparing.hpp"

namespace suanlu {

enum class RouteKind : std::uint8_t {
    kUsable,
    kLocal,       ///< this router's own address
    kBlackhole,   ///< blackhole or prohibit
    kUnreachable, ///< no route, or an unreachable one
};
std::string_view to_text(RouteKind kind);

struct RouteAnswer {
    RouteKind kind = RouteKind::kUnreachable;
    std::uint32_t interface_index = 0;
    /// Zero: the destination itself is on the link.
    Ip6 gateway;

    bool operator==(const RouteAnswer&) const = default;
};

using LinkAddress = std::array<std::uint8_t, 6>;

/// Reads RTM_NEWNEIGH: the link address of `neighbour` on `interface_index` when it is valid for sending.
std::optional<LinkAddress> parse_neighbour(const nlmsghdr& message, std::uint32_t interface_index,
                                           const Ip6& neighbour);

/// Reads RTM_NEWNEIGH: whose entry it is, when it is valid for sending over that link.
std::optional<Ip6> parse_neighbour_address(const nlmsghdr& message, std::uint32_t interface_index);

/// Of the routes that a destination falls under the one with the longest prefix, then the lowest metric; null
/// = there is none.
const KernelRoute* longest_match(const std::vector<KernelRoute>& routes, const Ip6& destination);

class NextHops {
public:
    static Result<std::unique_ptr<NextHops>> open();

    /// The route a packet of this router to `destination` takes (RTM_GETROUTE). That an IPv6 one has none is
    /// believed only when the tables say so as well.
    Result<RouteAnswer> route(const Ip6& destination);
    /// The whole next hop; interface_index 0 while something is missing.
    Result<NextHop> resolve(const Ip6& destination);
    /// Largest IP packet that the link takes; 0 = it is not there.
    std::uint32_t mtu(std::uint32_t interface_index);
    /// The next hop over the very link that `neighbour` is on; a way around it does not count. `interface` is
    /// needed for a link-local address, else it may be empty.
    Result<NextHop> resolve_on_link(const Ip6& neighbour, const std::string& interface);

    /// How often the tables had a route that the kernel's answer denied.
    [[nodiscard]] std::uint64_t routes_by_tables() const { return routes_by_tables_; }

    /// All routes of these tables.
    Result<std::vector<KernelRoute>> routes(const std::set<std::uint32_t>& tables);
    /// Addresses on the link that the kernel would send to now.
    Result<std::vector<Ip6>> neighbours(std::uint32_t interface_index);
    /// A neighbour's link address; interface_index 0 while it is not known, and it is asked for.
    NextHop hop_over(std::uint32_t interface_index, const Ip6& address);

private:
    explicit NextHops(NetlinkSocket socket) : socket_(std::move(socket)) {}
    /// By the main and the local table, as they were read lately.
    Result<RouteAnswer> route_by_tables(const Ip6& destination);
    Status dump_routes(std::uint8_t family, const std::set<std::uint32_t>& tables,
                       std::vector<KernelRoute>& out);
    std::optional<LinkAddress> neighbour(std::uint32_t interface_index, const Ip6& address);
    void ask_for(std::uint32_t interface_index, const Ip6& address);
    struct Link {
        LinkAddress address{};
        std::uint32_t mtu = 0;
    };
    /// Nothing when it cannot send.
    std::optional<Link> link(std::uint32_t interface_index);

    NetlinkSocket socket_;
    SteadyClock clock_;
    std::vector<KernelRoute> table_routes_; ///< for route_by_tables()
    Sparing reading_;
    std::uint64_t routes_by_tables_ = 0;
};

} // namespace suanlu
