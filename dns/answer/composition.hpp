// SPDX-License-Identifier: Apache-2.0
// What goes into one answer behind header and question: up to four runs of records (RFC 5155 section 7.2.2:
// SOA and three NSEC3), in their order. Names runs of the snapshot, which outlives it. Pure, no allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "dns/answer/owner_answers.hpp"
#include "dns/record/wire.hpp"

namespace suanlu::dns {

class Composition {
public:
    void add(const RunView& run) { runs_[count_++] = run; }
    void add_once(const RunView& run) {
        const auto is_same = [&](const RunView& there) { return there.counts == run.counts; };
        const auto end = runs_.begin() + static_cast<std::ptrdiff_t>(count_);
        if (std::none_of(runs_.begin(), end, is_same)) {
            add(run);
        }
    }
    [[nodiscard]] std::span<const RunView> runs() const { return std::span(runs_).first(count_); }
    /// It says what kind of answer this is; null without any run.
    [[nodiscard]] const RunCounts* first() const { return runs_[0].counts; }
    [[nodiscard]] std::size_t octets() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            sum += runs_[i].octets.size();
        }
        return sum;
    }
    /// Without what may be left out.
    [[nodiscard]] std::size_t needed_octets() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            sum += runs_[i].counts->needed_octets;
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
            const RunView& run = runs_[i];
            const RunCounts& counts = *run.counts;
            const std::size_t size = place.has_room ? run.octets.size() : counts.needed_octets;
            std::memcpy(message.data() + at, run.octets.data(), size);
            for (const std::uint16_t pointer : run.apex_pointers) {
                if (pointer < size) {
                    put_u16(message.data() + at + pointer, 0xc000U | place.apex_at);
                }
            }
            at += size;
            answers += counts.answers;
            authority += counts.authority;
            additional += place.has_room ? counts.additional : counts.needed_additional;
        }
        put_u16(message.data() + 6, answers);
        put_u16(message.data() + 8, authority);
        put_u16(message.data() + 10, additional);
        return at;
    }

private:
    std::array<RunView, 4> runs_;
    std::size_t count_ = 0;
};

} // namespace suanlu::dns
