// SPDX-License-Identifier: Apache-2.0
#include "dns/xdp/front_rows.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "dns/answer/query.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// As the network has a 16-bit number in memory.
std::uint16_t network_order(std::uint16_t value) {
    const std::array<std::uint8_t, 2> octets{static_cast<std::uint8_t>(value >> 8U),
                                             static_cast<std::uint8_t>(value)};
    std::uint16_t out = 0;
    std::memcpy(&out, octets.data(), sizeof out);
    return out;
}

/// RFC 1071; the first octet is the upper half of a word.
std::uint16_t folded_sum(ByteView octets) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8U : octets[i];
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(sum);
}

sd_answer answer_of(const RunView& run, std::size_t apex_at) {
    sd_answer out{};
    const RunCounts& counts = *run.counts;
    if (run.octets.empty() || run.octets.size() > SD_OCTETS || counts.rcode != Rcode::kNoError ||
        counts.extended_error != extended_error::kNone) {
        return out;
    }
    std::copy(run.octets.begin(), run.octets.end(), out.octets);
    for (const std::uint16_t place : run.apex_pointers) {
        out.octets[place] = static_cast<std::uint8_t>(0xc0U | apex_at >> 8U);
        out.octets[place + 1] = static_cast<std::uint8_t>(apex_at);
    }
    out.size = static_cast<std::uint16_t>(run.octets.size());
    out.sum = folded_sum({out.octets, out.size});
    out.is_authoritative = counts.is_authoritative ? 1 : 0;
    out.rcode = static_cast<std::uint8_t>(counts.rcode);
    out.answers = counts.answers;
    out.authority = counts.authority;
    out.additional = counts.additional;
    return out;
}

/// Classes with the same run share a row.
void add_variants(const OwnerAnswers& owner, const OwnerAnswers::Set& set, std::size_t apex_at,
                  FrontQuestion& question) {
    std::map<const RunCounts*, std::uint16_t> row_of;
    for (std::size_t number = 0; number < std::max<std::size_t>(set.classes, 1); ++number) {
        const RunView run = owner.run(set, number, question.key.is_dnssec_ok != 0);
        const auto next = static_cast<std::uint16_t>(question.variants.size());
        const auto [row, is_new] = row_of.try_emplace(run.counts, next);
        if (is_new) {
            question.variants.push_back(answer_of(run, apex_at));
        }
        if (set.classes != 0) {
            question.variant_of_class.push_back(row->second);
        }
    }
}

} // namespace

std::vector<FrontQuestion> front_questions(const OwnerAnswers& owner, const ZoneDenials& zone) {
    std::vector<FrontQuestion> out;
    const ByteView name = owner.name();
    if (name.size() > SD_NAME || owner.below() == Below::kReferral) {
        return out;
    }
    const std::size_t apex_at = kHeaderBytes + name.size() - zone.apex.size();
    for (const OwnerAnswers::Set& set : owner.sets()) {
        if (set.type == rr_type::kRrsig) {
            continue; // seldom asked for: the room is for others
        }
        for (const bool is_dnssec_ok : {false, true}) {
            FrontQuestion question{};
            std::copy(name.begin(), name.end(), question.key.name);
            question.key.type_be = network_order(set.type);
            question.key.is_dnssec_ok = is_dnssec_ok ? 1 : 0;
            add_variants(owner, set, apex_at, question);
            const auto is_held = [](const sd_answer& answer) { return answer.size > 0; };
            if (std::any_of(question.variants.begin(), question.variants.end(), is_held)) {
                out.push_back(std::move(question));
            }
        }
    }
    return out;
}

std::vector<std::pair<sd_class_key, sd_class>> front_classes(const ClientClasses& classes) {
    std::vector<std::pair<sd_class_key, sd_class>> out;
    classes.for_each([&](const Prefix6& prefix, const ClientClass& found) {
        sd_class_key key{prefix.length, {}};
        std::copy(prefix.address.bytes.begin(), prefix.address.bytes.end(), key.address);
        out.push_back({key, {found.number, found.scope_bits}});
    });
    return out;
}

} // namespace suanlu::dns
