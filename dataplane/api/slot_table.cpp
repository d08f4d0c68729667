// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/slot_table.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace suanlu {
namespace {

SiteId site_of_word(std::uint64_t word) {
    return {static_cast<std::uint16_t>(word)};
}
std::uint64_t word_of(SiteId base, std::uint64_t since) {
    return since << 16 | base.value;
}

std::uint64_t load(std::uint64_t& word) {
    return std::atomic_ref(word).load(std::memory_order_acquire);
}

sl_target load(sl_target& target) {
    return std::atomic_ref(target).load(std::memory_order_acquire);
}

bool is_moving_to(SiteId base, sl_target target) {
    return target.effective != 0 && base.is_set() && base.value != target.effective;
}

} // namespace

std::uint32_t timeout_ticks(Seconds timeout) {
    constexpr double kTick = 1e-9 * (1U << SL_TICK_SHIFT);
    return static_cast<std::uint32_t>(std::ceil(std::clamp(timeout.value, 0.0, 4.0e6) / kTick)) + 1;
}

SlotTable::SlotTable(SlotRules rules, std::span<std::uint64_t> words, std::span<sl_target> targets)
    : rules_(rules), words_(words), targets_(targets), wanted_(words.size()) {
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        wanted_[slot] = next(slot);
    }
}

bool SlotTable::keeps_entries() const {
    return rules_.affinity == Affinity::kFlow || rules_.affinity == Affinity::kSource ||
           rules_.affinity == Affinity::kPair;
}

SiteId SlotTable::base(std::uint32_t slot) const {
    return site_of_word(load(words_[slot]));
}
SiteId SlotTable::next(std::uint32_t slot) const {
    return {load(targets_[slot]).next};
}
SiteId SlotTable::effective(std::uint32_t slot) const {
    return {load(targets_[slot]).effective};
}
std::uint64_t SlotTable::since(std::uint32_t slot) const {
    return load(words_[slot]) >> 16;
}
bool SlotTable::is_moving(std::uint32_t slot) const {
    return is_moving_to(base(slot), load(targets_[slot]));
}

bool SlotTable::is_held(std::uint32_t slot, std::uint64_t tick) const {
    const auto moved = since(slot);
    return rules_.affinity == Affinity::kMovable && moved != 0 && tick < moved + kMinimumStayTicks;
}

bool SlotTable::names(SiteId site) const {
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        if (base(slot) == site || next(slot) == site) {
            return true;
        }
    }
    return false;
}

std::uint32_t SlotTable::owned_by(SiteId site) const {
    std::uint32_t count = 0;
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        count += next(slot) == site ? 1 : 0;
    }
    return count;
}

void SlotTable::clear() {
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        std::atomic_ref(targets_[slot]).store({0, 0, SL_NO_RANK, 0}, std::memory_order_release);
        std::atomic_ref(words_[slot]).store(0, std::memory_order_release);
        wanted_[slot] = {};
    }
}

void SlotTable::set_base(std::uint32_t slot, SiteId base, std::uint64_t since) {
    auto word = load(words_[slot]);
    while (!std::atomic_ref(words_[slot]).compare_exchange_weak(word, word_of(base, since))) {
    }
}

void SlotTable::touch(std::uint32_t slot, std::uint64_t tick) {
    auto word = load(words_[slot]);
    while (!std::atomic_ref(words_[slot]).compare_exchange_weak(word, word_of(site_of_word(word), tick))) {
    }
}

// `since` is written before and after a move begins: after, because packets may have gone by the old target
// until now; before, so that a crash in between leaves no stale `since` with which the move would look long
// overdue.
void SlotTable::set_target(std::uint32_t slot, sl_target target, std::uint64_t tick) {
    const auto before = load(targets_[slot]);
    if (before.next == target.next && before.effective == target.effective && before.rank == target.rank) {
        return;
    }
    const bool begins =
        keeps_entries() && !is_moving_to(base(slot), before) && is_moving_to(base(slot), target);
    if (begins) {
        touch(slot, tick);
    }
    std::atomic_ref(targets_[slot]).store(target, std::memory_order_release);
    if (begins) {
        touch(slot, tick);
    }
}

void SlotTable::aim(std::uint32_t slot, SiteId next, const CandidateIndex& index, std::uint64_t tick) {
    const auto* found = index.find(next);
    const bool fits = found != nullptr && found->takes_new;
    const auto effective = fits ? next : first_eligible(rules_.service, slot, candidates_);
    const auto* ranked = index.find(effective);
    const auto rank = ranked != nullptr ? ranked->rank : std::uint16_t{SL_NO_RANK};
    if (!base(slot).is_set() && next.is_set()) {
        set_base(slot, next, 0); // nobody can have been here
    }
    set_target(slot, {next.value, effective.value, rank, 0}, tick);
}

void SlotTable::refresh(std::span<const Candidate> candidates, std::uint64_t tick) {
    candidates_.assign(candidates.begin(), candidates.end());
    const CandidateIndex index(candidates_);
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        aim(slot, next(slot), index, tick);
    }
}

void SlotTable::retarget(std::span<const Candidate> candidates, std::uint64_t tick) {
    candidates_.assign(candidates.begin(), candidates.end());
    std::vector<SlotOwner> owners(size());
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        owners[slot] = {next(slot), base(slot), is_held(slot, tick)};
    }
    wanted_ = edit_owners(rules_.service, owners, candidates);
    const CandidateIndex index(candidates_);
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        const auto* owner = index.find(owners[slot].next);
        const bool is_orphan = owner == nullptr || owner->is_dead;
        const bool waits = rules_.affinity == Affinity::kMovable && !is_orphan;
        aim(slot, waits ? owners[slot].next : wanted_[slot], index, tick);
        if (!keeps_entries() && is_orphan && base(slot) != wanted_[slot]) {
            set_base(slot, wanted_[slot], tick);
        }
    }
}

void SlotTable::bury(SiteId site, std::span<const Candidate> candidates, std::uint64_t tick) {
    if (keeps_entries()) {
        for (std::uint32_t slot = 0; slot < size(); slot++) {
            if (base(slot) == site) {
                set_base(slot, survivor(rules_.service, slot, candidates), tick);
            }
        }
    }
    retarget(candidates, tick);
}

bool SlotTable::commit(std::uint32_t slot, std::uint64_t tick) {
    auto word = load(words_[slot]);
    const auto target = load(targets_[slot]);
    if (target.next == 0 || site_of_word(word).value == target.next || target.effective != target.next) {
        return false;
    }
    if (keeps_entries() && tick <= (word >> 16) + rules_.timeout_ticks + kSlackTicks) {
        return false;
    }
    // A packet that could not be recorded has changed `since` meanwhile: then the swap fails and the move
    // waits.
    return std::atomic_ref(words_[slot]).compare_exchange_strong(word, word_of({target.next}, tick));
}

std::uint32_t SlotTable::tick(std::uint64_t tick) {
    std::uint32_t moved = 0;
    std::uint32_t budget = std::max<std::uint32_t>(1, size() / 10);
    const CandidateIndex index(candidates_);
    for (std::uint32_t slot = 0; slot < size(); slot++) {
        if (rules_.affinity == Affinity::kMovable && budget > 0 && wanted_[slot] != next(slot) &&
            !is_held(slot, tick)) {
            aim(slot, wanted_[slot], index, tick);
            budget--;
        }
        moved += commit(slot, tick) ? 1 : 0;
    }
    return moved;
}

} // namespace suanlu
