// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/lcore.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>

#include "dataplane/dpdk/distributor.hpp"

namespace suanlu {

Lcore::Lcore(SharedTables& tables, const PortSet& ports, std::uint32_t number, LcoreWatch* watch)
    : tables_(tables), set_(ports), number_(number), state_(tables.lcores[number]), watch_(watch),
      outgoing_(ports.ports().size()) {
    tables_.grace.enter(number_);
}

Lcore::~Lcore() {
    state_.is_running.store(false);
    tables_.grace.leave(number_);
}

std::uint32_t Lcore::poll(std::uint64_t now) {
    std::uint32_t total = 0;
    for (std::uint16_t place = 0; place < set_.ports().size(); place++) {
        const auto& port = set_.ports()[place];
        std::array<rte_mbuf*, kBurst> packets;
        const auto began = watch_ != nullptr ? watch_->now() : 0;
        const auto count = receive(port, packets.data(), total);
        if (count == 0) {
            continue;
        }
        if (port.is_steered) {
            const auto received = began != 0 ? watch_->note(Stage::kReceive, began, count) : 0;
            steer(port, {packets.data(), count}, now, received);
        } else {
            send(port.partner, packets.data(), count, EngineCount::kTransmitFull);
        }
    }
    state_.alive.store(now, std::memory_order_relaxed);
    state_.is_running.store(true, std::memory_order_relaxed);
    tables_.grace.pause(number_);
    return total;
}

std::uint16_t Lcore::receive(const Port& port, rte_mbuf** packets, std::uint32_t& total) {
    std::uint16_t count = 0;
    if (number_ < port.receive_queues) {
        count = rte_eth_rx_burst(port.id, static_cast<std::uint16_t>(number_), packets, kBurst);
        total += count;
    }
    if (port.shares.empty()) {
        return count;
    }
    hand_out(port, {packets, count});
    auto** items = reinterpret_cast<void**>(packets);
    count = static_cast<std::uint16_t>(rte_ring_dequeue_burst(port.shares[number_], items, kBurst, nullptr));
    total += count;
    return count;
}

// Its own packets take the same way: a flow's order is that of one ring.
void Lcore::hand_out(const Port& port, std::span<rte_mbuf*> packets) {
    const auto lcores = static_cast<std::uint32_t>(port.shares.size());
    for (auto* packet : packets) {
        const auto owner =
            owner_of({rte_pktmbuf_mtod(packet, const std::uint8_t*), packet->data_len}, lcores);
        if (rte_ring_enqueue(port.shares[owner], packet) != 0) {
            drop({&packet, 1}, EngineCount::kDistributorFull);
        }
    }
}

void Lcore::steer(const Port& port, std::span<rte_mbuf*> packets, std::uint64_t now, std::uint64_t received) {
    std::array<BurstOutcome, kBurst> outcomes;
    if (watch_ != nullptr) {
        watch_->before(packets);
    }
    const auto known = steer_burst({&tables_, &state_, now, port.interface, port.role, &remembered_}, packets,
                                   outcomes.data());
    if (watch_ != nullptr) {
        watch_->after(port, packets, outcomes);
    }
    const auto steered = received != 0 ? watch_->note(Stage::kSteer, received, packets.size()) : 0;
    for (std::size_t first = 0; first < packets.size();) { // most packets of a burst have the same outcome
        auto end = first == 0 ? known : first + 1;
        while (end < packets.size() && outcomes[end] == outcomes[first]) {
            end++;
        }
        carry_out(port, packets.subspan(first, end - first), outcomes[first]);
        first = end;
    }
    for (std::uint16_t place = 0; place < outgoing_.size(); place++) {
        auto& outgoing = outgoing_[place].packets;
        if (!outgoing.empty()) {
            const bool is_steered = set_.ports()[place].is_steered;
            send(place, outgoing.data(), static_cast<std::uint16_t>(outgoing.size()),
                 is_steered ? EngineCount::kTransmitFull : EngineCount::kExceptionFull);
            outgoing = {};
        }
    }
    if (steered != 0) {
        watch_->note(Stage::kSend, steered, packets.size());
    }
}

void Lcore::carry_out(const Port& port, std::span<rte_mbuf*> packets, BurstOutcome outcome) {
    if (outcome.verdict == kPass) {
        leave(port, packets);
        return;
    }
    if (outcome.verdict != kRedirect) {
        rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size())); // counted with reasons
        return;
    }
    const auto place = place_of(outcome.interface);
    if (place != Port::kNone) {
        append(place, packets);
    } else {
        drop(packets, EngineCount::kNoPort);
    }
}

// The first packets for a port stay where they are: mostly they are the whole burst.
void Lcore::append(std::uint16_t place, std::span<rte_mbuf*> packets) {
    auto& outgoing = outgoing_[place];
    if (outgoing.packets.empty()) {
        outgoing.packets = packets;
        return;
    }
    auto* const gathered = outgoing.gathered.data(); // a burst fits
    if (outgoing.packets.data() != gathered) {
        std::copy(outgoing.packets.begin(), outgoing.packets.end(), gathered);
    }
    std::copy(packets.begin(), packets.end(), gathered + outgoing.packets.size());
    outgoing.packets = {gathered, outgoing.packets.size() + packets.size()};
}

// To the kernel, which may have seen them already.
void Lcore::leave(const Port& port, std::span<rte_mbuf*> packets) {
    if (port.partner != Port::kNone) {
        append(port.partner, packets);
    } else if (port.is_copied) {
        rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size()));
    } else {
        drop(packets, EngineCount::kNoExceptionPort);
    }
}

std::uint16_t Lcore::place_of(std::uint32_t interface) const {
    const auto& ports = set_.ports();
    const auto found = std::find_if(ports.begin(), ports.end(), [&](const Port& port) {
        return port.interface == interface && port.is_steered;
    });
    return found == ports.end() ? Port::kNone : static_cast<std::uint16_t>(found - ports.begin());
}

void Lcore::send(std::uint16_t place, rte_mbuf** packets, std::uint16_t count, EngineCount refused) {
    const auto& port = set_.ports()[place];
    const bool is_shared = port.is_shared(set_.lcores());
    if (is_shared) {
        rte_spinlock_lock(&port.lock);
    }
    const auto queue = static_cast<std::uint16_t>(number_ % port.transmit_queues);
    const auto sent = rte_eth_tx_burst(port.id, queue, packets, count);
    if (is_shared) {
        rte_spinlock_unlock(&port.lock);
    }
    if (sent < count) {
        drop({packets + sent, static_cast<std::size_t>(count - sent)}, refused);
    }
}

void Lcore::drop(std::span<rte_mbuf*> packets, EngineCount reason) {
    state_.engine[static_cast<std::size_t>(reason)] += packets.size();
    rte_pktmbuf_free_bulk(packets.data(), static_cast<unsigned>(packets.size()));
}

} // namespace suanlu
