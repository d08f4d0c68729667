// SPDX-License-Identifier: Apache-2.0
// The agent's metrics page (names: suanlu_agent_*; docs/reference/metrics.md). Called on the agent's strand
// about once a second; the registry itself is thread-safe.
#pragma once

#include "core/support/metric.hpp"
#include "dataplane/agent/agent_core.hpp"
#include "dataplane/agent/probe_sender.hpp"
#include "dataplane/kernel/seg6_routes.hpp"

namespace suanlu {

/// `sids` is nullptr on a node whose SIDs belong to somebody else.
void show_agent_metrics(MetricRegistry& registry, const AgentCore& core, const Seg6Counters* sids,
                        const ProbeCounters& probes);

/// What the data plane did with packets: by reason, and of what the Plan has by service, site and path.
void show_engine_metrics(MetricRegistry& registry, const EngineCounters& engine, const Plan* plan);

/// The engine itself: its ports, and how long the stages of its bursts take.
void show_engine_state(MetricRegistry& registry, const EngineState& engine);

/// What the agent meets on its own machine: Plans that it could not keep for its next start, and IPv6 routes
/// that the kernel denied and its tables had (next_hops.hpp).
void show_host_metrics(MetricRegistry& registry, std::uint64_t save_errors, std::uint64_t routes_by_tables);

/// `lost`: messages of loads that were unreadable or did not fit.
void show_placement_metrics(MetricRegistry& registry, const PlacementCount& placement, const AgentCore& core,
                            std::uint64_t lost);

} // namespace suanlu
