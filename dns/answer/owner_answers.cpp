// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/owner_answers.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "dns/answer/name_hash.hpp"

namespace suanlu::dns {

namespace {

/// A query's first look at an owner takes one line of it.
constexpr std::align_val_t kCacheLine{64};

constexpr std::size_t aligned(std::size_t place) {
    return (place + 3) & ~std::size_t{3};
}

} // namespace

/// Lays out the block twice: first to know its size, then to fill it.
class OwnerPacker {
public:
    explicit OwnerPacker(const OwnerDraft& draft) : draft_(draft) {}

    std::shared_ptr<const OwnerAnswers> run() {
        lay_out();
        const std::size_t bytes = end_;
        SL_CHECK(bytes <= UINT32_MAX);
        void* const block = ::operator new(bytes, kCacheLine);
        std::memset(block, 0, bytes);
        owner_ = new (block) OwnerAnswers(draft_);
        lay_out();
        owner_->bytes_ = static_cast<std::uint32_t>(bytes);
        return {owner_, [](const OwnerAnswers* owner) {
                    owner->~OwnerAnswers();
                    ::operator delete(const_cast<OwnerAnswers*>(owner), kCacheLine);
                }};
    }

private:
    using Set = OwnerAnswers::Set;
    using PackedRun = OwnerAnswers::PackedRun;

    void lay_out() {
        end_ = sizeof(OwnerAnswers);
        const ByteView name = draft_.owner.wire();
        put(name.data(), name.size());
        const std::size_t sets_at = take(draft_.types.size() * sizeof(Set));
        std::vector<Set> sets;
        for (const OwnerDraft::ByType& by_type : draft_.types) {
            sets.push_back(put_set(by_type));
        }
        std::array<std::uint32_t, 2> otherwise{};
        if (draft_.otherwise) {
            otherwise[0] = put_run(draft_.otherwise->plain);
            otherwise[1] =
                draft_.otherwise->has_signed ? put_run(draft_.otherwise->signed_run) : otherwise[0];
        }
        if (owner_ != nullptr) {
            write(sets_at, sets.data(), sets.size() * sizeof(Set));
            owner_->sets_at_ = static_cast<std::uint32_t>(sets_at);
            owner_->sets_ = static_cast<std::uint16_t>(sets.size());
            owner_->otherwise_at_ = otherwise;
        }
    }

    Set put_set(const OwnerDraft::ByType& by_type) {
        const std::size_t places = std::max<std::size_t>(by_type.variant_of_class.size(), 1);
        const bool has_signed = by_type.variants[0].has_signed;
        Set set{by_type.type, static_cast<std::uint16_t>(by_type.variant_of_class.size()), 0, 0};
        set.plain_at = static_cast<std::uint32_t>(take(places * sizeof(std::uint32_t)));
        set.signed_at =
            has_signed ? static_cast<std::uint32_t>(take(places * sizeof(std::uint32_t))) : set.plain_at;
        put_runs(by_type, false, set.plain_at);
        if (has_signed) {
            put_runs(by_type, true, set.signed_at);
        }
        return set;
    }

    /// The runs of all variants, and at `places` where each class has its own.
    void put_runs(const OwnerDraft::ByType& by_type, bool is_dnssec_ok, std::size_t places) {
        std::vector<std::uint32_t> place_of_variant;
        for (const RunPair& variant : by_type.variants) {
            place_of_variant.push_back(put_run(variant.of(is_dnssec_ok)));
        }
        std::vector<std::uint32_t> place_of_class{place_of_variant[0]};
        if (!by_type.variant_of_class.empty()) {
            place_of_class.clear();
            for (const std::uint16_t variant : by_type.variant_of_class) {
                place_of_class.push_back(place_of_variant[variant]);
            }
        }
        write(places, place_of_class.data(), place_of_class.size() * sizeof(std::uint32_t));
    }

    std::uint32_t put_run(const Run& run) {
        const PackedRun head{run, static_cast<std::uint32_t>(run.octets.size()),
                             static_cast<std::uint32_t>(run.apex_pointers.size())};
        const std::size_t place = put(&head, sizeof head);
        const std::size_t pointers = run.apex_pointers.size() * sizeof(std::uint16_t);
        write(end_, run.apex_pointers.data(), pointers);
        end_ += pointers;
        write(end_, run.octets.data(), run.octets.size());
        end_ += run.octets.size();
        return static_cast<std::uint32_t>(place);
    }

    std::size_t take(std::size_t size) {
        const std::size_t place = aligned(end_);
        end_ = place + size;
        return place;
    }
    std::size_t put(const void* what, std::size_t size) {
        const std::size_t place = take(size);
        write(place, what, size);
        return place;
    }
    void write(std::size_t place, const void* what, std::size_t size) {
        if (owner_ != nullptr && size > 0) {
            std::memcpy(reinterpret_cast<std::uint8_t*>(owner_) + place, what, size);
        }
    }

    const OwnerDraft& draft_;
    /// Null while only the size is wanted.
    OwnerAnswers* owner_ = nullptr;
    std::size_t end_ = 0;
};

OwnerAnswers::OwnerAnswers(const OwnerDraft& draft)
    : hash_(hash_name(draft.owner.wire())), zone_(draft.zone), below_(draft.below),
      name_bytes_(static_cast<std::uint8_t>(draft.owner.size())), own_gap_(draft.own_gap),
      wildcard_gap_(draft.wildcard_gap), wildcard_(draft.wildcard) {
}

std::shared_ptr<const OwnerAnswers> OwnerAnswers::pack(const OwnerDraft& draft) {
    return OwnerPacker(draft).run();
}

} // namespace suanlu::dns
