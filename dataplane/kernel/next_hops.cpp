// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/next_hops.hpp"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "dataplane/kernel/route_message.hpp"

namespace suanlu {

namespace {

/// States in which the kernel itself would send to the address.
constexpr std::uint16_t kUsableStates =
    NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;

std::uint8_t family_of(const Ip6& address) {
    return address.is_mapped_v4() ? AF_INET : AF_INET6;
}

void put_address(NetlinkMessage& message, std::uint16_t type, const Ip6& address) {
    const std::size_t skip = address.is_mapped_v4() ? 12 : 0;
    mnl_attr_put(message.header(), type, 16 - skip, address.bytes.data() + skip);
}

/// What the kernel's refusal of a look-up says about the route.
std::optional<RouteKind> kind_of_refusal(int number) {
    switch (number) {
    case EINVAL: // blackhole
    case EACCES: // prohibit
        return RouteKind::kBlackhole;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EAGAIN: // throw
        return RouteKind::kUnreachable;
    default:
        return std::nullopt;
    }
}

RouteKind kind_of_type(std::uint8_t type) {
    switch (type) {
    case RTN_UNICAST:
        return RouteKind::kUsable;
    case RTN_LOCAL:
    case RTN_ANYCAST:
        return RouteKind::kLocal;
    case RTN_BLACKHOLE:
    case RTN_PROHIBIT:
        return RouteKind::kBlackhole;
    default:
        return RouteKind::kUnreachable;
    }
}

} // namespace

std::string_view to_text(RouteKind kind) {
    switch (kind) {
    case RouteKind::kUsable:
        return "usable";
    case RouteKind::kLocal:
        return "local";
    case RouteKind::kBlackhole:
        return "blackhole";
    case RouteKind::kUnreachable:
        return "unreachable";
    }
    return "unknown";
}

std::optional<LinkAddress> parse_neighbour(const nlmsghdr& message, std::uint32_t interface_index,
                                           const Ip6& neighbour) {
    if (message.nlmsg_type != RTM_NEWNEIGH || message.nlmsg_len < NLMSG_HDRLEN + sizeof(ndmsg)) {
        return std::nullopt;
    }
    ndmsg fixed{};
    std::memcpy(&fixed, mnl_nlmsg_get_payload(&message), sizeof fixed);
    if (static_cast<std::uint32_t>(fixed.ndm_ifindex) != interface_index ||
        (fixed.ndm_state & kUsableStates) == 0 || fixed.ndm_family != family_of(neighbour)) {
        return std::nullopt;
    }
    const auto in = attributes_of(message, sizeof(ndmsg), NDA_MAX);
    const std::size_t skip = neighbour.is_mapped_v4() ? 12 : 0;
    const void* address = payload_of(in[NDA_DST], 16 - skip);
    LinkAddress out{};
    const void* link = payload_of(in[NDA_LLADDR], out.size());
    if (address == nullptr || link == nullptr ||
        std::memcmp(address, neighbour.bytes.data() + skip, 16 - skip) != 0) {
        return std::nullopt;
    }
    std::memcpy(out.data(), link, out.size());
    return out;
}

std::optional<Ip6> parse_neighbour_address(const nlmsghdr& message, std::uint32_t interface_index) {
    if (message.nlmsg_type != RTM_NEWNEIGH || message.nlmsg_len < NLMSG_HDRLEN + sizeof(ndmsg)) {
        return std::nullopt;
    }
    ndmsg fixed{};
    std::memcpy(&fixed, mnl_nlmsg_get_payload(&message), sizeof fixed);
    const bool is_v4 = fixed.ndm_family == AF_INET;
    const auto in = attributes_of(message, sizeof(ndmsg), NDA_MAX);
    const std::size_t skip = is_v4 ? 12 : 0;
    const void* address = payload_of(in[NDA_DST], 16 - skip);
    if (static_cast<std::uint32_t>(fixed.ndm_ifindex) != interface_index || address == nullptr ||
        (fixed.ndm_state & kUsableStates) == 0 || (!is_v4 && fixed.ndm_family != AF_INET6)) {
        return std::nullopt;
    }
    Ip6 out;
    if (is_v4) {
        out.bytes[10] = out.bytes[11] = 0xff;
    }
    std::memcpy(out.bytes.data() + skip, address, 16 - skip);
    return out;
}

const KernelRoute* longest_match(const std::vector<KernelRoute>& routes, const Ip6& destination) {
    const KernelRoute* best = nullptr;
    for (const auto& route : routes) {
        const bool is_better = best == nullptr || route.prefix.length > best->prefix.length ||
                               (route.prefix.length == best->prefix.length && route.metric < best->metric);
        if (is_better && route.prefix.contains(destination)) {
            best = &route;
        }
    }
    return best;
}

Result<std::unique_ptr<NextHops>> NextHops::open() {
    SL_TRY(NetlinkSocket socket, NetlinkSocket::open());
    return std::unique_ptr<NextHops>(new NextHops(std::move(socket)));
}

Result<RouteAnswer> NextHops::route(const Ip6& destination) {
    NetlinkMessage message(RTM_GETROUTE, NLM_F_ACK);
    auto& fixed = message.extra<rtmsg>();
    fixed.rtm_family = family_of(destination);
    fixed.rtm_dst_len = destination.is_mapped_v4() ? 32 : 128;
    put_address(message, RTA_DST, destination);
    RouteAnswer out;
    const Status done = socket_.request(message, [&out](const nlmsghdr& answer) {
        if (const auto route = parse_route(answer)) {
            out.kind = kind_of_type(route->type);
            out.interface_index = route->interface_index;
            out.gateway = route->gateway;
        }
    });
    if (!done) {
        const auto kind = kind_of_refusal(socket_.last_errno());
        if (!kind) {
            return Error(done.error()).with("route to " + destination.text());
        }
        return *kind == RouteKind::kUnreachable && !destination.is_mapped_v4() ? route_by_tables(destination)
                                                                               : RouteAnswer{*kind, 0, {}};
    }
    return out;
}

// Routes over one nexthop object, as FRR makes them, share what each CPU has cached of it. When the route
// that it was cached for is deleted, look-ups on that CPU answer ENETUNREACH for all others, until any route
// is added (Linux 6.18, inet6_rtm_getroute). Packets go on all the while.
Result<RouteAnswer> NextHops::route_by_tables(const Ip6& destination) {
    const auto began = clock_.now();
    if (reading_.is_due(began)) {
        std::vector<KernelRoute> read;
        SL_TRY_VOID(dump_routes(AF_INET6, {RT_TABLE_MAIN, RT_TABLE_LOCAL}, read));
        table_routes_ = std::move(read);
        reading_.note(began, clock_.now());
    }
    const auto* found = longest_match(table_routes_, destination);
    if (found == nullptr || kind_of_type(found->type) == RouteKind::kUnreachable) {
        return RouteAnswer{};
    }
    routes_by_tables_++;
    return RouteAnswer{kind_of_type(found->type), found->interface_index, found->gateway};
}

std::optional<LinkAddress> NextHops::neighbour(std::uint32_t interface_index, const Ip6& address) {
    NetlinkMessage message(RTM_GETNEIGH, NLM_F_ACK);
    auto& fixed = message.extra<ndmsg>();
    fixed.ndm_family = family_of(address);
    fixed.ndm_ifindex = static_cast<std::int32_t>(interface_index);
    put_address(message, NDA_DST, address);
    std::optional<LinkAddress> out;
    const Status done = socket_.request(message, [&](const nlmsghdr& answer) {
        if (auto found = parse_neighbour(answer, interface_index, address)) {
            out = found;
        }
    });
    return done ? out : std::nullopt;
}

void NextHops::ask_for(std::uint32_t interface_index, const Ip6& address) {
    // "managed": the kernel resolves now and keeps the entry fresh without traffic of its own, which matters
    // because redirected packets never pass its neighbour code.
    NetlinkMessage message(RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
    auto& fixed = message.extra<ndmsg>();
    fixed.ndm_family = family_of(address);
    fixed.ndm_ifindex = static_cast<std::int32_t>(interface_index);
    fixed.ndm_state = NUD_NONE;
    put_address(message, NDA_DST, address);
    mnl_attr_put_u32(message.header(), NDA_FLAGS_EXT, NTF_EXT_MANAGED);
    (void)socket_.request(message); // a link that just went down: the next notification asks again
}

std::optional<NextHops::Link> NextHops::link(std::uint32_t interface_index) {
    NetlinkMessage message(RTM_GETLINK, NLM_F_ACK);
    auto& fixed = message.extra<ifinfomsg>();
    fixed.ifi_family = AF_UNSPEC;
    fixed.ifi_index = static_cast<std::int32_t>(interface_index);
    std::optional<Link> out;
    const Status done = socket_.request(message, [&](const nlmsghdr& answer) {
        if (answer.nlmsg_type != RTM_NEWLINK) {
            return;
        }
        ifinfomsg link{};
        if (mnl_nlmsg_get_payload_len(&answer) < sizeof link) {
            return;
        }
        std::memcpy(&link, mnl_nlmsg_get_payload(&answer), sizeof link);
        // Administratively up and with a carrier: anything else cannot send.
        if ((link.ifi_flags & IFF_UP) == 0 || (link.ifi_flags & IFF_RUNNING) == 0) {
            return;
        }
        const auto in = attributes_of(answer, sizeof link, IFLA_MTU);
        Link found;
        if (const void* mtu = payload_of(in[IFLA_MTU], sizeof found.mtu)) {
            std::memcpy(&found.mtu, mtu, sizeof found.mtu);
        }
        if (const void* payload = payload_of(in[IFLA_ADDRESS], found.address.size())) {
            std::memcpy(found.address.data(), payload, found.address.size());
            out = found;
        }
    });
    return done ? out : std::nullopt;
}

NextHop NextHops::hop_over(std::uint32_t interface_index, const Ip6& address) {
    const auto own = link(interface_index);
    const auto peer = neighbour(interface_index, address);
    if (!peer) {
        ask_for(interface_index, address);
    }
    return own && peer ? NextHop{interface_index, own->address, *peer} : NextHop{};
}

Status NextHops::dump_routes(std::uint8_t family, const std::set<std::uint32_t>& tables,
                             std::vector<KernelRoute>& out) {
    NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP);
    message.extra<rtmsg>().rtm_family = family;
    return socket_.request(message, [&](const nlmsghdr& answer) {
        if (auto route = parse_route(answer); route && tables.contains(route->table)) {
            out.push_back(std::move(*route));
        }
    });
}

Result<std::vector<KernelRoute>> NextHops::routes(const std::set<std::uint32_t>& tables) {
    std::vector<KernelRoute> out;
    SL_TRY_VOID(dump_routes(AF_INET6, tables, out));
    SL_TRY_VOID(dump_routes(AF_INET, tables, out));
    return out;
}

Result<std::vector<Ip6>> NextHops::neighbours(std::uint32_t interface_index) {
    std::vector<Ip6> out;
    NetlinkMessage message(RTM_GETNEIGH, NLM_F_DUMP);
    message.extra<ndmsg>().ndm_family = AF_UNSPEC;
    SL_TRY_VOID(socket_.request(message, [&](const nlmsghdr& answer) {
        if (const auto address = parse_neighbour_address(answer, interface_index)) {
            out.push_back(*address);
        }
    }));
    return out;
}

std::uint32_t NextHops::mtu(std::uint32_t interface_index) {
    const auto found = link(interface_index);
    return found ? found->mtu : 0;
}

Result<NextHop> NextHops::resolve(const Ip6& destination) {
    SL_TRY(const RouteAnswer answer, route(destination));
    if (answer.kind != RouteKind::kUsable || answer.interface_index == 0) {
        return NextHop{};
    }
    return hop_over(answer.interface_index, answer.gateway.is_zero() ? destination : answer.gateway);
}

Result<NextHop> NextHops::resolve_on_link(const Ip6& neighbour, const std::string& interface) {
    if (!interface.empty()) {
        const std::uint32_t index = if_nametoindex(interface.c_str());
        return index == 0 ? NextHop{} : hop_over(index, neighbour); // it may come back
    }
    SL_TRY(const RouteAnswer answer, route(neighbour));
    const bool is_on_link = answer.kind == RouteKind::kUsable && answer.gateway.is_zero();
    return is_on_link && answer.interface_index != 0 ? hop_over(answer.interface_index, neighbour)
                                                     : NextHop{};
}

} // namespace suanlu
