// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/steer_burst.hpp"

#include "dataplane/dpdk/ordinary_packets.hpp"

namespace suanlu {
namespace {

/// More than all headers that the core reads.
constexpr std::uint32_t kHeaders = 256;

BurstOutcome steer_one(sl_port& port, std::uint32_t role) {
    if (port.packet->nb_segs > 1 && sl_port_pull(&port, kHeaders) != 0) {
        port.lcore->engine[static_cast<std::size_t>(EngineCount::kUnreadable)]++;
    }
    sl_trace trace{};
    const auto outcome = sl_process(&port, static_cast<sl_role>(role), &trace);
    return {outcome.verdict, outcome.interface};
}

} // namespace

void steer_burst(const BurstContext& context, std::span<rte_mbuf*> packets, BurstOutcome* outcomes) {
    sl_port port{context.tables, context.lcore, nullptr, context.now, context.interface};
    OrdinaryPackets ordinary(port, packets, context.role);
    for (std::size_t i = 0; i < packets.size(); i++) {
        if (!ordinary.choose(i)) {
            port.packet = packets[i];
            outcomes[i] = steer_one(port, context.role);
        }
    }
    ordinary.send(outcomes);
}

} // namespace suanlu
