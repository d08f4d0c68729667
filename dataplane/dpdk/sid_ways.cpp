// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/sid_ways.hpp"

namespace suanlu {
namespace {

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

SidWay SidWays::look_up(const SharedTables& tables, AddressWords destination) const {
    SidWay way{};
    way.destination = destination;
    const auto* sid = is_in(destination, block_) ? find_sid(tables, destination) : nullptr;
    if (sid == nullptr || sid->behaviour == SL_SID_KERNEL) {
        return way;
    }
    way.behaviour = sid->behaviour;
    way.table = sid->table;
    if (sid->behaviour != SL_SID_END && sid->behaviour != SL_SID_END_X) {
        way.kind = SidKind::kInside;
        way.link = link_of(*sid);
    } else if (next_id(destination) != 0) {
        way.next = shifted(destination);
        const auto route = sid->behaviour == SL_SID_END_X ? RouteWay{link_of(*sid), nullptr}
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
