// SPDX-License-Identifier: Apache-2.0
// Every history of one slot, three sites and two flows, breadth first: the packets' half of the affinity
// rules is the C core itself (steer/affinity.h on a port of a few words), user space's half is SlotTable.
// Ages count in steps of which two are within G and one within the start cache; older is all one. The rules
// hold when no reachable state breaks a property below, and each rule left out must break one. What is left
// out, is left out of the port or of what stands around SlotTable, never of the core. (What SteerTables adds,
// restarts and the return of sites among many slots, is what affinity_test.cpp plays at random.)
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/model/sample.hpp"
#include "dataplane/api/slot_table.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu::exhaustive {

constexpr std::uint64_t kNow = 1 << 24; // ticks
constexpr std::uint8_t kSites = 3;
constexpr std::uint8_t kFlows = 2;

enum Rule {
    kAll,
    kSinceWhenMoving,     // 1
    kEntryIsFollowed,     // 2
    kEntryIsRefreshed,    // 2
    kStartNeedsFreshness, // 2
    kDeadSiteIsLeft,      // 2
    kStartIsRecalled,     // 3
    kStartIsRecorded,     // 3
    kStartOnBaseForgets,  // 3
    kBaseWhenNotRecorded, // 3
    kUnknownGoesToBase,   // 4
    kUnknownIsRecorded,   // 4
    kFailurePutsOff,      // 4
    kMoveWaits,           // 5
    kNothingIsEvicted,    // 5
    kSuspectStays,        // 6
    kDeathIsAtOnce,       // 6
    kMovableFollows,      // 7
    kMovableStays,        // 7
};

struct Entry {
    std::uint8_t site = 0; // 0 = none
    std::uint8_t age = 0;
    bool operator==(const Entry&) const = default;
};

enum Stage : std::uint8_t { kUnknown, kOpening, kOpen };

struct Flow {
    Entry entry;
    Entry start; // line of the start cache
    Stage stage = kUnknown;
    std::uint8_t at = 0; // the site that must serve it; 0 = any, its own has died
    std::uint8_t age = kSilent;

    static constexpr std::uint8_t kSilent = 3; // beyond G: nothing is promised to what comes next
};

struct State {
    std::uint8_t base = 1;
    std::uint8_t next = 1;
    std::uint8_t effective = 1;
    std::uint8_t wanted = 1; // what the shares ask for
    std::uint8_t since = 3;  // age
    std::uint8_t steady = 3; // steps since the effective site changed, for rule 7
    std::array<SiteLiveness, kSites> sites{SiteLiveness::kAlive, SiteLiveness::kAlive, SiteLiveness::kAlive};
    std::array<Flow, kFlows> flows;

    [[nodiscard]] SiteLiveness of(std::uint8_t site) const { return sites[site - 1U]; }
    [[nodiscard]] std::uint64_t slot_key() const;
    [[nodiscard]] std::uint64_t key() const;
};

std::uint64_t State::slot_key() const {
    std::uint64_t key = 0;
    for (const unsigned value : {base, next, effective, wanted, since, steady}) {
        key = key << 2 | value;
    }
    for (const auto site : sites) {
        key = key << 2 | static_cast<unsigned>(site);
    }
    return key;
}

std::uint64_t State::key() const {
    std::uint64_t key = slot_key();
    for (const auto& flow : flows) {
        for (const unsigned value : {flow.entry.site, flow.entry.age, flow.start.site, flow.start.age,
                                     std::uint8_t{flow.stage}, flow.at, flow.age}) {
            key = key << 2 | value;
        }
    }
    return key;
}

struct World {
    Rule without = kAll;
    std::size_t capacity = 2;
    Affinity affinity = Affinity::kFlow;
    // Two steps are within G and three are not, one is within the 4 s of the start cache and two are not; for
    // movable services three steps are a minute.
    [[nodiscard]] std::uint64_t step() const { return affinity == Affinity::kMovable ? 20'480 : 2048; }
    [[nodiscard]] std::uint32_t timeout() const { return 2 * 2048 + 1; }
    [[nodiscard]] std::uint64_t tick_of(unsigned age) const { return kNow - age * step(); }
};

} // namespace suanlu::exhaustive

// What the core sees of the world while one packet passes.
struct sl_port {
    const suanlu::exhaustive::World* world;
    suanlu::exhaustive::State* state;
    std::size_t flow;
    bool is_start;
    bool is_capped;
    sl_u64 slot;
    sl_target target;
    sl_u64 line;
    std::optional<sl_exception> entry;
    sl_exception copy;
    std::array<sl_site, suanlu::exhaustive::kSites> sites;
    std::array<sl_cost, suanlu::exhaustive::kSites> costs;
    sl_control control;
    sl_u64 credit;
    sl_u64 marks;
    sl_u64 budget;
    bool was_refused;
    bool has_spent; // asked whether it may insert
};

#include "dataplane/steer/affinity.h"

SL_INLINE const struct sl_control* sl_port_control(struct sl_port* port) {
    return &port->control;
}
SL_INLINE const struct sl_site* sl_port_site(struct sl_port* port, const struct sl_site_key* key) {
    return key->id <= port->sites.size() ? &port->sites[key->id - 1U] : nullptr;
}
SL_INLINE sl_u64* sl_port_slot(struct sl_port* port, sl_u32) {
    return &port->slot;
}
SL_INLINE const struct sl_target* sl_port_target(struct sl_port* port, sl_u32) {
    return &port->target;
}
SL_INLINE sl_u64* sl_port_start_line(struct sl_port* port, sl_u32) {
    return port->world->without == suanlu::exhaustive::kStartIsRecalled ? nullptr : &port->line;
}
SL_INLINE struct sl_cost* sl_port_cost(struct sl_port* port, sl_u32 index) {
    return &port->costs.at(index);
}
SL_INLINE sl_u64* sl_port_credit(struct sl_port* port, sl_u32) {
    return &port->credit;
}
SL_INLINE sl_u64* sl_port_insert_budget(struct sl_port* port) {
    port->has_spent = true;
    port->budget = port->is_capped ? ~sl_u64{0} >> 1 : 0;
    return &port->budget;
}
SL_INLINE sl_u64* sl_port_marks(struct sl_port* port, sl_u32) {
    port->marks = ~sl_u64{0};
    return &port->marks;
}
SL_INLINE void sl_port_set(struct sl_port*, sl_u64*, sl_u64) {
}
SL_INLINE struct sl_exception* sl_port_exception(struct sl_port* port, const struct sl_flow_key*) {
    using namespace suanlu::exhaustive;
    if (!port->entry || port->world->without == kEntryIsFollowed) {
        return nullptr;
    }
    port->copy = *port->entry;
    return port->world->without == kEntryIsRefreshed ? &port->copy : &*port->entry;
}
SL_INLINE int sl_port_record(struct sl_port* port, const struct sl_flow_key*, sl_u64 word) {
    using namespace suanlu::exhaustive;
    const auto without = port->world->without;
    if (without == (port->is_start ? kStartIsRecorded : kUnknownIsRecorded)) {
        return 0;
    }
    auto& other = port->state->flows[1 - port->flow].entry;
    const std::size_t others = other.site != 0 ? 1 : 0;
    if (!port->entry && others + 1 > port->world->capacity) {
        if (without == kNothingIsEvicted && others > 0) {
            other = {};
        } else {
            return without == kBaseWhenNotRecorded ? 0 : -1;
        }
    }
    port->entry = sl_exception{word};
    return 0;
}
SL_INLINE void sl_port_forget(struct sl_port* port, const struct sl_flow_key*) {
    if (port->world->without != suanlu::exhaustive::kStartOnBaseForgets) {
        port->entry.reset();
    }
}
SL_INLINE sl_u64 sl_port_swap(struct sl_port* port, sl_u64* word, sl_u64 expected, sl_u64 desired) {
    const auto found = *word;
    const bool is_slot = word == &port->slot;
    if (found == expected && !(is_slot && port->world->without == suanlu::exhaustive::kFailurePutsOff)) {
        *word = desired;
    }
    return found;
}
SL_INLINE void sl_port_add(struct sl_port*, sl_u64*, sl_u64) {
}
SL_INLINE sl_u64 sl_port_now(struct sl_port*) {
    return suanlu::exhaustive::kNow << SL_TICK_SHIFT;
}
SL_INLINE void sl_port_count(struct sl_port* port, enum sl_reason reason) {
    port->was_refused |= reason == SL_R_exception_full || reason == SL_R_insert_capped;
}

namespace suanlu::exhaustive {
namespace {

std::uint8_t older(std::uint8_t age, std::uint8_t most) {
    return age < most ? static_cast<std::uint8_t>(age + 1) : most;
}

std::uint8_t age_of(const World& world, std::uint64_t tick, std::uint8_t most) {
    const auto age = (kNow - tick) / world.step();
    return static_cast<std::uint8_t>(std::min<std::uint64_t>(age, most));
}

/// Where one packet of a flow goes.
class Packet {
public:
    Packet(const World& world, State& state, std::size_t flow, bool is_start, std::uint8_t second,
           bool is_capped)
        : world_(world), state_(state), flow_(state.flows[flow]), port_{} {
        port_.world = &world;
        port_.state = &state;
        port_.flow = flow;
        port_.is_start = is_start;
        port_.is_capped = is_capped;
        port_.control.insert_gap = 8000;
        port_.slot = world.tick_of(state.since) << 16 | state.base;
        port_.target = {state.next, state.effective, static_cast<sl_u16>(state.effective - 1), 0};
        const bool is_real = world.without == kUnknownGoesToBase || is_start;
        arrival_ = {{{{0}}, 0, static_cast<sl_u16>(flow), 1}, kHash, 0, 0, static_cast<sl_u8>(is_real), 0};
        if (flow_.start.site != 0) {
            port_.line = sl_start_word(kHash, flow_.start.site, world.tick_of(flow_.start.age));
        }
        if (flow_.entry.site != 0) {
            port_.entry = sl_exception{world.tick_of(flow_.entry.age) << 16 | flow_.entry.site};
        }
        set_sites(second);
    }

    std::uint8_t send() {
        sl_service service{};
        service.id = 1;
        service.flags = SL_SERVICE_PLACED;
        service.slot_count = 1;
        service.timeout_ticks = world_.without == kStartNeedsFreshness ? 1U << 30 : world_.timeout();
        const bool is_flow = world_.affinity == Affinity::kFlow || world_.without == kMovableFollows;
        service.affinity = is_flow ? SL_AFFINITY_FLOW : SL_AFFINITY_MOVABLE;
        const sl_site* site = sl_choose(&port_, &arrival_, &service);
        state_.since = age_of(world_, port_.slot >> 16, 3);
        flow_.entry = {};
        if (port_.entry) {
            flow_.entry = {static_cast<std::uint8_t>(port_.entry->word),
                           age_of(world_, port_.entry->word >> 16, 3)};
        }
        if (arrival_.is_start != 0 && port_.line != 0 && port_.line == sl_start_word(kHash, site->id, kNow)) {
            flow_.start = {static_cast<std::uint8_t>(site->id), 0};
        }
        return site != nullptr ? static_cast<std::uint8_t>(site->id) : 0;
    }
    [[nodiscard]] bool was_refused() const { return port_.was_refused; }
    /// A cap on insertions would have been looked at.
    [[nodiscard]] bool has_spent() const { return port_.has_spent; }

private:
    static constexpr std::uint64_t kHash = 0x123456789abcdef0;

    void set_sites(std::uint8_t second) {
        for (std::uint8_t id = 1; id <= kSites; id++) {
            auto& site = port_.sites[id - 1U];
            site.id = id;
            site.usable = 1;
            site.state = state_.of(id) == SiteLiveness::kDead && world_.without != kDeadSiteIsLeft
                             ? SL_SITE_DEAD
                             : SL_SITE_ALIVE;
            port_.costs[id - 1U] = {0,
                                    second == 0    ? SL_NO_COST
                                    : id == second ? 1U
                                                   : 100U,
                                    0,
                                    0,
                                    static_cast<sl_u32>(kNow),
                                    0,
                                    second,
                                    static_cast<sl_u16>(second - 1)};
        }
        port_.credit = 1;
    }

    const World& world_;
    State& state_;
    Flow& flow_;
    sl_port port_;
    sl_arrival arrival_{};
};

enum class Order : std::uint8_t { kRetarget, kRefresh, kBury, kTick };

/// SlotTable on the one slot of a state.
class Slot {
public:
    Slot(const World& world, State& state)
        : world_(world),
          state_(state), words_{world.tick_of(state.since) << 16 | state.base}, targets_{{state.next,
                                                                                          state.effective, 0,
                                                                                          0}},
          table_({{1}, world.affinity, world.without == kMoveWaits ? 0 : world.timeout()}, words_, targets_) {
    }

    void obey(Order order, std::uint8_t site) {
        switch (order) {
        case Order::kRetarget:
            return retarget();
        case Order::kRefresh:
            return refresh();
        case Order::kBury:
            return bury(site);
        case Order::kTick:
            return tick();
        }
    }
    [[nodiscard]] bool names(std::uint8_t site) const { return table_.names(SiteId{site}); }

private:
    void retarget() {
        change([&] { table_.retarget(candidates(), kNow); });
    }
    void refresh() {
        change([&] { table_.refresh(candidates(), kNow); });
    }
    void bury(std::uint8_t site) {
        change([&] { table_.bury(SiteId{site}, candidates(), kNow); });
    }
    void tick() {
        if (world_.without == kMovableStays) {
            words_[0] &= 0xffff;
        }
        table_.retarget(candidates(), kNow); // it knows what is wanted
        (void)table_.tick(kNow);
        store();
    }
    template <class Do>
    void change(Do&& what) {
        const auto before = words_[0];
        what();
        if (world_.without == kSinceWhenMoving && (words_[0] & 0xffff) == (before & 0xffff)) {
            words_[0] = before;
        }
        store();
    }
    [[nodiscard]] std::vector<Candidate> candidates() const {
        std::vector<Candidate> list;
        for (std::uint8_t id = 1; id <= kSites; id++) {
            list.push_back({{id},
                            id == state_.wanted ? 100U : 0U,
                            state_.of(id) == SiteLiveness::kAlive,
                            state_.of(id) == SiteLiveness::kDead});
        }
        return list;
    }
    void store() {
        const auto effective = static_cast<std::uint8_t>(targets_[0].effective);
        const bool is_movable = world_.affinity == Affinity::kMovable;
        state_.steady = !is_movable || effective == state_.effective ? state_.steady : std::uint8_t{0};
        state_.base = static_cast<std::uint8_t>(words_[0]);
        state_.since = age_of(world_, words_[0] >> 16, 3);
        state_.next = static_cast<std::uint8_t>(targets_[0].next);
        state_.effective = effective;
        state_.wanted = is_movable ? state_.wanted : state_.next;
    }

    const World& world_;
    State& state_;
    std::array<std::uint64_t, 1> words_;
    std::array<sl_target, 1> targets_;
    SlotTable table_;
};

/// What led from one state to another. Millions are kept, so the text is made when a story is told.
struct Event {
    const char* what;
    std::uint8_t of = 0; ///< a flow or a site
    std::uint8_t second = 0;
    std::uint8_t went_to = 0; ///< 0: no packet
    bool is_capped = false;

    [[nodiscard]] std::string text() const;
};

std::string Event::text() const {
    std::string text = what;
    text += *what != '\0' && std::string_view(what).back() == ' ' ? std::to_string(of) : "";
    text += second != 0 ? " second " + std::to_string(second) : "";
    text += is_capped ? " capped" : "";
    return text + (went_to != 0 ? " -> " + std::to_string(went_to) : "");
}

/// Keys that were seen, side by side: std::unordered_set spends more time on them than all the rest takes.
class SeenKeys {
public:
    /// False when it was there.
    bool insert(std::uint64_t key);
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    [[nodiscard]] std::uint64_t& place_of(std::uint64_t key);

    std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(1 << 12); // 0 = free: no state's key
    std::size_t size_ = 0;
};

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

/// Visits every state that can be reached.
class Search {
public:
    explicit Search(World world) : world_(world) {}

    /// What was broken first and how one gets there; none: nothing was.
    std::optional<std::string> run();
    [[nodiscard]] std::size_t states() const { return seen_.size(); }
    [[nodiscard]] bool has_moved() const { return has_moved_; }

private:
    void packets(std::size_t from);
    /// True when it could have been capped.
    bool packet(std::size_t from, std::size_t flow, bool is_start, std::uint8_t second, bool is_capped);
    void orders(std::size_t from);
    void order(State& state, Order what, std::uint8_t site = 0);
    void times(std::size_t from);
    void arrive(std::size_t from, const State& state, const Event& event);
    void broken(std::size_t from, const Event& event, const std::string& what);
    [[nodiscard]] std::uint8_t living(const State& state, bool with_suspects) const;

    struct Visit {
        State state;
        std::uint32_t from;
        Event event;
    };
    World world_;
    std::vector<Visit> visits_;
    SeenKeys seen_;
    std::unordered_map<std::uint64_t, State> orders_;
    std::optional<std::string> broken_;
    bool has_moved_ = false;
};

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

bool Search::packet(std::size_t from, std::size_t index, bool is_start, std::uint8_t second, bool is_capped) {
    State state = visits_[from].state;
    const Flow before = state.flows[index];
    Packet sent(world_, state, index, is_start, second, is_capped);
    const auto site = sent.send();
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
    } else if (is_start && !belongs && before.start.site == 0 && !sent.was_refused() &&
               (before.entry.site == 0 || before.entry.age > 2) && living(state, false) > 0 &&
               state.of(site) != SiteLiveness::kAlive) {
        broken(from, event, "a new flow goes to a site that takes none");
    }
    flow.stage = is_start ? kOpening : kOpen;
    flow.at = site;
    flow.age = 0;
    arrive(from, state, event);
    return sent.has_spent();
}

void Search::packets(std::size_t from) {
    const auto send = [&](std::size_t flow, bool is_start, std::uint8_t second) {
        if (packet(from, flow, is_start, second, false)) {
            packet(from, flow, is_start, second, true);
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

TEST(Exhaustive, AllRules_NothingIsBroken) {
    for (const std::size_t capacity : {0, 1, 2}) {
        Search search({kAll, capacity});
        const auto broken = search.run();
        EXPECT_FALSE(broken) << "capacity " << capacity << ": " << broken.value_or("");
        EXPECT_TRUE(search.has_moved());
        EXPECT_GT(search.states(), 40'000U) << "capacity " << capacity;
        RecordProperty("states_" + std::to_string(capacity), static_cast<int>(search.states()));
    }
}

TEST(Exhaustive, Movable_AllRules_NothingIsBroken) {
    Search search({kAll, 2, Affinity::kMovable});
    const auto broken = search.run();
    EXPECT_FALSE(broken) << broken.value_or("");
    EXPECT_TRUE(search.has_moved());
}

struct Left {
    const char* name;
    Rule rule;
};

class WithoutRule : public testing::TestWithParam<Left> {};

TEST_P(WithoutRule, SomethingIsBroken) {
    const bool is_movable = GetParam().rule >= kMovableFollows;
    std::optional<std::string> broken;
    for (const std::size_t capacity : {1, 0, 2}) {
        if (broken) {
            break;
        }
        broken = Search({GetParam().rule, capacity, is_movable ? Affinity::kMovable : Affinity::kFlow}).run();
    }
    EXPECT_TRUE(broken);
    RecordProperty("broken", broken.value_or(""));
    std::cout << broken.value_or("nothing") << '\n';
}

const std::vector<Left> kRules = {{"Rule1_SinceWhenMoving", kSinceWhenMoving},
                                  {"Rule2_EntryIsFollowed", kEntryIsFollowed},
                                  {"Rule2_EntryIsRefreshed", kEntryIsRefreshed},
                                  {"Rule2_StartNeedsFreshness", kStartNeedsFreshness},
                                  {"Rule2_DeadSiteIsLeft", kDeadSiteIsLeft},
                                  {"Rule3_StartIsRecalled", kStartIsRecalled},
                                  {"Rule3_StartIsRecorded", kStartIsRecorded},
                                  {"Rule3_StartOnBaseForgets", kStartOnBaseForgets},
                                  {"Rule3_BaseWhenNotRecorded", kBaseWhenNotRecorded},
                                  {"Rule4_UnknownGoesToBase", kUnknownGoesToBase},
                                  {"Rule4_UnknownIsRecorded", kUnknownIsRecorded},
                                  {"Rule4_FailurePutsOff", kFailurePutsOff},
                                  {"Rule5_MoveWaits", kMoveWaits},
                                  {"Rule5_NothingIsEvicted", kNothingIsEvicted},
                                  {"Rule6_SuspectStays", kSuspectStays},
                                  {"Rule6_DeathIsAtOnce", kDeathIsAtOnce},
                                  {"Rule7_MovableFollows", kMovableFollows},
                                  {"Rule7_MovableStays", kMovableStays}};

INSTANTIATE_TEST_SUITE_P(Rules, WithoutRule, testing::ValuesIn(kRules),
                         [](const auto& tested) { return std::string(tested.param.name); });

} // namespace
} // namespace suanlu::exhaustive
