// SPDX-License-Identifier: Apache-2.0
// Which site a flow of an ingress is on, kept as the data plane keeps it: its own tables and its packet path
// (dataplane/api, dataplane/steer), met by a packet for every job. Owned by the world.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/support/result.hpp"
#include "policies/placement.hpp"
#include "simulator/scenario.hpp"

namespace suanlu::sim {

class FlowKeeper {
public:
    /// `has_path`: per site, whether this ingress can reach it at all.
    FlowKeeper(const FlowAffinity& affinity, std::vector<bool> has_path);
    FlowKeeper(FlowKeeper&&) noexcept;
    FlowKeeper& operator=(FlowKeeper&&) noexcept;
    ~FlowKeeper();

    /// Edits the slots towards these shares; none above 0 leaves them as they are.
    void set_shares(const std::vector<double>& shares, double now_s);
    enum class Liveness : std::uint8_t { kAlive, kNoNewFlows, kDead };
    void set_liveness(std::size_t site, Liveness liveness, double now_s);
    /// Every 100 ms: moves that are due, entries that are over.
    void tick(double now_s);

    /// The first packet of a flow: the site of its slot, kNoSite when none takes new flows.
    std::size_t start(std::uint64_t flow, double now_s);
    /// Puts the flow that start() was asked about last on another site; false = no room to remember it.
    bool remember(std::size_t site, double now_s);
    /// A later packet.
    std::size_t follow(std::uint64_t flow, double now_s);
    /// Whether the flow of the last packet is remembered.
    [[nodiscard]] bool is_kept();

    [[nodiscard]] std::uint64_t kept() const;
    /// Share of the slots whose base is not where new flows go.
    [[nodiscard]] double moving() const;
    /// Times that the core found no room.
    [[nodiscard]] std::uint64_t full() const;

private:
    struct Engine;
    std::size_t packet(std::uint64_t flow, bool is_start, double now_s);

    std::unique_ptr<Engine> engine_;
    std::vector<bool> has_path_;
};

} // namespace suanlu::sim
