// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/exception_table.hpp"

namespace suanlu {

sl_exception* ExceptionTable::find(const sl_flow_key& key) {
    if (size() == 0) { // no slot is moving: the usual case costs one look
        return nullptr;
    }
    const auto home = home_of(key);
    for (const auto first : home.places) {
        for (auto place = first; place < first + kWays; place++) {
            if (states_[place].load(std::memory_order_acquire) == home.full &&
                std::memcmp(&entries_[place].key, &key, sizeof key) == 0) {
                return &entries_[place].value;
            }
        }
    }
    return nullptr;
}

std::uint32_t ExceptionTable::free_places(std::uint32_t first, const Grace& grace) const {
    std::uint32_t count = 0;
    for (auto place = first; place < first + kWays; place++) {
        count += is_free(states_[place].load(std::memory_order_relaxed), grace) ? 1 : 0;
    }
    return count;
}

bool ExceptionTable::fill(std::uint32_t first, const Home& home, const sl_flow_key& key, std::uint64_t word,
                          const Grace& grace) {
    for (auto place = first; place < first + kWays; place++) {
        auto state = states_[place].load(std::memory_order_relaxed);
        if (is_free(state, grace) && states_[place].compare_exchange_strong(state, kClaimed)) {
            entries_[place] = {key, {word}};
            states_[place].store(home.full, std::memory_order_release);
            return true;
        }
    }
    return false;
}

bool ExceptionTable::record(const sl_flow_key& key, std::uint64_t word, Grace& grace) {
    if (auto* entry = find(key); entry != nullptr) {
        __atomic_store_n(&entry->word, word, __ATOMIC_RELAXED);
        return true;
    }
    if (count_.fetch_add(1) >= bound_.load(std::memory_order_relaxed)) {
        count_.fetch_sub(1);
        return false;
    }
    const auto home = home_of(key);
    const bool is_second = free_places(home.places[1], grace) > free_places(home.places[0], grace);
    if (fill(home.places[is_second ? 1 : 0], home, key, word, grace) ||
        fill(home.places[is_second ? 0 : 1], home, key, word, grace)) {
        return true;
    }
    count_.fetch_sub(1);
    return false;
}

// Two lcores that met the same flow at once may both have recorded it: all its entries go.
void ExceptionTable::forget(const sl_flow_key& key, Grace& grace) {
    const auto home = home_of(key);
    for (const auto first : home.places) {
        for (auto place = first; place < first + kWays; place++) {
            if (states_[place].load(std::memory_order_acquire) == home.full &&
                std::memcmp(&entries_[place].key, &key, sizeof key) == 0) {
                erase(place, home.full, grace);
            }
        }
    }
}

void ExceptionTable::erase(std::uint32_t place, std::uint64_t state, Grace& grace) {
    // The epoch is taken when no packet can find the entry any more.
    if (states_[place].compare_exchange_strong(state, kClaimed)) {
        states_[place].store(grace.retire() << 2 | kRetired);
        count_.fetch_sub(1);
    }
}

void ExceptionTable::repair() {
    std::uint32_t count = 0;
    for (auto& place : states_) {
        const auto state = place.load();
        if (state == kClaimed) {
            place.store(kEmpty);
        }
        count += is_full(state) ? 1 : 0;
    }
    count_.store(count);
}

} // namespace suanlu
