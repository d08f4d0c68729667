// SPDX-License-Identifier: Apache-2.0
// agent.yaml, read strictly: unknown keys, duplicates and wrong units are errors with file:line. Pure value,
// read once at start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/link.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/rpc_credentials.hpp"
#include "dataplane/agent/agent_core.hpp"
#include "dataplane/agent/probe_sender.hpp"

namespace suanlu {

struct AgentInterface {
    std::string name;
    /// "external", "site" or "core".
    std::string role;
    std::string client_class;
};

struct AgentTed {
    std::string vty;
    Duration interval = std::chrono::milliseconds(500);
};

struct AgentConfig {
    std::string node;
    Endpoint controller;
    std::string controller_name;
    TlsFiles tls;
    SrOwner srv6_owner = SrOwner::kAgent;
    Prefix6 locator;
    Ip6 outer_source;
    std::string sid_interface;
    std::vector<Prefix6> service_prefixes;
    std::vector<Prefix6> sid_blocks;
    /// "xdp", "tc", "dpdk" or "none".
    std::string engine;
    /// Outer headers of packets for this node's service SIDs are taken off by the engine; the kernel's routes
    /// stay beside it.
    bool engine_decapsulates = false;
    std::vector<AgentInterface> interfaces;
    std::string pins;
    /// The file shared with suanlu-fwd.
    std::string tables;
    /// New exceptions per second that one CPU may write; 0 = as many as come.
    std::uint32_t insert_rate = 125'000;
    /// One new flow in so many is told of; 0 = none.
    std::uint32_t flow_sample = 64;
    std::string state_dir;
    /// Unset: no probes.
    std::optional<ProbeConfig> probes;
    Duration dead_hold = std::chrono::seconds(3);
    Duration report_interval = std::chrono::milliseconds(200);
    Duration static_after = std::chrono::seconds(60);
    Duration anycast_after = std::chrono::seconds(600);
    std::optional<AgentTed> ted;
    /// Empty: no metrics page.
    std::string metrics;
};

Result<AgentConfig> load_agent_config(const std::string& path);
Result<AgentConfig> parse_agent_config(const std::string& text, const std::string& name);

} // namespace suanlu
