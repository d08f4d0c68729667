// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/answer_builder.hpp"

#include <algorithm>
#include <unordered_map>

#include "dns/record/rr_type.hpp"
#include "dns/zone/alias_path.hpp"
#include "dns/zone/target_addresses.hpp"
#include "dns/zone/zone_proofs.hpp"

namespace suanlu::dns {

namespace {

class Builder {
public:
    Builder(const ZoneContents& zone, std::uint16_t number, const SignClassSet& sign)
        : zone_(zone), number_(number), sign_(sign), proofs_(zone) {}
    /// Of a zone that has the names and gaps of `before`.
    Builder(const ZoneContents& zone, std::uint16_t number, const SignClassSet& sign, const BuiltZone& before)
        : zone_(zone), number_(number), sign_(sign), proofs_(zone, before.denials->gaps),
          names_(before.names) {}

    Result<BuiltZone> run() {
        auto names = std::make_shared<ZoneNames>();
        collect_names(*names);
        names_ = std::move(names);
        BuiltZone built;
        for (const DomainName& name : names_->all) {
            built.owners.push_back(OwnerAnswers::pack(build_owner(name)));
        }
        return finish(std::move(built));
    }

    Result<BuiltZone> update(const BuiltZone& before, const std::vector<DomainName>& changed) {
        BuiltZone built;
        built.owners = before.owners;
        for (const auto* names : {&changed, &names_->aliases}) {
            for (const DomainName& name : *names) {
                replace(name.canonical(), built.owners);
                if (name.is_wildcard()) {
                    replace(name.canonical().parent(), built.owners);
                }
            }
        }
        return finish(std::move(built));
    }

private:
    Result<BuiltZone> finish(BuiltZone built) {
        if (!signed_) {
            return signed_.error();
        }
        built.denials = proofs_.denials();
        built.names = names_;
        return built;
    }

    void replace(const DomainName& name, std::vector<Snapshot::Owner>& owners) {
        const auto place =
            std::lower_bound(owners.begin(), owners.end(), name.wire(), [](const auto& owner, ByteView than) {
                return compare_canonical(owner->name(), than) < 0;
            });
        SL_CHECK(place != owners.end() && std::ranges::equal((*place)->name(), name.wire()));
        *place = OwnerAnswers::pack(build_owner(name));
    }

    /// Owners with data that are ours to answer for, delegations, and the empty non-terminals above them.
    void collect_names(ZoneNames& names) const {
        for (const auto& [owner, records] : zone_.owners) {
            const DomainName* cut = zone_.cut_above(owner);
            if ((cut != nullptr && *cut != owner) || records.is_proof_only()) {
                continue; // glue, or there for its NSEC3
            }
            if (records.find(rr_type::kCname) != nullptr) {
                names.aliases.push_back(owner);
            }
            for (DomainName name = owner.canonical(); names.all.insert(name).second && name != zone_.apex;) {
                name = name.parent();
            }
        }
    }

    OwnerDraft build_owner(const DomainName& name) {
        OwnerDraft owner = answers_of(name, false);
        const auto below = name.child("*");
        if (!below) {
            return owner; // no name fits below
        }
        owner.wildcard_gap = proofs_.gap(*below);
        if (owner.below == Below::kNothing && names_->all.contains(*below)) {
            owner.below = Below::kWildcard;
            owner.wildcard = OwnerAnswers::pack(answers_of(*below, true));
        }
        return owner;
    }

    /// Answers of the records of `name`, to questions for it, or for any name below its parent (floating).
    OwnerDraft answers_of(const DomainName& name, bool is_floating) {
        OwnerDraft owner;
        owner.owner = name;
        owner.zone = number_;
        owner.own_gap = proofs_.gap(name);
        const OwnerRecords* records = zone_.find(name);
        if (records == nullptr) {
            return owner; // an empty non-terminal
        }
        if (name != zone_.apex && records->find(rr_type::kNs) != nullptr) {
            owner.below = Below::kReferral;
            owner.otherwise = referral(name, *records);
            if (const Rrset* ds = records->find(rr_type::kDs)) {
                owner.types.push_back(for_everybody(name, *ds, is_floating));
            }
            return owner;
        }
        for (const auto& [type, set] : records->sets) {
            owner.types.push_back(for_everybody(name, set, is_floating));
        }
        add_signatures(name, *records, is_floating, owner);
        for (const auto& [type, source] : records->class_sets) {
            const ClassRrset set = signed_set(name, source);
            owner.types.push_back(by_class(name, set, type, is_floating));
            if (proofs_.is_signed() && !has_signatures(owner)) {
                owner.types.push_back(by_class(name, signatures_of(set), rr_type::kRrsig, is_floating));
            }
        }
        if (records->find(rr_type::kCname) != nullptr) {
            add_alias(name, is_floating, owner);
        }
        if (const Rrset* dname = records->find(rr_type::kDname)) {
            owner.below = Below::kElsewhere;
            owner.otherwise = redirection(name, *dname);
        }
        std::sort(owner.types.begin(), owner.types.end(),
                  [](const auto& a, const auto& b) { return a.type < b.type; });
        return owner;
    }

    RunPair referral(const DomainName& name, const OwnerRecords& records) const {
        return both(proofs_.is_signed(), [&](bool is_dnssec) {
            RunWriter writer(zone_.apex, name, true);
            const Rrset& ns = *records.find(rr_type::kNs);
            writer.add(Section::kAuthority, name, ns, false);
            const Rrset* ds = records.find(rr_type::kDs);
            if (is_dnssec && ds != nullptr) {
                writer.add(Section::kAuthority, name, *ds, true);
            } else if (is_dnssec) {
                writer.append(proofs_.types_of(name)); // RFC 4035 section 3.1.4.1: there is no DS
            }
            // Below the delegation the addresses cannot be asked for elsewhere.
            add_addresses(writer, ns, is_dnssec, [&](const DomainName& target) {
                return target.is_at_or_below(name) ? Section::kAdditional : Section::kOptional;
            });
            writer.run().is_authoritative = false;
            return std::move(writer).finish();
        });
    }

    /// The CNAME that follows is made for each question, and has no signature (RFC 6672 section 5.3.1).
    [[nodiscard]] RunPair redirection(const DomainName& name, const Rrset& dname) const {
        return both(proofs_.is_signed(), [&](bool is_dnssec) {
            RunWriter writer(zone_.apex, name, true);
            writer.add(Section::kAnswer, name, dname, is_dnssec);
            return std::move(writer).finish();
        });
    }

    /// Sets of many classes name the same few sites: each is looked for once.
    const OwnerRecords* target_records(const DomainName& target) const {
        const auto [place, is_new] = targets_.try_emplace(std::string(text_of(target.wire())));
        if (is_new) {
            place->second = zone_.find(target);
        }
        return place->second;
    }

    /// Addresses of the names in `set`; never those that depend on the client.
    template <class SectionOf>
    void add_addresses(RunWriter& writer, const Rrset& set, bool is_dnssec,
                       const SectionOf& section_of) const {
        std::vector<DomainName> done;
        for (const Section wanted : {Section::kAdditional, Section::kOptional}) {
            for (const DomainName& target : targets_of(set)) {
                const OwnerRecords* records = target_records(target);
                if (records == nullptr || section_of(target) != wanted ||
                    std::find(done.begin(), done.end(), target) != done.end()) {
                    continue;
                }
                done.push_back(target);
                for (const std::uint16_t type : {rr_type::kA, rr_type::kAaaa}) {
                    if (const Rrset* addresses = records->find(type)) {
                        writer.add(wanted, target, *addresses, is_dnssec);
                    }
                }
            }
        }
    }

    /// One set as an answer, behind the aliases that led to it. `known`: of other sets under this name.
    Run answer(const DomainName& name, const Rrset& set, bool is_floating, bool is_dnssec,
               const std::vector<const Rrset*>* aliases, TargetAddresses* known = nullptr) const {
        RunWriter writer(zone_.apex, name, is_floating);
        const DomainName at =
            aliases == nullptr ? name : add_aliases(writer, name, *aliases, is_floating, is_dnssec);
        if (is_floating && aliases == nullptr) {
            writer.add_at_question(Section::kAnswer, set, is_dnssec);
        } else {
            writer.add(Section::kAnswer, at, set, is_dnssec);
        }
        // Behind a signed wildcard's answer comes the proof that no closer name exists: in the section
        // before.
        if (known != nullptr && !is_floating) {
            known->append(writer, set, is_dnssec);
        } else if (!(is_floating && is_dnssec)) {
            add_addresses(writer, set, is_dnssec, [](const DomainName&) { return Section::kOptional; });
        }
        return std::move(writer).finish();
    }

    /// Signatures alone are the same with DNSSEC and without.
    [[nodiscard]] bool has_two_forms(std::uint16_t type) const {
        return proofs_.is_signed() && type != rr_type::kRrsig;
    }

    OwnerDraft::ByType for_everybody(const DomainName& name, const Rrset& set, bool is_floating,
                                     const std::vector<const Rrset*>* aliases = nullptr) const {
        return {set.type,
                {both(has_two_forms(set.type),
                      [&](bool is_dnssec) { return answer(name, set, is_floating, is_dnssec, aliases); })},
                {}};
    }

    ClassRrset signed_set(const DomainName& owner, const ClassSet& source) {
        ClassRrset set = source.make();
        if (sign_ && signed_) {
            signed_ = sign_(owner, set);
        }
        return set;
    }

    static Rrset signatures_of(const Rrset& set) { return {rr_type::kRrsig, set.ttl, set.signatures, {}}; }
    static ClassRrset signatures_of(ClassRrset set) {
        for (ClassRrset::Variant& variant : set.variants) {
            variant.rrset = signatures_of(variant.rrset);
        }
        return set;
    }
    static bool has_signatures(const OwnerDraft& owner) {
        return std::any_of(owner.types.begin(), owner.types.end(),
                           [](const auto& by_type) { return by_type.type == rr_type::kRrsig; });
    }

    /// Who asks for signatures gets those of one set, as ANY gets one set (RFC 8482 section 4.1): of a set
    /// that is the same for everybody, where there is one.
    void add_signatures(const DomainName& name, const OwnerRecords& records, bool is_floating,
                        OwnerDraft& owner) const {
        const auto found = std::find_if(records.sets.begin(), records.sets.end(),
                                        [](const auto& set) { return !set.second.signatures.empty(); });
        if (found != records.sets.end()) {
            owner.types.push_back(for_everybody(name, signatures_of(found->second), is_floating));
        }
    }

    /// A set as an answer to questions for `name`.
    OwnerDraft::ByType by_class(const DomainName& name, const ClassRrset& set, std::uint16_t type,
                                bool is_floating, const std::vector<const Rrset*>* aliases = nullptr) const {
        OwnerDraft::ByType out{type, {}, set.variant_of_class};
        out.variants.reserve(set.variants.size());
        TargetAddresses known(zone_, name);
        for (const ClassRrset::Variant& variant : set.variants) {
            out.variants.push_back(both(has_two_forms(type), [&](bool is_dnssec) {
                Run run = answer(name, variant.rrset, is_floating, is_dnssec, aliases, &known);
                run.rcode = variant.rcode;
                run.extended_error = variant.extended_error;
                run.is_authoritative = variant.rcode == Rcode::kNoError;
                return run;
            }));
        }
        return out;
    }

    /// RFC 1034 section 3.6.2: an alias is followed. Inside the zone that is done here, once; what a wildcard
    /// or a DNAME makes of its target, and what another zone says of it, is looked up for each question.
    void add_alias(const DomainName& name, bool is_floating, OwnerDraft& owner) {
        const AliasPath path = follow_aliases(zone_, name);
        owner.otherwise = both(proofs_.is_signed(), [&](bool is_dnssec) {
            return alias_without_type(name, path.aliases, is_floating, is_dnssec, path.is_open);
        });
        if (path.records == nullptr || path.is_open) {
            return;
        }
        for (const auto& [type, set] : path.records->sets) {
            if (type != rr_type::kNsec) {
                owner.types.push_back(for_everybody(name, set, is_floating, &path.aliases));
            }
        }
        for (const auto& [type, source] : path.records->class_sets) {
            owner.types.push_back(
                by_class(name, signed_set(path.end, source), type, is_floating, &path.aliases));
        }
    }

    /// `is_open` as in AliasPath.
    Run alias_without_type(const DomainName& name, const std::vector<const Rrset*>& aliases, bool is_floating,
                           bool is_dnssec, bool is_open) const {
        RunWriter writer(zone_.apex, name, true);
        // Floating in either case: denials are, and a run has one kind of pointers.
        const DomainName end = add_aliases(writer, name, aliases, is_floating, is_dnssec);
        DomainName encloser = end.canonical();
        const bool is_ours = !is_open && end.is_at_or_below(zone_.apex) && zone_.cut_above(end) == nullptr &&
                             zone_.dname_above(end) == nullptr;
        while (is_ours && !names_->all.contains(encloser)) {
            encloser = encloser.parent();
        }
        const auto wildcard = encloser.child("*");
        const bool is_there = encloser == end;
        if (!is_ours || (!is_there && wildcard && names_->all.contains(*wildcard))) {
            writer.run().leads_on = true;
            return std::move(writer).finish();
        }
        proofs_.append_denial(writer, end.canonical(), encloser, is_dnssec);
        if (!is_there) {
            writer.run().rcode = Rcode::kNxDomain;
        }
        return std::move(writer).finish();
    }

    const ZoneContents& zone_;
    std::uint16_t number_;
    const SignClassSet& sign_;
    ZoneProofs proofs_;
    /// The first failure.
    Status signed_;
    /// By name in wire form.
    mutable std::unordered_map<std::string, const OwnerRecords*> targets_;
    std::shared_ptr<const ZoneNames> names_;
};

} // namespace

Result<BuiltZone> build_answers(const ZoneContents& zone, std::uint16_t number, const SignClassSet& sign) {
    return Builder(zone, number, sign).run();
}

BuiltZone build_answers(const ZoneContents& zone, std::uint16_t number) {
    return *build_answers(zone, number, SignClassSet());
}

Result<BuiltZone> update_answers(const BuiltZone& before, const ZoneContents& zone, std::uint16_t number,
                                 const std::vector<DomainName>& changed, const SignClassSet& sign) {
    return Builder(zone, number, sign, before).update(before, changed);
}

BuiltZone not_ready_answers(const ZoneContents& zone, std::uint16_t number) {
    auto denials = std::make_shared<ZoneDenials>();
    denials->apex = zone.apex.canonical();
    OwnerDraft apex;
    apex.owner = denials->apex;
    apex.zone = number;
    apex.below = Below::kNotReady;
    BuiltZone built;
    built.owners.push_back(OwnerAnswers::pack(apex));
    built.denials = std::move(denials);
    return built;
}

} // namespace suanlu::dns
