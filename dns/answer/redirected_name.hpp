// SPDX-License-Identifier: Apache-2.0
// The CNAME that a DNAME makes of a question's name (RFC 6672 section 3.1), as a run of an answer behind that
// DNAME: the labels in front of the DNAME's owner, in the question's own case, then a pointer to the DNAME's
// target, by its TTL. What is there the resolver asks by itself. Pure, no allocation.
#pragma once

#include <array>
#include <cstring>

#include "dns/answer/owner_answers.hpp"
#include "dns/answer/query.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

class RedirectedName {
public:
    /// `owner` has a DNAME, `question` is a name below it as it came. False: the new name is too long.
    bool make(const OwnerAnswers& owner, ByteView question) {
        const RunView dname = owner.run(*owner.find(rr_type::kDname), 0, false);
        WireReader record(dname.octets);
        (void)record.take(dname.octets[0] == 0 ? 1 : 2); // the root has no pointer
        const ByteView head = *record.take(kTypeToTtlBytes);
        const ByteView target = *record.take(*record.integer<std::uint16_t>());
        const ByteView labels = question.first(question.size() - owner.name().size());
        if (labels.size() + target.size() > kMostNameBytes) {
            return false;
        }
        // The answer's first record is the DNAME, and its target is that record's end.
        const std::size_t target_at = kHeaderBytes + question.size() + kQuestionTailBytes +
                                      owner.otherwise(false).octets.size() - target.size();
        std::uint8_t* at = octets_.data();
        put_u16(at, kPointer | kHeaderBytes);
        std::memcpy(at += 2, head.data(), head.size());
        put_u16(at, rr_type::kCname);
        put_u16(at += head.size(), labels.size() + 2);
        std::memcpy(at += 2, labels.data(), labels.size());
        put_u16(at += labels.size(), kPointer | target_at);
        counts_.answers = 1;
        counts_.needed_octets = static_cast<std::uint32_t>(at + 2 - octets_.data());
        return true;
    }

    /// What `make` made; lies in this object.
    [[nodiscard]] RunView run() const {
        return {counts_, ByteView(octets_).first(counts_.needed_octets), {}};
    }

private:
    static constexpr std::size_t kPointer = 0xc000;
    static constexpr std::size_t kQuestionTailBytes = 4; ///< type and class
    static constexpr std::size_t kTypeToTtlBytes = 8;

    RunCounts counts_;
    std::array<std::uint8_t, 2 + kTypeToTtlBytes + 2 + kMostNameBytes + 2> octets_;
};

} // namespace suanlu::dns
