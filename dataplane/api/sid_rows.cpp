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

// Of the packets inside; 0 = both.
std::uint8_t version_of(SidBehaviour behaviour) {
    switch (behaviour) {
    case SidBehaviour::kEndDx4:
    case SidBehaviour::kEndDt4:
        return 4;
    case SidBehaviour::kEndDt46:
        return 0;
    default:
        return 6;
    }
}

// Without an interface of the engine the SID is the kernel's to serve (SL_R_sid_unresolved counts its
// packets).
sl_sid row_of(TableStore& store, const EngineSid& sid) {
    const auto interface = sid.hop.interface_index;
    sl_sid row{};
    row.interface = interface != 0 && store.admit_interface(interface) ? interface : 0;
    row.mtu = sid.mtu;
    row.version = version_of(sid.behaviour);
    row.table = sid.table;
    std::copy(sid.hop.destination_mac.begin(), sid.hop.destination_mac.end(), row.destination_mac);
    std::copy(sid.hop.source_mac.begin(), sid.hop.source_mac.end(), row.source_mac);
    return row;
}

} // namespace

Status write_sid_rows(TableStore& store, std::span<const EngineSid> sids) {
    if (sids.size() > SL_SIDS) {
        return Error{Errc::kExhausted, "more than " + std::to_string(SL_SIDS) + " service SIDs"};
    }
    std::map<RowBytes, RowBytes> wanted;
    for (const EngineSid& sid : sids) {
        if (!is_for_engines(sid.behaviour) || has_table(sid.behaviour) != (sid.table != 0)) {
            return Error{Errc::kBadInput, "SID " + sid.sid.text() + ": " +
                                              std::string(to_text(sid.behaviour)) + " is the kernel's"};
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
