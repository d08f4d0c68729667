// SPDX-License-Identifier: Apache-2.0
// Writes records as a run of an answer: owners compressed against the question's name, or against the zone's
// apex inside it; names in rdata only of the types that RFC 3597 section 4 leaves to compress. Pure.
#pragma once

#include "dns/answer/owner_answers.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu::dns {

enum class Section : std::uint8_t { kAnswer, kAuthority, kAdditional, kOptional };

class RunWriter {
public:
    /// Of answers to questions for `owner` alone, or for any name at or below it (`is_floating`). Both names
    /// outlive the writer.
    RunWriter(const DomainName& apex, const DomainName& owner, bool is_floating);

    /// Sections must come in their order. `with_signatures`: the RRSIGs of the set behind it.
    void add(Section section, const DomainName& owner, const Rrset& set, bool with_signatures);
    /// The same under the question's own name, as a wildcard does.
    void add_at_question(Section section, const Rrset& set, bool with_signatures);
    /// Appends what follows the records of this run in an answer.
    void append(const Run& run);
    /// The same for records that may be left out.
    void append_optional(const Run& run);
    [[nodiscard]] Run finish() &&;
    Run& run() { return run_; }

private:
    /// `owner` null = the question's name.
    void add_records(Section section, const DomainName* owner, const Rrset& set, bool with_signatures);
    void add_record(Section section, const DomainName* owner, std::uint16_t type, std::uint32_t ttl,
                    const Bytes& rdata);
    /// What follows may be left out.
    void begin_optional();
    void put_name(const DomainName& name);
    void put_rdata(std::uint16_t type, const Bytes& rdata);

    const DomainName& apex_;
    const DomainName& question_;
    bool is_floating_;
    bool has_optional_ = false;
    Run run_;
};

} // namespace suanlu::dns
