// SPDX-License-Identifier: Apache-2.0
// The records of one zone, from a file or computed: what is signed, transferred and built into answers. Sets
// that differ between client classes stand beside those that do not. Pure values.
#pragma once

#include <map>
#include <memory>

#include "dns/answer/owner_answers.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu::dns {

/// A set that depends on the client. It exists for every class: only its content differs.
struct ClassRrset {
    struct Variant {
        Rrset rrset;
        /// Not kNoError: this instead of records.
        Rcode rcode = Rcode::kNoError;
        std::uint16_t extended_error = extended_error::kNone;

        bool operator==(const Variant&) const = default;
    };
    /// At least one.
    std::vector<Variant> variants;
    /// By number of the class.
    std::vector<std::uint16_t> variant_of_class;

    bool operator==(const ClassRrset&) const = default;
};

/// Who can say what the classes of clients get. Immutable.
class ClassSource {
public:
    ClassSource() = default;
    ClassSource(const ClassSource&) = delete;
    ClassSource& operator=(const ClassSource&) = delete;
    virtual ~ClassSource() = default;
    [[nodiscard]] virtual ClassRrset set(std::uint16_t type) const = 0;
};

/// A set that depends on the client, made whenever it is asked for: the records of all classes of all
/// services are too many to keep.
class ClassSet {
public:
    ClassSet(std::shared_ptr<const ClassSource> source, std::uint16_t type)
        : source_(std::move(source)), type_(type) {}
    /// One that is known.
    ClassSet(std::vector<ClassRrset::Variant> variants, std::vector<std::uint16_t> variant_of_class);

    [[nodiscard]] ClassRrset make() const { return source_->set(type_); }
    /// The same by the same source.
    bool operator==(const ClassSet&) const = default;

private:
    std::shared_ptr<const ClassSource> source_;
    std::uint16_t type_ = 0;
};

struct OwnerRecords {
    /// By type.
    std::map<std::uint16_t, Rrset> sets;
    std::map<std::uint16_t, ClassSet> class_sets;

    bool operator==(const OwnerRecords&) const = default;
    [[nodiscard]] const Rrset* find(std::uint16_t type) const {
        const auto found = sets.find(type);
        return found == sets.end() ? nullptr : &found->second;
    }
    /// NSEC3 alone: a name that is there for its proof only, and not when it is asked for (RFC 5155 section
    /// 7.2.8).
    [[nodiscard]] bool is_proof_only() const;
};

struct ZoneContents {
    DomainName apex;
    /// In canonical order. Empty non-terminals have no entry.
    std::map<DomainName, OwnerRecords> owners;

    [[nodiscard]] const OwnerRecords* find(const DomainName& owner) const {
        const auto found = owners.find(owner);
        return found == owners.end() ? nullptr : &found->second;
    }
    /// The delegation at or above `name`; null where the zone itself is the authority.
    [[nodiscard]] const DomainName* cut_above(const DomainName& name) const;
    /// The DNAME above `name`, which says where that leads (RFC 6672); null = none.
    [[nodiscard]] const DomainName* dname_above(const DomainName& name) const;
    /// Adds to the set; one that is there keeps the smaller TTL. A record that is there is not added twice.
    void add(const Record& record);
};

/// Of SOA rdata, whose last 20 octets are integers (RFC 1035 section 3.3.13).
std::uint32_t serial_of(const Bytes& soa);
/// Of a zone that check_zone has passed.
std::uint32_t serial_of(const ZoneContents& zone);
void set_serial(ZoneContents& zone, std::uint32_t serial);

/// The type that the record is of, or signs.
std::uint16_t covered_type(const Record& record);

/// RFC 6672 section 2.4: nothing is below a DNAME.
Error below_dname(const DomainName& name, const DomainName& dname);

/// What every zone needs: an SOA and NS at the apex, no data beside CNAME, none below DNAME, nothing outside
/// the apex.
Status check_zone(const ZoneContents& zone);

} // namespace suanlu::dns
