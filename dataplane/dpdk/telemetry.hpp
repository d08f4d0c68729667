// SPDX-License-Identifier: Apache-2.0
// What suanlu-fwd says on DPDK's telemetry socket: /suanlu/counters, by the names of the agent's metrics, and
// /suanlu/ports. DPDK asks on a thread of its own; the tables are let go before they are unmapped. Without
// the socket (--no-telemetry) nobody asks.
#pragma once

#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {

/// At most one at a time.
class Telemetry {
public:
    /// EAL runs.
    explicit Telemetry(const SharedTables& tables);
    ~Telemetry();
    Telemetry(const Telemetry&) = delete;
    Telemetry& operator=(const Telemetry&) = delete;
};

} // namespace suanlu
