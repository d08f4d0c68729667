// SPDX-License-Identifier: Apache-2.0
// Every history of one slot, three sites and two flows, breadth first: user space's half of the affinity
// rules is SlotTable, the packets' half is an engine that the caller brings. Ages count in steps of which two
// are within G and one within the start cache; older is all one. The rules hold when no reachable state
// breaks a property that exhaustive_search.cpp asks for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/unit/dataplane/exhaustive_slot.hpp"

namespace suanlu::exhaustive {

/// How many states packets and orders reach, by the capacity of the exception table and for movable services:
/// the same for every engine that keeps the rules.
inline constexpr std::size_t kStates[] = {45'576, 315'150, 632'628};
inline constexpr std::size_t kMovableStates = 16'686;

/// Sends a packet through an engine, and writes into the state what becomes of slot, entries and start cache.
using SendPacket = std::function<Sent(const World&, State&, const Arrival&)>;

/// What led from one state to another. Millions are kept, so the text is made when a story is told.
struct Event {
    const char* what;
    std::uint8_t of = 0; ///< a flow or a site
    std::uint8_t second = 0;
    std::uint8_t went_to = 0; ///< 0: no packet
    bool is_capped = false;

    [[nodiscard]] std::string text() const;
};

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

/// Visits every state that can be reached.
class Search {
public:
    Search(World world, SendPacket send) : world_(world), send_(std::move(send)) {}

    /// What was broken first and how one gets there; none: nothing was.
    std::optional<std::string> run();
    [[nodiscard]] std::size_t states() const { return seen_.size(); }
    /// Those that were visited.
    template <class Visit>
    void each_state(const Visit& visit) const {
        for (const auto& each : visits_) {
            visit(each.state);
        }
    }
    [[nodiscard]] bool has_moved() const { return has_moved_; }
    /// Some new flow went where only its second choice leads.
    [[nodiscard]] bool has_second_choice() const { return has_second_choice_; }

private:
    void packets(std::size_t from);
    /// True when it could have been capped.
    bool packet(std::size_t from, const Arrival& arrival);
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
    SendPacket send_;
    std::vector<Visit> visits_;
    SeenKeys seen_;
    std::unordered_map<std::uint64_t, State> orders_;
    std::optional<std::string> broken_;
    bool has_moved_ = false;
    bool has_second_choice_ = false;
};

} // namespace suanlu::exhaustive
