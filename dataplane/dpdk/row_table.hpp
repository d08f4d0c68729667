// SPDX-License-Identifier: Apache-2.0
// A hash table in shared memory that one process writes and packets of another read without locks. Rows are
// never changed in place: a new one is written beside the old, then one store of its cell publishes it, and
// the old row is used again after a grace period. All zero is the empty table; it holds no pointers. What the
// writer has to remember lives in its own process (RowWriter) and is found again from the cells, so that a
// writer may die at any instruction.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/support/result.hpp"
#include "dataplane/dpdk/grace.hpp"
#include "dataplane/steer/rendezvous.h"

namespace suanlu {

/// A key without padding as whole words, zeros at the end.
template <class Key>
using KeyWords = std::array<std::uint64_t, (sizeof(Key) + 7) / 8>;

template <class Key>
KeyWords<Key> words_of(const Key& key) {
    KeyWords<Key> words{};
    std::memcpy(words.data(), &key, sizeof key);
    return words;
}
/// The same from values: a key that was just written field by field is not read back from memory as a word,
/// for which a processor has to wait.
inline KeyWords<sl_service_key> words_of(const sl_service_key& key) {
    KeyWords<sl_service_key> words;
    std::memcpy(words.data(), &key.address, sizeof key.address);
    words[2] = std::uint64_t{key.tenant} << 32 | std::uint64_t{key.table} << 24 |
               std::uint64_t{key.protocol} << 16 | key.port_be;
    static_assert(std::endian::native == std::endian::little);
    return words;
}
inline KeyWords<sl_site_key> words_of(const sl_site_key& key) {
    return {std::uint64_t{key.table} << 16 | key.id};
}

/// Word by word from memory: a copy of the whole key would be written and read back first.
template <class Key>
bool is_key(const Key& key, const KeyWords<Key>& words) {
    KeyWords<Key> other{};
    std::memcpy(other.data(), &key, sizeof key);
    std::uint64_t differing = 0;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < words.size(); i++) {
        differing |= other[i] ^ words[i];
    }
    return differing == 0;
}

/// Its multiplications do not wait for one another, unlike those of sl_mix.
template <std::size_t kWords>
std::uint64_t hash_of(const std::array<std::uint64_t, kWords>& words) {
    std::uint64_t hash = 0x9e3779b97f4a7c15;
    for (std::size_t i = 0; i < kWords; i++) {
        hash += (words[i] ^ words[i] >> 32) * (0xff51afd7ed558ccd + 0x2545f4914f6cdd1e * i);
    }
    hash = (hash ^ hash >> 32) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 29;
}

template <class Key>
std::uint64_t hash_of_key(const Key& key) {
    return hash_of(words_of(key));
}

/// Cells that a table must have because each key has one of its own; 0 = keys share them.
template <class Key>
inline constexpr std::uint32_t kOwnCells = 0;
/// The ids of sites are dense: they are hashes themselves.
template <>
inline constexpr std::uint32_t kOwnCells<sl_site_key> = 1 << 17;
inline std::uint64_t hash_of_key(const sl_site_key& key) {
    return words_of(key)[0];
}

template <class Key, class Value, std::uint32_t kMostRows>
class RowTable {
public:
    using KeyType = Key;
    using ValueType = Value;
    struct Row {
        Key key;
        Value value;
    };
    /// In force at once.
    static constexpr std::uint32_t kMost = kMostRows;
    /// Half as many more than may be in force: they wait out their grace period.
    static constexpr std::uint32_t kRows = kMostRows + kMostRows / 2;

    /// Valid until the reader's next pause.
    [[nodiscard]] [[gnu::always_inline]] const Value* find(const Key& key) const {
        return find(words_of(key), hash_of_key(key));
    }
    [[nodiscard]] [[gnu::always_inline]] const Value* find(const KeyWords<Key>& words,
                                                           std::uint64_t hash) const {
        for (std::uint32_t at = start_of(hash), probes = 0; probes < kCells; at = next(at), probes++) {
            const auto cell = cells_[at].load(std::memory_order_acquire);
            if (cell == kEmpty) {
                return nullptr;
            }
            const Row* row = row_of(cell, hash);
            if (row != nullptr && is_key(row->key, words)) {
                return &row->value;
            }
        }
        return nullptr;
    }
    /// Every key in force, in no order. Of a reader that does not pause meanwhile.
    template <class Visit>
    void each_key(const Visit& visit) const {
        for (const auto& cell : cells_) {
            const auto row = static_cast<std::uint32_t>(cell.load(std::memory_order_acquire)) - 2;
            if (row < kRows) {
                visit(rows_[row].key);
            }
        }
    }
    /// Brings the first cell of a key near.
    void prefetch(std::uint64_t hash) const { __builtin_prefetch(&cells_[start_of(hash)]); }

    /// Another number after each change: what was found before may be found no more.
    [[nodiscard]] std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

private:
    template <class Table>
    friend class RowWriter;

    // A cell: upper half of the hash, and the row's number + 2.
    static constexpr std::uint32_t kCells = std::max(std::bit_ceil(4 * kMostRows), kOwnCells<Key>);
    static constexpr std::uint64_t kEmpty = 0;
    static constexpr std::uint64_t kErased = 1; ///< a search goes on behind it

    static std::uint32_t start_of(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash) & (kCells - 1);
    }
    static std::uint32_t next(std::uint32_t at) { return (at + 1) & (kCells - 1); }
    static std::uint32_t before(std::uint32_t at) { return (at - 1) & (kCells - 1); }
    static std::uint64_t cell_of(std::uint64_t hash, std::uint32_t row) {
        return (hash >> 32) << 32 | (row + 2);
    }
    /// Row that a cell may name for a hash; null when it is another's.
    [[nodiscard]] const Row* row_of(std::uint64_t cell, std::uint64_t hash) const {
        const auto row = static_cast<std::uint32_t>(cell) - 2;
        return cell >> 32 == hash >> 32 && row < kRows ? &rows_[row] : nullptr;
    }

    std::atomic<std::uint64_t> changes_;
    std::array<std::atomic<std::uint64_t>, kCells> cells_;
    std::array<Row, kRows> rows_;
};

/// The one writer of a table. `grace` and the table outlive it.
template <class Table>
class RowWriter {
public:
    using Key = typename Table::KeyType;
    using Value = typename Table::ValueType;

    /// Takes over what the table holds. Waits at most `patience` for a burst to end, which takes
    /// microseconds.
    RowWriter(Table& table, Grace& grace, std::function<bool()> has_readers,
              std::chrono::milliseconds patience = std::chrono::milliseconds(100))
        : table_(table), grace_(grace), has_readers_(std::move(has_readers)), patience_(patience) {
        std::vector<bool> is_used(Table::kRows);
        for (const auto& cell : table_.cells_) {
            const auto row = static_cast<std::uint32_t>(cell.load()) - 2;
            if (row < Table::kRows) {
                is_used[row] = true;
                used_++;
            }
        }
        table_.changes_.fetch_add(1);       // the last writer may have died before it
        const auto epoch = grace_.retire(); // packets may be reading what the last writer unlinked
        for (std::uint32_t row = 0; row < Table::kRows; row++) {
            if (!is_used[row]) {
                retired_.push_back({row, epoch});
            }
        }
    }

    [[nodiscard]] std::uint32_t size() const { return used_; }

    /// kExhausted when the table is full or its readers stand still.
    Status put(const Key& key, const Value& value) {
        const auto hash = hash_of_key(key);
        const auto place = find(key, hash);
        if (!place.is_found && used_ >= Table::kMost) {
            return Error{Errc::kExhausted,
                         "a table of the engine is full with " + std::to_string(used_) + " rows"};
        }
        SL_TRY(const auto row, take_row());
        std::memcpy(&table_.rows_[row].key, &key, sizeof key);
        std::memcpy(&table_.rows_[row].value, &value, sizeof value);
        const auto old = table_.cells_[place.at].exchange(Table::cell_of(hash, row));
        table_.changes_.fetch_add(1);
        if (place.is_found) {
            retired_.push_back({static_cast<std::uint32_t>(old) - 2, grace_.retire()});
        } else {
            used_++;
        }
        return {};
    }

    /// A missing row is no error.
    bool drop(const Key& key) {
        const auto place = find(key, hash_of_key(key));
        if (!place.is_found) {
            return false;
        }
        const auto old = table_.cells_[place.at].exchange(Table::kErased);
        table_.changes_.fetch_add(1);
        retired_.push_back({static_cast<std::uint32_t>(old) - 2, grace_.retire()});
        used_--;
        // A search that would end behind erased cells may end at the first of them.
        for (auto at = place.at; table_.cells_[Table::next(at)].load() == Table::kEmpty &&
                                 table_.cells_[at].load() == Table::kErased;
             at = Table::before(at)) {
            table_.cells_[at].store(Table::kEmpty);
        }
        return true;
    }

    [[nodiscard]] std::vector<std::pair<Key, Value>> rows() const {
        std::vector<std::pair<Key, Value>> list;
        for (const auto& cell : table_.cells_) {
            const auto row = static_cast<std::uint32_t>(cell.load()) - 2;
            if (row < Table::kRows) {
                list.emplace_back(table_.rows_[row].key, table_.rows_[row].value);
            }
        }
        return list;
    }

private:
    struct Place {
        std::uint32_t at = 0;
        bool is_found = false;
    };
    struct Retired {
        std::uint32_t row;
        std::uint64_t epoch;
    };

    /// Cell of the key, or the first one that it may have.
    [[nodiscard]] Place find(const Key& key, std::uint64_t hash) const {
        std::optional<std::uint32_t> free;
        auto at = Table::start_of(hash);
        for (std::uint32_t probes = 0; probes < Table::kCells; at = Table::next(at), probes++) {
            const auto cell = table_.cells_[at].load();
            if (cell == Table::kEmpty) {
                break;
            }
            const auto* row = table_.row_of(cell, hash);
            if (cell == Table::kErased) {
                free = free.value_or(at);
            } else if (row != nullptr && std::memcmp(&row->key, &key, sizeof key) == 0) {
                return {at, true};
            }
        }
        return {free.value_or(at), false};
    }

    Result<std::uint32_t> take_row() {
        const auto deadline = std::chrono::steady_clock::now() + patience_;
        while (retired_.empty() || (!grace_.is_over(retired_.front().epoch) && has_readers_())) {
            if (std::chrono::steady_clock::now() >= deadline) {
                return Error{Errc::kExhausted, "an lcore of the engine does not come to the end of a burst"};
            }
            std::this_thread::yield();
        }
        const auto row = retired_.front().row;
        retired_.pop_front();
        return row;
    }

    Table& table_;
    Grace& grace_;
    std::function<bool()> has_readers_;
    std::chrono::milliseconds patience_;
    std::deque<Retired> retired_; ///< not in force, oldest first
    std::uint32_t used_ = 0;
};

} // namespace suanlu
