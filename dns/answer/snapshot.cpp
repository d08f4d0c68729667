// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/snapshot.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "dns/answer/hashed_name.hpp"

namespace suanlu::dns {

namespace {

std::size_t labels_of(ByteView name) {
    std::size_t labels = 0;
    for (std::size_t at = 0; name[at] != 0; at += name[at] + 1U) {
        ++labels;
    }
    return labels;
}

} // namespace

Snapshot::Snapshot(std::vector<Owner> owners, std::vector<std::shared_ptr<const ZoneDenials>> zones,
                   std::shared_ptr<const ClientClasses> classes, ServerOptions options,
                   std::shared_ptr<const StreamAnswerer> streams)
    : owners_(std::move(owners)), zones_(std::move(zones)), classes_(std::move(classes)),
      options_(std::move(options)), streams_(std::move(streams)),
      slots_(std::bit_ceil(2 * owners_.size() + 1)) {
    for (const Owner& owner : owners_) {
        const Place place = place_of(*owner);
        if (place == Place::kServed) {
            insert(*owner);
        } else if (place == Place::kCut) {
            cuts_.push_back(owner.get());
        } // what a zone says below another one's apex is that zone's to say
    }
}

Snapshot::Place Snapshot::place_of(const OwnerAnswers& owner) const {
    Place place = Place::kServed;
    if (zones_.size() < 2) {
        return place;
    }
    const DomainName& own = zone(owner).apex;
    WireReader reader(owner.name());
    const DomainName name = DomainName::read_plain(reader).value_or({});
    for (const auto& other : zones_) {
        if (other->apex.labels() > own.labels() && name.is_at_or_below(other->apex) &&
            other->apex.is_at_or_below(own)) {
            if (other->apex != name) {
                return Place::kBelowCut;
            }
            place = Place::kCut;
        }
    }
    return place;
}

void Snapshot::insert(const OwnerAnswers& owner) {
    std::size_t at = slot_of(owner.hash());
    while (slots_[at].owner != nullptr) {
        at = slot_of(at + 1);
    }
    slots_[at] = {owner.hash(), &owner};
    most_labels_ = std::max(most_labels_, labels_of(owner.name()));
}

const OwnerAnswers* Snapshot::cut_at(const OwnerAnswers& owner) const {
    const auto is_here = [&](const OwnerAnswers* cut) {
        return std::ranges::equal(cut->name(), owner.name());
    };
    const auto cut = std::find_if(cuts_.begin(), cuts_.end(), is_here);
    return cut == cuts_.end() ? nullptr : *cut;
}

const OwnerAnswers* Snapshot::find(std::uint64_t hash, ByteView name) const {
    for (std::size_t at = slot_of(hash);; at = slot_of(at + 1)) {
        const Slot& slot = slots_[at];
        if (slot.owner == nullptr) {
            return nullptr;
        }
        if (slot.hash == hash) {
            const ByteView owner = slot.owner->name();
            if (owner.size() == name.size() && std::memcmp(owner.data(), name.data(), name.size()) == 0) {
                return slot.owner;
            }
        }
    }
}

void Snapshot::trace(const Query& query, NameTrail& trail) const {
    const std::size_t labels = query.labels;
    trail.first = labels > most_labels_ ? labels - most_labels_ : 0;
    trail.hash_of[labels] = 0;
    for (std::size_t label = labels; label-- > trail.first;) {
        trail.hash_of[label] =
            hash_label(trail.hash_of[label + 1], query.name.data() + query.label_at[label]);
    }
    __builtin_prefetch(&slots_[slot_of(trail.hash_of[trail.first])]);
}

const OwnerAnswers* Snapshot::guess(const NameTrail& trail) const {
    const std::uint64_t hash = trail.hash_of[trail.first];
    const Slot& slot = slots_[slot_of(hash)];
    if (slot.owner == nullptr || slot.hash != hash) {
        return nullptr;
    }
    slot.owner->fetch();
    return slot.owner;
}

const OwnerAnswers* Snapshot::closest(const Query& query, const NameTrail& trail,
                                      std::size_t& skipped) const {
    const ByteView name = query.name_view();
    const std::size_t labels = query.labels;
    for (skipped = trail.first; skipped <= labels; ++skipped) {
        const std::size_t place = skipped == labels ? name.size() - 1 : query.label_at[skipped];
        if (const OwnerAnswers* owner = find(trail.hash_of[skipped], name.subspan(place))) {
            return owner;
        }
    }
    return nullptr;
}

namespace {

/// The last gap reaches round to the first.
std::size_t hashed_gap_of(const ZoneDenials& zone, ByteView name) {
    const HashedLabel label = label_of(hash_of_name(name));
    const auto behind =
        std::upper_bound(zone.gaps->begin(), zone.gaps->end(), label,
                         [](const HashedLabel& wanted, const ZoneDenials::Gap& gap) {
                             return std::memcmp(wanted.data(), gap.from.wire().data(), wanted.size()) < 0;
                         });
    return static_cast<std::size_t>((behind == zone.gaps->begin() ? zone.gaps->end() : behind) -
                                    zone.gaps->begin()) -
           1;
}

} // namespace

std::size_t gap_of(const ZoneDenials& zone, ByteView name) {
    if (zone.is_hashed) {
        return hashed_gap_of(zone, name);
    }
    const auto behind = std::upper_bound(zone.gaps->begin(), zone.gaps->end(), name,
                                         [](ByteView wanted, const ZoneDenials::Gap& gap) {
                                             return compare_canonical(wanted, gap.from.wire()) < 0;
                                         });
    return behind == zone.gaps->begin() ? 0 : static_cast<std::size_t>(behind - zone.gaps->begin()) - 1;
}

} // namespace suanlu::dns
