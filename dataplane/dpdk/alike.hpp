// SPDX-License-Identifier: Apache-2.0
// What the packets of a burst have in common, found by 64 bytes of each: their differences are gathered with
// one operation a packet, and looked at once. Values; nothing is read but what the caller has found to be
// there.
#pragma once

#include <rte_mbuf.h>

#include <array>
#include <cstring>
#include <span>

#include "dataplane/dpdk/turned_rows.hpp"

namespace suanlu {

/// Which bits of 64 bytes count.
class ByteMask {
public:
    [[nodiscard]] constexpr ByteMask with(std::size_t at, std::size_t count, std::uint8_t bits = 0xff) const {
        auto mask = *this;
        for (std::size_t i = at; i < at + count; i++) {
            mask.bytes_.at(i) = bits;
        }
        return mask;
    }
    [[nodiscard]] constexpr ByteMask without(std::size_t at, std::size_t count) const {
        return with(at, count, 0);
    }
    void load(Words8& words) const { std::memcpy(&words, bytes_.data(), sizeof words); }

private:
    std::array<std::uint8_t, sizeof(Words8)> bytes_{};
};

/// Of some 64 bytes each: what is not everywhere as in the first ones.
class Difference {
public:
    [[gnu::always_inline]] explicit Difference(const void* first) {
        std::memcpy(&first_, first, sizeof first_);
    }
    [[gnu::always_inline]] void add(const void* other) {
        Words8 bytes;
        std::memcpy(&bytes, other, sizeof bytes);
        differing_ |= bytes ^ first_;
    }
    [[nodiscard, gnu::always_inline]] bool is_in(const ByteMask& mask) const {
        Words8 differing;
        mask.load(differing);
        differing &= differing_;
        std::uint64_t any = 0;
        for (std::size_t i = 0; i < sizeof(Words8) / sizeof any; i++) {
            any |= differing[i];
        }
        return any != 0;
    }

private:
    Words8 first_;
    Words8 differing_{};
};

/// Whether all packets are one buffer each, in which the frame begins where that of the first one does.
/// `same_length`: and is as long.
template <bool same_length>
[[gnu::always_inline]] inline bool lie_alike(std::span<rte_mbuf*> packets) {
    static_assert(offsetof(rte_mbuf, buf_len) + sizeof(rte_mbuf::buf_len) <= sizeof(Words8));
    static constexpr auto kLying =
        ByteMask{}
            .with(offsetof(rte_mbuf, data_off), sizeof(rte_mbuf::data_off))
            .with(offsetof(rte_mbuf, nb_segs), sizeof(rte_mbuf::nb_segs))
            .with(offsetof(rte_mbuf, data_len), same_length ? sizeof(rte_mbuf::data_len) : 0)
            .with(offsetof(rte_mbuf, buf_len), sizeof(rte_mbuf::buf_len));
    Difference difference(packets[0]);
    for (const auto* packet : packets) {
        difference.add(packet);
    }
    return packets[0]->nb_segs == 1 && !difference.is_in(kLying);
}

} // namespace suanlu
