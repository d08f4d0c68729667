// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/sid_ways.hpp"

#include <netinet/in.h>

namespace suanlu {
namespace {

AddressWords read_address(const std::uint8_t* bytes) {
    AddressWords words;
    std::memcpy(words.data(), bytes, sizeof words);
    return words;
}

const sl_sid* find_sid(const SharedTables& tables, const AddressWords& address) {
    sl_sid_key key{SidTable::kFixedBits + 128, {}};
    std::memcpy(&key.address, address.data(), sizeof key.address);
    return tables.sids.find(key);
}

bool is_in(const AddressWords& address, const sl_prefix& prefix) {
    return (prefix.mask[0] | prefix.mask[1]) != 0 &&
           (((address[0] ^ prefix.address[0]) & prefix.mask[0]) |
            ((address[1] ^ prefix.address[1]) & prefix.mask[1])) == 0;
}

/// `destination[0]` ends with our id and the next one, as they lie in memory.
std::uint64_t next_id(const AddressWords& destination) {
    return destination[0] >> 48;
}

/// As sl_shift_ids of transit.h.
AddressWords shifted(const AddressWords& destination) {
    return {(destination[0] & 0xffffffff) | next_id(destination) << 32 | destination[1] << 48,
            destination[1] >> 16};
}

} // namespace

void SidWays::refresh(const SharedTables& tables) {
    const auto changes = tables.sids.rows.changes() + tables.routes.rows.changes();
    const auto& block = tables.control.sid_block;
    if (changes != changes_ || std::memcmp(&block, &block_, sizeof block) != 0) {
        changes_ = changes;
        block_ = block;
        *entries_ = {};
    }
}

void SidWays::find_other(const SharedTables& tables, const std::uint8_t* destination) {
    const auto address = read_address(destination);
    last_way_ = &entries_->ways[place_of(address)];
    if (last_way_->destination != address) {
        *last_way_ = look_up(tables, address);
    }
}

void SidWays::find_other_link(const SharedTables& tables, std::uint64_t asked, const std::uint8_t* to) {
    const auto address = read_address(to);
    last_route_ = &entries_->routes[place_of(address)];
    if (last_route_->asked != asked || last_route_->to != address) {
        const auto table = static_cast<std::uint32_t>(asked);
        *last_route_ = {address, asked, look_up_route(tables, table, (asked >> 32 & 1) != 0, address)};
    }
}

SidWay SidWays::look_up(const SharedTables& tables, AddressWords destination) const {
    SidWay way{};
    way.destination = destination;
    const auto* sid = is_in(destination, block_) ? find_sid(tables, destination) : nullptr;
    if (sid == nullptr || sid->behaviour == SL_SID_KERNEL) {
        return way;
    }
    way.table = sid->table;
    way.is_link = sid->behaviour == SL_SID_END_X;
    if (sid->behaviour != SL_SID_END && sid->behaviour != SL_SID_END_X) {
        constexpr std::uint8_t kNone = IPPROTO_ROUTING;
        way.kind = SidKind::kInside;
        way.before_ipv6 = sid->behaviour != SL_SID_INSIDE4 ? std::uint8_t{IPPROTO_IPV6} : kNone;
        way.before_ipv4 = sid->behaviour != SL_SID_INSIDE6 ? std::uint8_t{IPPROTO_IPIP} : kNone;
        way.link = link_of(*sid);
    } else if (next_id(destination) != 0) {
        way.next = shifted(destination);
        const auto route = way.is_link ? RouteWay{link_of(*sid), nullptr}
                                       : look_up_route(tables, sid->table, true, way.next);
        way.kind = route.several == nullptr ? SidKind::kNextId : SidKind::kNextIdByFlow;
        way.link = route.link;
    } else if (destination[1] == 0) { // else an address of the router itself
        way.kind = SidKind::kSegment;
        way.link = link_of(*sid);
    }
    return way;
}

SidWays::RouteWay SidWays::look_up_route(const SharedTables& tables, std::uint32_t table, bool is_segment,
                                         AddressWords to) {
    RouteKey key{RouteTable::kFixedBits + 128, table, {}};
    std::memcpy(&key.address, to.data(), sizeof key.address);
    const auto* row = is_segment && find_sid(tables, to) != nullptr ? nullptr : tables.routes.find(key);
    if (row == nullptr || row->is_nowhere != 0 || row->count == 0) {
        return {};
    }
    return row->count == 1 ? RouteWay{link_of(row->links[0]), nullptr} : RouteWay{{}, row};
}

} // namespace suanlu
