// SPDX-License-Identifier: Apache-2.0
// What `suanlu-agent --doctor` has to say about this router: facts in, findings out, each one line with what
// to do about it. The facts are gathered in host_facts.cpp; the judgement here is pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/plan.hpp"
#include "dataplane/agent/agent_config.hpp"
#include "dataplane/agent/probe_targets.hpp"
#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {

/// kBad: it does not work like this. kWarn: it works, but something is lost. kNote: cannot be seen from here.
enum class Severity : std::uint8_t { kOk, kNote, kWarn, kBad };
/// "ok", "note", "warn", "bad".
std::string_view to_text(Severity severity);

struct Finding {
    Severity severity = Severity::kOk;
    /// Stable, for scripts: "bpffs", "btf", "seg6", ...
    std::string check;
    /// What it is about when there are several: an interface, a path.
    std::string subject;
    std::string text;
    /// What to do; empty when nothing is to be done.
    std::string remedy;
};

enum class XdpMode : std::uint8_t { kNone, kNative, kGeneric, kOffloaded };
std::string_view to_text(XdpMode mode);

struct InterfaceFacts {
    bool is_there = false;
    bool is_up = false;
    bool has_carrier = false;
    std::uint32_t mtu = 0;
    std::string driver;
    XdpMode xdp = XdpMode::kNone;
    /// Absent: the kernel did not say.
    std::optional<bool> gro;
    std::optional<bool> tx_checksum;
    /// net.ipv4.conf.X.rp_filter, the larger of its own and `all`.
    std::optional<int> rp_filter;
};

struct HostFacts {
    bool is_root = false;
    bool has_bpffs = false;
    bool has_btf = false;
    bool has_seg6 = false;
    std::optional<bool> seg6_all;
    std::optional<bool> forwards4;
    std::optional<bool> forwards6;
    std::optional<bool> jit;
    /// Interfaces of the configuration, the SIDs' one, and those that the saved Plan's paths leave by.
    std::map<std::string, InterfaceFacts> interfaces;
    std::optional<Plan> plan;
    /// Interface that a path leaves by now; absent = it has no route.
    std::map<PathId, std::string> way_out;
};

/// In a fixed order; never empty.
std::vector<Finding> examine(const AgentConfig& config, const HostFacts& facts);

/// One line each: "warn mtu R1 to-t: ...; do: ...".
std::string findings_text(const std::vector<Finding>& findings);
/// docs/reference/doctor.schema.json
std::string findings_json(const std::string& node, const std::vector<Finding>& findings);
Severity worst_of(const std::vector<Finding>& findings);

/// Interface that packets with this first hop leave by; empty = none. A link of this router is that link,
/// whatever the routes say of the neighbour's address.
std::string way_out(const FirstHop& hop, const std::function<RouteAnswer(const Ip6&)>& route);

/// Reads the running kernel. What cannot be read stays absent.
HostFacts read_host_facts(const AgentConfig& config);

} // namespace suanlu
