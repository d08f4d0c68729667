// SPDX-License-Identifier: Apache-2.0
// What suanlu-fwd says on DPDK's telemetry socket: /suanlu/counters, by the names of the agent's metrics,
// /suanlu/ports, /suanlu/lcores, /suanlu/latency and /suanlu/capture. DPDK asks on a thread of its own; the
// tables are let go before they are unmapped. Without the socket (--no-telemetry) nobody asks.
#pragma once

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/dpdk/watch.hpp"

namespace suanlu {

/// At most one at a time.
class Telemetry {
public:
    /// EAL runs.
    Telemetry(const SharedTables& tables, Watch& watch);
    ~Telemetry();
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;
};

} // namespace suanlu
