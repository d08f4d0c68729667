// SPDX-License-Identifier: Apache-2.0
// The wire that a null device leaves out: a callback that writes into received buffers what the engine's last
// trip has written over, and which flow a packet is of. Beside it the Plan that such packets are for. One
// wire per program, set up before the first packet; every lcore may receive from a queue of its own.
// preload_wire.cpp puts the same wire below testpmd.
#pragma once

#include <cstdint>
#include <string>

#include "dataplane/api/steer_tables.hpp"
#include "dataplane/dpdk/ports.hpp"
#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu::bench {

enum class Traffic : std::uint8_t {
    kClients,   ///< to be steered
    kMixed,     ///< clients, of whose packets every eighth is nobody's
    kTunnelDx6, ///< for a service SID of this router, in a routing header of three segments that is used up
    kTunnelDt6, ///< the same, for a SID that names a table
    kTransit,   ///< for an End SID of this router, with two more ids behind it in a NEXT-C-SID list
};

constexpr bool is_for_core(Traffic traffic) {
    return traffic >= Traffic::kTunnelDx6;
}

struct Wire {
    Traffic traffic = Traffic::kClients;
    std::uint32_t flows = 1; ///< a power of two
    std::uint16_t services = 1;
    std::uint16_t sites = 4;
};

/// What the benchmark calls a wire; null = it has none of this name.
const Wire* find_wire(const std::string& name);

/// fwd.yaml of a null device that this wire ends at.
FwdConfig config_of(const Wire& wire);
/// The device is started, with `queues` receive queues that take their buffers from any pool of the program.
void connect(const Wire& wire, std::uint16_t device, std::uint16_t queues);

/// All sites alike, by two segments and a service SID.
Plan plan_of(const Wire& wire, std::uint64_t generation);
/// Tables with the first Plan in force, the SIDs of this router, and the routes of the tables that they name.
Status prepare(SteerTables& tables, SharedStore& store, const Wire& wire);

} // namespace suanlu::bench
