// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/sid_rows.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "dataplane/api/rows.hpp"

namespace suanlu {
namespace {

using RowBytes = TableStore::Bytes;

template <class Row>
RowBytes bytes_of(const Row& row) {
    RowBytes bytes(sizeof row);
    std::memcpy(bytes.data(), &row, sizeof row);
    return bytes;
}

sl_behaviour behaviour_of(const EngineSid& sid) {
    if (sid.is_foreign) {
        return SL_SID_KERNEL;
    }
    switch (sid.behaviour) {
    case SidBehaviour::kEnd:
        return SL_SID_END;
    case SidBehaviour::kEndX:
        return SL_SID_END_X;
    case SidBehaviour::kEndDx4:
    case SidBehaviour::kEndDt4:
        return SL_SID_INSIDE4;
    case SidBehaviour::kEndDx6:
    case SidBehaviour::kEndDt6:
        return SL_SID_INSIDE6;
    case SidBehaviour::kEndDt46:
        break;
    }
    return SL_SID_INSIDE;
}

// Without an interface of the engine the SID is the kernel's to serve (SL_R_sid_unresolved counts its
// packets).
sl_sid row_of(TableStore& store, const EngineSid& sid) {
    const auto interface = sid.hop.interface_index;
    sl_sid row{};
    row.interface = interface != 0 && store.admit_interface(interface) ? interface : 0;
    row.mtu = sid.mtu;
    row.behaviour = static_cast<sl_u8>(behaviour_of(sid));
    row.table = sid.table;
    std::copy(sid.hop.destination_mac.begin(), sid.hop.destination_mac.end(), row.destination_mac);
    std::copy(sid.hop.source_mac.begin(), sid.hop.source_mac.end(), row.source_mac);
    return row;
}

} // namespace

Status write_sid_rows(TableStore& store, std::span<const EngineSid> sids) {
    if (sids.size() > SL_SIDS) {
        return Error{Errc::kExhausted, "more than " + std::to_string(SL_SIDS) + " SIDs"};
    }
    std::map<RowBytes, RowBytes> wanted;
    for (const EngineSid& sid : sids) {
        if (!sid.is_foreign && asks_table(sid.behaviour) != (sid.table != 0)) {
            return Error{Errc::kBadInput, "SID " + sid.sid.text() + ": " +
                                              std::string(to_text(sid.behaviour)) +
                                              (sid.table != 0 ? " asks no table" : " needs a table")};
        }
        wanted[bytes_of(sl_sid_key{sid.sid.length, to_row(sid.sid.address)})] = bytes_of(row_of(store, sid));
    }
    SL_TRY(const auto before, store.side_rows(SideTable::kSid));
    for (const auto& [key, row] : before) {
        if (!wanted.contains(key)) {
            SL_TRY_VOID(store.drop_side(SideTable::kSid, key));
        }
    }
    for (const auto& [key, row] : wanted) {
        SL_TRY_VOID(store.put_side(SideTable::kSid, key, row));
    }
    return {};
}

} // namespace suanlu
