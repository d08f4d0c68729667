// SPDX-License-Identifier: Apache-2.0
// How a zone denies: its SOA for negative answers and the proofs of its gaps as runs, made once and appended
// to answers that end where nothing is. Pure.
#pragma once

#include "dns/answer/snapshot.hpp"
#include "dns/zone/run_writer.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// Writes a run once without and once, in a signed zone, with what DNSSEC adds.
template <class Write>
RunPair both(bool is_signed, const Write& write) {
    RunPair pair;
    pair.plain = write(false);
    pair.has_signed = is_signed;
    if (is_signed) {
        pair.signed_run = write(true);
    }
    return pair;
}

class ZoneProofs {
public:
    using Gaps = std::shared_ptr<const std::vector<ZoneDenials::Gap>>;

    /// `known`: the gaps of a zone of the same names before; null = they are made anew.
    explicit ZoneProofs(const ZoneContents& zone, Gaps known = nullptr);

    [[nodiscard]] bool is_signed() const { return is_signed_; }
    [[nodiscard]] const std::shared_ptr<const ZoneDenials>& denials() const { return denials_; }
    /// Where the proof about `name` is; 0 in a zone without proofs.
    [[nodiscard]] std::uint32_t gap(const DomainName& name) const;
    /// The types that `name` has, and thereby those that it has not.
    [[nodiscard]] const Run& types_of(const DomainName& name) const {
        return (*denials_->gaps)[gap(name)].run;
    }
    /// That `name`, closest to `encloser`, is not there, or, where both are one, which types it has.
    void append_denial(RunWriter& writer, const DomainName& name, const DomainName& encloser,
                       bool is_dnssec) const;

private:
    [[nodiscard]] Gaps make_gaps(const ZoneContents& zone) const;

    bool is_hashed_;
    bool is_signed_;
    std::shared_ptr<const ZoneDenials> denials_;
};

} // namespace suanlu::dns
