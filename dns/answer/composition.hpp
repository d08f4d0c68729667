// SPDX-License-Identifier: Apache-2.0
// What goes into one answer behind header and question: up to four runs of records (RFC 5155 section 7.2.2:
// SOA and three NSEC3), in their order. Names runs of the snapshot, which outlives it. Pure, no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "dns/answer/owner_answers.hpp"
#include "dns/record/wire.hpp"

namespace suanlu::dns {

class Composition {
public:
    void add(const Run& run) { runs_[count_++] = &run; }
    void add_once(const Run& run) {
        const auto end = runs_.begin() + static_cast<std::ptrdiff_t>(count_);
        if (std::find(runs_.begin(), end, &run) == end) {
            add(run);
        }
    }
    /// It says what kind of answer this is; null without any run.
    [[nodiscard]] const Run* first() const { return runs_[0]; }
    [[nodiscard]] std::size_t octets() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            sum += runs_[i]->octets.size();
        }
        return sum;
    }
    /// Without what may be left out.
    [[nodiscard]] std::size_t needed_octets() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            sum += runs_[i]->needed_octets;
        }
        return sum;
    }

    struct Place {
        std::size_t at;      ///< where the records begin in the message
        std::size_t apex_at; ///< where the zone's apex stands in the question
        bool has_opt;        ///< an OPT follows, which counts among the additional records
        bool has_room;       ///< for all; otherwise without what may be left out
    };
    /// Copies the runs into `message` and counts them in its header; returns where they end.
    [[nodiscard]] std::size_t write(std::span<std::uint8_t> message, const Place& place) const {
        std::size_t at = place.at;
        std::size_t answers = 0;
        std::size_t authority = 0;
        std::size_t additional = place.has_opt ? 1 : 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const Run& run = *runs_[i];
            const std::size_t size = place.has_room ? run.octets.size() : run.needed_octets;
            std::copy_n(run.octets.begin(), size, message.begin() + static_cast<std::ptrdiff_t>(at));
            for (const std::uint16_t pointer : run.apex_pointers) {
                if (pointer < size) {
                    put_u16(message.data() + at + pointer, 0xc000U | place.apex_at);
                }
            }
            at += size;
            answers += run.answers;
            authority += run.authority;
            additional += place.has_room ? run.additional : run.needed_additional;
        }
        put_u16(message.data() + 6, answers);
        put_u16(message.data() + 8, authority);
        put_u16(message.data() + 10, additional);
        return at;
    }

private:
    std::array<const Run*, 4> runs_{};
    std::size_t count_ = 0;
};

} // namespace suanlu::dns
