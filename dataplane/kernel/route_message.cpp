// SPDX-License-Identifier: Apache-2.0
#include "dataplane/kernel/route_message.hpp"

#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_local.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace suanlu {

namespace {

constexpr std::uint32_t kMainTable = RT_TABLE_MAIN;

std::uint32_t read_u32(const nlattr* attribute, std::uint32_t fallback = 0) {
    std::uint32_t value = fallback;
    if (const void* payload = payload_of(attribute, sizeof value)) {
        std::memcpy(&value, payload, sizeof value);
    }
    return value;
}

std::uint8_t read_u8(const nlattr* attribute) {
    const auto* payload = static_cast<const std::uint8_t*>(payload_of(attribute, 1));
    return payload == nullptr ? 0 : *payload;
}

/// The address in `attribute`, of either family; nullopt when it is there with another size.
std::optional<Ip6> read_address(const nlattr* attribute, bool is_v4) {
    Ip6 out;
    if (is_v4) {
        out.bytes[10] = out.bytes[11] = 0xff;
    }
    if (attribute == nullptr) {
        return out;
    }
    const std::size_t size = is_v4 ? 4 : 16;
    const void* payload = payload_of(attribute, size);
    if (payload == nullptr) {
        return std::nullopt;
    }
    std::memcpy(out.bytes.data() + (16 - size), payload, size);
    return out;
}

std::optional<SidBehaviour> behaviour_of(std::uint32_t action) {
    switch (action) {
    case SEG6_LOCAL_ACTION_END:
        return SidBehaviour::kEnd;
    case SEG6_LOCAL_ACTION_END_DX6:
        return SidBehaviour::kEndDx6;
    case SEG6_LOCAL_ACTION_END_DX4:
        return SidBehaviour::kEndDx4;
    case SEG6_LOCAL_ACTION_END_DT6:
        return SidBehaviour::kEndDt6;
    case SEG6_LOCAL_ACTION_END_X:
        return SidBehaviour::kEndX;
    case SEG6_LOCAL_ACTION_END_DT4:
        return SidBehaviour::kEndDt4;
    case SEG6_LOCAL_ACTION_END_DT46:
        return SidBehaviour::kEndDt46;
    default:
        return std::nullopt;
    }
}

std::uint32_t action_of(SidBehaviour behaviour) {
    switch (behaviour) {
    case SidBehaviour::kEnd:
        return SEG6_LOCAL_ACTION_END;
    case SidBehaviour::kEndDx6:
        return SEG6_LOCAL_ACTION_END_DX6;
    case SidBehaviour::kEndDx4:
        return SEG6_LOCAL_ACTION_END_DX4;
    case SidBehaviour::kEndDt6:
        return SEG6_LOCAL_ACTION_END_DT6;
    case SidBehaviour::kEndX:
        return SEG6_LOCAL_ACTION_END_X;
    case SidBehaviour::kEndDt4:
        return SEG6_LOCAL_ACTION_END_DT4;
    case SidBehaviour::kEndDt46:
        return SEG6_LOCAL_ACTION_END_DT46;
    }
    return SEG6_LOCAL_ACTION_UNSPEC;
}

bool has_next_csid(const nlattr* flavours) {
    if (flavours == nullptr) {
        return false;
    }
    const auto in = nested_of(*flavours, SEG6_LOCAL_FLV_MAX);
    return read_u32(in[SEG6_LOCAL_FLV_OPERATION]) == (1U << SEG6_LOCAL_FLV_OP_NEXT_CSID) &&
           read_u8(in[SEG6_LOCAL_FLV_LCBLOCK_BITS]) == kBlockBits &&
           read_u8(in[SEG6_LOCAL_FLV_LCNODE_FN_BITS]) == kNodeBits;
}

void read_sid(const nlattr& encap, KernelRoute& out) {
    const auto in = nested_of(encap, SEG6_LOCAL_MAX);
    const auto behaviour = behaviour_of(read_u32(in[SEG6_LOCAL_ACTION]));
    const auto hop6 = read_address(in[SEG6_LOCAL_NH6], false);
    const auto hop4 = read_address(in[SEG6_LOCAL_NH4], true);
    if (!behaviour || !hop6 || !hop4) {
        return;
    }
    LocalSid sid;
    sid.sid = out.prefix;
    sid.behaviour = *behaviour;
    sid.table = read_u32(in[SEG6_LOCAL_TABLE], read_u32(in[SEG6_LOCAL_VRFTABLE]));
    out.sid_interface_index = read_u32(in[SEG6_LOCAL_OIF]);
    if (*behaviour == SidBehaviour::kEndDx6 || *behaviour == SidBehaviour::kEndX) {
        sid.next_hop = *hop6;
    } else if (*behaviour == SidBehaviour::kEndDx4) {
        sid.next_hop = *hop4;
    }
    out.is_next_csid = has_next_csid(in[SEG6_LOCAL_FLAVORS]);
    out.sid = sid;
}

/// One of several next hops (struct rtnexthop and its attributes); empty when its attributes make no sense.
std::optional<KernelHop> read_hop(const std::uint8_t* bytes, const rtnexthop& fixed, bool is_v4,
                                  bool& has_encap) {
    std::optional<Ip6> gateway = Ip6{};
    for (std::size_t at = sizeof fixed; at + sizeof(nlattr) <= fixed.rtnh_len;) {
        const auto* attribute = reinterpret_cast<const nlattr*>(bytes + at);
        if (!mnl_attr_ok(attribute, static_cast<int>(fixed.rtnh_len - at))) {
            return {};
        }
        const auto type = mnl_attr_get_type(attribute);
        gateway = type == RTA_GATEWAY ? read_address(attribute, is_v4) : gateway;
        has_encap = has_encap || type == RTA_ENCAP;
        at += MNL_ALIGN(attribute->nla_len);
    }
    if (!gateway || fixed.rtnh_ifindex <= 0) {
        return {};
    }
    return KernelHop{static_cast<std::uint32_t>(fixed.rtnh_ifindex), *gateway};
}

/// The first one into the route itself, the rest behind it, up to the first that makes no sense.
void read_hops(const nlattr& hops, bool is_v4, KernelRoute& out) {
    const auto* bytes = static_cast<const std::uint8_t*>(mnl_attr_get_payload(&hops));
    std::size_t left = mnl_attr_get_payload_len(&hops);
    for (rtnexthop fixed{}; left >= sizeof fixed;) {
        std::memcpy(&fixed, bytes, sizeof fixed);
        if (fixed.rtnh_len < sizeof fixed || fixed.rtnh_len > left) {
            return;
        }
        const auto hop = read_hop(bytes, fixed, is_v4, out.has_encap);
        if (!hop) {
            return;
        }
        if (out.interface_index == 0) {
            out.interface_index = hop->interface_index;
            out.gateway = hop->gateway;
        } else {
            out.others.push_back(*hop);
        }
        const auto step = std::min<std::size_t>(left, RTNH_ALIGN(fixed.rtnh_len));
        bytes += step;
        left -= step;
    }
}

/// The sockets' own bytes of an address inside a message.
void put_address(nlmsghdr* header, std::uint16_t type, const Ip6& address) {
    const std::size_t skip = address.is_mapped_v4() ? 12 : 0;
    mnl_attr_put(header, type, 16 - skip, address.bytes.data() + skip);
}

void put_next_csid(nlmsghdr* header) {
    nlattr* flavours = mnl_attr_nest_start(header, SEG6_LOCAL_FLAVORS);
    mnl_attr_put_u32(header, SEG6_LOCAL_FLV_OPERATION, 1U << SEG6_LOCAL_FLV_OP_NEXT_CSID);
    mnl_attr_put_u8(header, SEG6_LOCAL_FLV_LCBLOCK_BITS, kBlockBits);
    mnl_attr_put_u8(header, SEG6_LOCAL_FLV_LCNODE_FN_BITS, kNodeBits);
    mnl_attr_nest_end(header, flavours);
}

std::uint16_t flags_of(RouteChange how) {
    switch (how) {
    case RouteChange::kAdd:
        return NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    case RouteChange::kReplace:
        return NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
    case RouteChange::kRemove:
        break;
    }
    return NLM_F_ACK;
}

void put_sid(nlmsghdr* header, const LocalSid& sid, std::uint32_t link_index) {
    mnl_attr_put_u32(header, SEG6_LOCAL_ACTION, action_of(sid.behaviour));
    switch (sid.behaviour) {
    case SidBehaviour::kEnd:
        put_next_csid(header);
        break;
    case SidBehaviour::kEndX:
        put_address(header, SEG6_LOCAL_NH6, sid.next_hop);
        if (link_index != 0) {
            mnl_attr_put_u32(header, SEG6_LOCAL_OIF, link_index);
        }
        put_next_csid(header);
        break;
    case SidBehaviour::kEndDx6:
        put_address(header, SEG6_LOCAL_NH6, sid.next_hop);
        break;
    case SidBehaviour::kEndDx4:
        put_address(header, SEG6_LOCAL_NH4, sid.next_hop);
        break;
    case SidBehaviour::kEndDt6:
        mnl_attr_put_u32(header, SEG6_LOCAL_TABLE, sid.table);
        break;
    case SidBehaviour::kEndDt4:
    case SidBehaviour::kEndDt46: // for IPv4 the kernel wants a VRF of the table
        mnl_attr_put_u32(header, SEG6_LOCAL_VRFTABLE, sid.table);
        break;
    }
}

} // namespace

std::optional<KernelRoute> parse_route(const nlmsghdr& message) {
    const bool is_route = message.nlmsg_type == RTM_NEWROUTE || message.nlmsg_type == RTM_DELROUTE;
    if (!is_route || message.nlmsg_len < NLMSG_HDRLEN + sizeof(rtmsg)) {
        return std::nullopt;
    }
    rtmsg fixed{};
    std::memcpy(&fixed, mnl_nlmsg_get_payload(&message), sizeof fixed);
    const bool is_v4 = fixed.rtm_family == AF_INET;
    if ((!is_v4 && fixed.rtm_family != AF_INET6) || fixed.rtm_dst_len > (is_v4 ? 32 : 128)) {
        return std::nullopt;
    }
    const auto in = attributes_of(message, sizeof(rtmsg), RTA_MAX);
    const auto destination = read_address(in[RTA_DST], is_v4);
    const auto gateway = in[RTA_GATEWAY] == nullptr ? Ip6{} : read_address(in[RTA_GATEWAY], is_v4);
    if (!destination || !gateway) {
        return std::nullopt;
    }
    KernelRoute out;
    out.prefix = {*destination, static_cast<std::uint8_t>(fixed.rtm_dst_len + (is_v4 ? 96 : 0))};
    out.table = read_u32(in[RTA_TABLE], fixed.rtm_table);
    out.metric = read_u32(in[RTA_PRIORITY]);
    out.protocol = fixed.rtm_protocol;
    out.type = fixed.rtm_type;
    out.interface_index = read_u32(in[RTA_OIF]);
    out.gateway = *gateway;
    out.has_encap = in[RTA_ENCAP] != nullptr;
    if (in[RTA_MULTIPATH] != nullptr) {
        read_hops(*in[RTA_MULTIPATH], is_v4, out);
    }
    std::uint16_t encap = 0;
    if (const void* payload = payload_of(in[RTA_ENCAP_TYPE], sizeof encap)) {
        std::memcpy(&encap, payload, sizeof encap);
    }
    if (encap == LWTUNNEL_ENCAP_SEG6_LOCAL && in[RTA_ENCAP] != nullptr) {
        read_sid(*in[RTA_ENCAP], out);
    }
    return out;
}

NetlinkMessage sid_route_message(const LocalSid& sid, SidInterfaces on, RouteChange how) {
    NetlinkMessage message(how == RouteChange::kRemove ? RTM_DELROUTE : RTM_NEWROUTE, flags_of(how));
    auto& fixed = message.extra<rtmsg>();
    fixed.rtm_family = AF_INET6;
    fixed.rtm_dst_len = sid.sid.length;
    fixed.rtm_table = RT_TABLE_MAIN;
    fixed.rtm_protocol = kRouteProtocol;
    fixed.rtm_scope = RT_SCOPE_UNIVERSE;
    fixed.rtm_type = RTN_UNICAST;
    nlmsghdr* header = message.header();
    mnl_attr_put(header, RTA_DST, 16, sid.sid.address.bytes.data());
    mnl_attr_put_u32(header, RTA_PRIORITY, kRouteMetric);
    if (on.route != 0) {
        mnl_attr_put_u32(header, RTA_OIF, on.route);
    }
    if (how != RouteChange::kRemove) {
        mnl_attr_put_u16(header, RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_SEG6_LOCAL);
        nlattr* nest = mnl_attr_nest_start(header, RTA_ENCAP);
        put_sid(header, sid, on.link);
        mnl_attr_nest_end(header, nest);
    }
    return message;
}

bool fulfils(const KernelRoute& route, const LocalSid& sid, SidInterfaces on) {
    const bool shifts = sid.behaviour == SidBehaviour::kEnd || sid.behaviour == SidBehaviour::kEndX;
    return route.table == kMainTable && route.protocol == kRouteProtocol && route.metric == kRouteMetric &&
           route.prefix == sid.sid && route.interface_index == on.route && route.sid &&
           route.sid->behaviour == sid.behaviour && (!shifts || route.is_next_csid) &&
           (sid.behaviour != SidBehaviour::kEndX || route.sid_interface_index == on.link) &&
           route.sid->next_hop == sid.next_hop &&
           (!has_table(sid.behaviour) || route.sid->table == sid.table);
}

} // namespace suanlu
