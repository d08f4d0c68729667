// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/apportion.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "dataplane/steer/rendezvous.h"

namespace suanlu {
namespace {

std::uint64_t weight_of(ServiceId service, std::uint32_t slot, SiteId site) {
    return sl_rendezvous(service.value, slot, site.value);
}

template <class Fits>
SiteId best(ServiceId service, std::uint32_t slot, std::span<const Candidate> candidates, Fits&& fits) {
    SiteId chosen;
    std::uint64_t top = 0;
    for (const auto& candidate : candidates) {
        if (!fits(candidate)) {
            continue;
        }
        const auto weight = weight_of(service, slot, candidate.site);
        if (!chosen.is_set() || weight > top) {
            chosen = candidate.site;
            top = weight;
        }
    }
    return chosen;
}

std::vector<std::uint64_t> living_weights(std::span<const Candidate> candidates) {
    std::vector<std::uint64_t> weights;
    for (const auto& candidate : candidates) {
        weights.push_back(candidate.is_dead ? 0 : candidate.ppm);
    }
    if (std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}) == 0) {
        for (std::size_t i = 0; i < candidates.size(); i++) {
            weights[i] = candidates[i].is_dead ? 0 : 1;
        }
    }
    return weights;
}

/// Which of a site's slots go when it has more than its quota: the tail of this order.
void order_for_keeping(std::vector<std::uint32_t>& slots, ServiceId service, SiteId site,
                       std::span<const SlotOwner> owners) {
    std::sort(slots.begin(), slots.end(), [&](std::uint32_t a, std::uint32_t b) {
        const auto rank = [&](std::uint32_t slot) {
            return std::tuple(!owners[slot].is_held, owners[slot].base != site,
                              ~weight_of(service, slot, site), slot);
        };
        return rank(a) < rank(b);
    });
}

} // namespace

CandidateIndex::CandidateIndex(std::span<const Candidate> candidates) : candidates_(candidates) {
    std::size_t ids = 0;
    for (const auto& candidate : candidates) {
        ids = std::max<std::size_t>(ids, candidate.site.value + 1U);
    }
    positions_.resize(ids, 0);
    for (std::size_t i = 0; i < candidates.size(); i++) {
        positions_[candidates[i].site.value] = static_cast<std::uint32_t>(i + 1);
    }
}

std::vector<std::uint32_t> slot_quotas(std::span<const Candidate> candidates, std::uint32_t slots) {
    const auto weights = living_weights(candidates);
    const auto total = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
    std::vector<std::uint32_t> quotas(candidates.size(), 0);
    if (total == 0) {
        return quotas;
    }
    std::vector<std::tuple<std::uint64_t, std::uint16_t, std::size_t>> remainders;
    std::uint32_t given = 0;
    for (std::size_t i = 0; i < candidates.size(); i++) {
        quotas[i] = static_cast<std::uint32_t>(weights[i] * slots / total);
        given += quotas[i];
        if (weights[i] != 0) {
            remainders.emplace_back(~(weights[i] * slots % total), candidates[i].site.value, i);
        }
    }
    std::sort(remainders.begin(), remainders.end());
    for (std::size_t k = 0; given < slots; k++, given++) {
        quotas[std::get<2>(remainders[k % remainders.size()])]++;
    }
    return quotas;
}

namespace {

/// One edit under way: who keeps what, which slots are free, and how many each site still misses.
struct Edit {
    Edit(ServiceId service_id, std::span<const SlotOwner> before, std::span<const Candidate> sites)
        : service(service_id), owners(before), candidates(sites), index(sites), result(before.size()),
          missing(sites.size(), 0) {}

    void release() {
        const auto quotas = slot_quotas(candidates, static_cast<std::uint32_t>(owners.size()));
        std::vector<std::vector<std::uint32_t>> owned(candidates.size());
        for (std::uint32_t slot = 0; slot < owners.size(); slot++) {
            const auto found = index.position(owners[slot].next);
            found ? owned[*found].push_back(slot) : freed.push_back(slot);
        }
        for (std::size_t i = 0; i < candidates.size(); i++) {
            auto& slots = owned[i];
            if (slots.size() > quotas[i]) {
                order_for_keeping(slots, service, candidates[i].site, owners);
                freed.insert(freed.end(), slots.begin() + quotas[i], slots.end());
                slots.resize(quotas[i]);
            }
            missing[i] = quotas[i] - static_cast<std::uint32_t>(slots.size());
            for (const auto slot : slots) {
                result[slot] = candidates[i].site;
            }
        }
    }

    /// A slot that may stay on its base needs no move.
    void give_back() {
        for (const auto slot : freed) {
            if (misses(owners[slot].base)) {
                give(slot, owners[slot].base);
            }
        }
    }

    void give_away() {
        for (const auto slot : freed) {
            if (!result[slot].is_set()) {
                const auto site =
                    best(service, slot, candidates, [&](const Candidate& c) { return misses(c.site); });
                if (site.is_set()) {
                    give(slot, site);
                }
            }
        }
    }

    [[nodiscard]] bool misses(SiteId site) const {
        const auto found = index.position(site);
        return found && missing[*found] > 0;
    }
    void give(std::uint32_t slot, SiteId site) {
        result[slot] = site;
        missing[*index.position(site)]--;
    }

    ServiceId service;
    std::span<const SlotOwner> owners;
    std::span<const Candidate> candidates;
    CandidateIndex index;
    std::vector<SiteId> result;
    std::vector<std::uint32_t> freed;
    std::vector<std::uint32_t> missing;
};

} // namespace

std::vector<SiteId> edit_owners(ServiceId service, std::span<const SlotOwner> owners,
                                std::span<const Candidate> candidates) {
    Edit edit(service, owners, candidates);
    edit.release();
    edit.give_back();
    edit.give_away();
    return edit.result;
}

SiteId first_eligible(ServiceId service, std::uint32_t slot, std::span<const Candidate> candidates) {
    const auto shared =
        best(service, slot, candidates, [](const Candidate& c) { return c.takes_new && c.ppm > 0; });
    return shared.is_set() ? shared
                           : best(service, slot, candidates, [](const Candidate& c) { return c.takes_new; });
}

SiteId survivor(ServiceId service, std::uint32_t slot, std::span<const Candidate> candidates) {
    const auto eligible = first_eligible(service, slot, candidates);
    return eligible.is_set() ? eligible
                             : best(service, slot, candidates, [](const Candidate& c) { return !c.is_dead; });
}

} // namespace suanlu
