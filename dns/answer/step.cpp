// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/step.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// The set of a question's type; ANY gets the smallest one, which is all that it is for: CNAME of an alias
/// (RFC 8482 section 4.1). Signatures alone say nothing.
const OwnerAnswers::Set* set_of(const OwnerAnswers& owner, std::uint16_t type) {
    if (type == rr_type::kAny) {
        const auto size = [&](const auto& set) {
            return set.type == rr_type::kRrsig ? SIZE_MAX : owner.run(set, 0, false).octets.size();
        };
        const auto least = std::ranges::min_element(owner.sets(), {}, size);
        return least == owner.sets().end() ? nullptr : &*least;
    }
    return owner.find(type);
}

class StepMaker {
public:
    StepMaker(const Query& query, Step& step) : query_(query), step_(step) {}

    /// `owner` is the closest one to the name, so many labels above it.
    void run(const OwnerAnswers& owner, std::size_t skipped) {
        if (skipped == 0) {
            add_owner(owner);
        } else if (owner.below() == Below::kReferral) {
            step_.parts.add(owner.otherwise(query_.is_dnssec_ok));
        } else if (owner.below() == Below::kElsewhere) {
            step_.parts.add(owner.otherwise(query_.is_dnssec_ok));
            step_.redirects = &owner;
            step_.leads_on = true;
        } else if (owner.below() == Below::kWildcard) {
            const bool is_denied = !add_owner(owner.wildcard());
            add_gap(gap_below(skipped));
            if (is_denied && step_.zone->is_hashed) {
                add_gap(owner.own_gap()); // RFC 5155 section 7.2.5: the closest encloser
            }
        } else {
            deny(owner, skipped);
        }
    }

private:
    /// RFC 4035 section 3.1.3.2: neither the name is there nor a wildcard that would match it; by NSEC3 also
    /// that the name above is (RFC 5155 section 7.2.2).
    void deny(const OwnerAnswers& owner, std::size_t skipped) {
        step_.rcode = Rcode::kNxDomain;
        step_.parts.add(step_.zone->soa.of(query_.is_dnssec_ok));
        add_gap(gap_below(skipped));
        add_gap(owner.wildcard_gap());
        if (step_.zone->is_hashed) {
            add_gap(owner.own_gap());
        }
    }

    /// The set of the type; else what an alias says; else NODATA, which is false. Of a delegation only DS is
    /// this zone's to answer (RFC 4035 section 3.1.4.1). Signatures are of the alias itself, and nowhere else
    /// when it has none (section 2.5).
    bool add_owner(const OwnerAnswers& owner) {
        const bool is_delegation = owner.below() == Below::kReferral;
        const bool is_for_ds = query_.type == rr_type::kDs;
        const bool is_of_owner =
            is_delegation ? is_for_ds : query_.type == rr_type::kRrsig || owner.below() == Below::kElsewhere;
        const OwnerAnswers::Set* set = is_delegation && !is_for_ds ? nullptr : set_of(owner, query_.type);
        if (set != nullptr) {
            step_.depends_on_client = set->classes != 0;
            step_.parts.add(owner.run(*set, step_.client.number, query_.is_dnssec_ok));
        } else if (owner.has_otherwise() && !is_of_owner) {
            const RunView otherwise = owner.otherwise(query_.is_dnssec_ok);
            step_.parts.add(otherwise);
            step_.leads_on = otherwise.counts->leads_on;
        } else {
            step_.parts.add(step_.zone->soa.of(query_.is_dnssec_ok));
            add_gap(owner.own_gap());
            return false;
        }
        return true;
    }

    /// The gap that the name falls into; by NSEC3 the one of its next closer name (RFC 5155 section 1.3),
    /// which is one label longer than the closest owner, `skipped` labels up.
    [[nodiscard]] std::size_t gap_below(std::size_t skipped) const {
        const ByteView name = query_.name_view();
        const ZoneDenials& zone = *step_.zone;
        return query_.is_dnssec_ok && !zone.gaps->empty()
                   ? gap_of(zone, zone.is_hashed ? name.subspan(query_.label_at[skipped - 1]) : name)
                   : 0;
    }

    /// Adds the proof of a gap, unless it is there already.
    void add_gap(std::size_t gap) {
        if (query_.is_dnssec_ok && !step_.zone->gaps->empty()) {
            step_.parts.add_once((*step_.zone->gaps)[gap].run);
        }
    }

    const Query& query_;
    Step& step_;
};

} // namespace

QueryFault look_up(const Snapshot& snapshot, const Query& query, const NameTrail& trail, const Ip6& source,
                   Step& step) {
    std::size_t skipped = 0;
    const OwnerAnswers* owner = snapshot.closest(query, trail, skipped);
    if (owner == nullptr) {
        return QueryFault::kNotOurs;
    }
    if (query.type == rr_type::kDs && skipped == 0) {
        const OwnerAnswers* const cut = snapshot.cut_at(*owner);
        owner = cut == nullptr ? owner : cut;
    }
    if (owner->below() == Below::kNotReady) {
        return QueryFault::kNotReady;
    }
    step.client = class_of(snapshot.classes(), query, source);
    step.zone = &snapshot.zone(*owner);
    StepMaker(query, step).run(*owner, skipped);
    return QueryFault::kNone;
}

} // namespace suanlu::dns
