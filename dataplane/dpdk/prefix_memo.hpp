// SPDX-License-Identifier: Apache-2.0
// What the look-ups by prefix of one burst have found: its packets are for few SIDs, and a look-up tries one
// length of prefix after the other. Lives in a port for one burst (port_mbuf.h), in which rows that were
// found stay; an address that falls into another's place is looked up again.
#pragma once

#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {

/// All zero is the empty memo: no key has a length of zero.
template <class Table>
class PrefixMemo {
public:
    using Key = typename decltype(Table::rows)::KeyType;
    using Value = typename decltype(Table::rows)::ValueType;

    /// As table.find(key), for a whole address; what is not there is remembered too.
    const Value* find(const Table& table, const Key& key) {
        AddressWords address;
        std::memcpy(address.data(), reinterpret_cast<const std::uint8_t*>(&key) + Table::kAddress,
                    sizeof address);
        const auto words = words_with(key, Table::kFixedBits + 128, address);
        auto& entry = entries_[(words[0] ^ words[1] ^ words[2]) * 0x9e3779b97f4a7c15 >> 61];
        if (entry.words != words) {
            entry = {words, table.find(key)};
        }
        return entry.value;
    }

private:
    struct Entry {
        KeyWords<Key> words;
        const Value* value;
    };
    std::array<Entry, 8> entries_;
};

} // namespace suanlu
