// SPDX-License-Identifier: Apache-2.0
// One forwarding core: polls its queue of every port, runs what came through the shared core, carries the
// outcome out. Owns its packets, its outgoing vectors and its part of the shared tables; runs on one thread.
// What cannot be sent is freed and counted.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "dataplane/dpdk/ports.hpp"
#include "dataplane/dpdk/remembered.hpp"
#include "dataplane/dpdk/steer_burst.hpp"
#include "dataplane/dpdk/watch.hpp"

namespace suanlu {

class Lcore {
public:
    /// `number` counts the lcores from 0. Tables, ports and `watch` (none: null) outlive it.
    Lcore(SharedTables& tables, const PortSet& ports, std::uint32_t number, LcoreWatch* watch = nullptr);
    ~Lcore();
    Lcore(const Lcore&) = delete;
    Lcore& operator=(const Lcore&) = delete;

    /// One burst from every port. Number of packets that came.
    std::uint32_t poll(std::uint64_t now);

private:
    /// What goes out by a port after a burst.
    struct Outgoing {
        std::span<rte_mbuf*> packets;
        std::array<rte_mbuf*, kBurst> gathered;
    };

    /// Into `packets` what this lcore has to do of a port; counts in `total` what it has got from the device.
    std::uint16_t receive(const Port& port, rte_mbuf** packets, std::uint32_t& total);
    void hand_out(const Port& port, std::span<rte_mbuf*> packets);
    void steer(const Port& port, std::span<rte_mbuf*> packets, std::uint64_t now, std::uint64_t received);
    /// Of packets that have the same outcome.
    void carry_out(const Port& port, std::span<rte_mbuf*> packets, BurstOutcome outcome);
    void leave(const Port& port, std::span<rte_mbuf*> packets);
    void append(std::uint16_t place, std::span<rte_mbuf*> packets);
    /// Place of the port that stands for an interface; Port::kNone when there is none.
    [[nodiscard]] std::uint16_t place_of(std::uint32_t interface) const;
    void send(std::uint16_t place, rte_mbuf** packets, std::uint16_t count, EngineCount refused);
    void drop(std::span<rte_mbuf*> packets, EngineCount reason);

    SharedTables& tables_;
    const PortSet& set_;
    std::uint32_t number_;
    LcoreState& state_;
    LcoreWatch* watch_;
    std::vector<Outgoing> outgoing_; ///< by place of the port
    Remembered remembered_;
};

} // namespace suanlu
