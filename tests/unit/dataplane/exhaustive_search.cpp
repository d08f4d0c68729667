// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dataplane/exhaustive_search.hpp"

#include <string_view>

#include "dataplane/steer/rendezvous.h"

namespace suanlu::exhaustive {

std::string Event::text() const {
    std::string text = what;
    text += *what != '\0' && std::string_view(what).back() == ' ' ? std::to_string(of) : "";
    text += second != 0 ? " second " + std::to_string(second) : "";
    text += is_capped ? " capped" : "";
    return text + (went_to != 0 ? " -> " + std::to_string(went_to) : "");
}

std::uint64_t& SeenKeys::place_of(std::uint64_t key) {
    auto at = sl_mix(key, 0) & (places_.size() - 1);
    while (places_[at] != 0 && places_[at] != key) {
        at = (at + 1) & (places_.size() - 1);
    }
    return places_[at];
}

bool SeenKeys::insert(std::uint64_t key) {
    auto& place = place_of(key);
    if (place == key) {
        return false;
    }
    place = key;
    if (++size_ * 2 > places_.size()) {
        const auto before = std::exchange(places_, std::vector<std::uint64_t>(places_.size() * 2));
        for (const auto each : before) {
            if (each != 0) {
                place_of(each) = each;
            }
        }
    }
    return true;
}

void Search::arrive(std::size_t from, const State& state, const Event& event) {
    has_moved_ = has_moved_ || state.base != 1;
    if (seen_.insert(state.key())) {
        visits_.push_back({state, static_cast<std::uint32_t>(from), event});
    }
}

void Search::broken(std::size_t from, const Event& event, const std::string& what) {
    if (broken_) {
        return;
    }
    std::string story = event.text() + ": " + what;
    for (auto at = from; at != 0; at = visits_[at].from) {
        story = visits_[at].event.text() + "; " + story;
    }
    broken_ = story;
}

std::uint8_t Search::living(const State& state, bool with_suspects) const {
    std::uint8_t count = 0;
    for (std::uint8_t id = 1; id <= kSites; id++) {
        const auto liveness = state.of(id);
        count +=
            liveness == SiteLiveness::kAlive || (with_suspects && liveness == SiteLiveness::kSuspect) ? 1 : 0;
    }
    return count;
}

bool Search::packet(std::size_t from, const Arrival& arrival) {
    State state = visits_[from].state;
    const auto [index, is_start, second, is_capped] = arrival;
    const Flow before = state.flows[index];
    const auto [site, was_refused, has_spent] = send_(world_, state, arrival);
    Flow& flow = state.flows[index];
    const Event event{is_start ? "start " : "packet ", static_cast<std::uint8_t>(index), second, site,
                      is_capped};
    const bool is_repeated = is_start && before.stage == kOpening && before.age <= 1;
    const bool belongs = is_repeated || (!is_start && before.stage != kUnknown && before.age <= 2);
    if (site == 0 || state.of(site) == SiteLiveness::kDead) {
        broken(from, event, "goes to nobody who lives");
        return false;
    }
    if (world_.affinity == Affinity::kMovable) {
        if (site != state.effective) {
            broken(from, event, "does not follow its slot");
        }
    } else if (belongs && before.at != 0 && before.at != site) {
        broken(from, event, "leaves " + std::to_string(before.at));
    } else if (is_start && !belongs && before.start.site == 0 && !was_refused &&
               (before.entry.site == 0 || before.entry.age > 2) && living(state, false) > 0 &&
               state.of(site) != SiteLiveness::kAlive) {
        broken(from, event, "a new flow goes to a site that takes none");
    }
    has_second_choice_ =
        has_second_choice_ || (before.start.site == 0 && before.entry.site == 0 && site == second &&
                               site != state.base && site != state.effective);
    flow.stage = is_start ? kOpening : kOpen;
    flow.at = site;
    flow.age = 0;
    arrive(from, state, event);
    return has_spent;
}

void Search::packets(std::size_t from) {
    const auto send = [&](std::size_t flow, bool is_start, std::uint8_t second) {
        if (packet(from, {flow, is_start, second, false})) {
            packet(from, {flow, is_start, second, true});
        }
    };
    for (std::size_t flow = 0; flow < kFlows; flow++) {
        send(flow, false, 0);
    }
    send(0, true, 0);
    for (std::uint8_t second = 1; second <= kSites && world_.affinity == Affinity::kFlow; second++) {
        if (visits_[from].state.of(second) == SiteLiveness::kAlive) {
            send(0, true, second);
        }
    }
}

/// SlotTable sees nothing of flows: what it does is asked once for each state of the slot.
void Search::order(State& state, Order what, std::uint8_t site) {
    const auto key = state.slot_key() << 4 | static_cast<unsigned>(what) << 2 | site;
    const auto [known, is_new] = orders_.try_emplace(key, state);
    if (is_new) {
        Slot(world_, known->second).obey(what, site);
    }
    const auto flows = state.flows;
    state = known->second;
    state.flows = flows;
}

/// Shares and sites change.
void Search::orders(std::size_t from) {
    for (std::uint8_t id = 1; id <= kSites; id++) {
        State state = visits_[from].state;
        const auto liveness = state.of(id);
        const auto become = [&](SiteLiveness next) { state.sites[id - 1U] = next; };
        if (liveness != SiteLiveness::kDead) {
            state.wanted = id;
            order(state, Order::kRetarget);
            arrive(from, state, {"shares ", id});
            state = visits_[from].state;
        }
        if (liveness != SiteLiveness::kDead && living(state, true) > 1) {
            become(SiteLiveness::kDead);
            if (world_.without == kDeathIsAtOnce) {
                order(state, Order::kRefresh);
            } else {
                order(state, Order::kBury, id);
            }
            for (auto& flow : state.flows) {
                flow.at = flow.at == id ? std::uint8_t{0} : flow.at;
            }
            state.steady = 3; // a death moves at once
            arrive(from, state, {"dead ", id});
            state = visits_[from].state;
        }
        if (world_.affinity == Affinity::kFlow && liveness == SiteLiveness::kAlive) {
            become(SiteLiveness::kSuspect);
            if (world_.without == kSuspectStays && living(state, false) > 0) {
                become(SiteLiveness::kDead);
                order(state, Order::kBury, id);
            } else {
                order(state, Order::kRefresh);
            }
            arrive(from, state, {"suspect ", id});
            state = visits_[from].state;
        }
        if (liveness == SiteLiveness::kSuspect) {
            become(SiteLiveness::kAlive);
            order(state, Order::kRefresh);
            arrive(from, state, {"alive ", id});
            state = visits_[from].state;
        }
        if (liveness == SiteLiveness::kDead && !Slot(world_, state).names(id)) {
            for (auto& flow : state.flows) {
                flow.entry = flow.entry.site == id ? Entry{} : flow.entry;
            }
            become(SiteLiveness::kAlive);
            order(state, Order::kRetarget);
            arrive(from, state, {"back ", id});
        }
    }
}

/// Time passes, entries age, moves are committed.
void Search::times(std::size_t from) {
    State state = visits_[from].state;
    state.since = older(state.since, 3);
    state.steady = older(state.steady, 3);
    for (auto& flow : state.flows) {
        flow.entry.age = flow.entry.site != 0 ? older(flow.entry.age, 3) : std::uint8_t{0};
        flow.start.age = older(flow.start.age, 2);
        flow.start = flow.start.site == 0 || flow.start.age > 1 ? Entry{} : flow.start;
        flow.age = older(flow.age, Flow::kSilent);
        if (flow.age == Flow::kSilent) {
            flow.stage = kUnknown;
            flow.at = 0;
        }
    }
    arrive(from, state, {"time"});
    state = visits_[from].state;
    for (auto& flow : state.flows) {
        flow.entry = flow.entry.age > 2 ? Entry{} : flow.entry;
    }
    arrive(from, state, {"sweep"});
    state = visits_[from].state;
    const auto steady = state.steady;
    const auto effective = state.effective;
    order(state, Order::kTick);
    if (world_.affinity == Affinity::kMovable && state.effective != effective && steady < 3) {
        broken(from, {"tick"}, "moves again within the minimum stay");
    }
    arrive(from, state, {"tick"});
}

std::optional<std::string> Search::run() {
    State first;
    seen_.insert(first.key());
    visits_.push_back({first, 0, {""}});
    for (std::size_t at = 0; at < visits_.size() && !broken_; at++) {
        packets(at);
        orders(at);
        times(at);
    }
    return broken_;
}

} // namespace suanlu::exhaustive
