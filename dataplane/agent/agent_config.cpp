// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent_config.hpp"

#include <algorithm>

namespace suanlu {

namespace {

Duration read_duration(YamlNode node, Duration fallback) {
    const double seconds = std::chrono::duration<double>(fallback).count();
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(node.duration({seconds}).value));
}

void bound(YamlNode node, Duration value, Duration least, Duration most, const char* range) {
    if (node.is_present() && (value < least || value > most)) {
        node.complain(std::string("is outside ") + range);
    }
}

Endpoint read_endpoint(YamlNode node) {
    const std::string text = node.text();
    auto endpoint = Endpoint::parse(text);
    if (!endpoint) {
        node.complain(endpoint.error().detail);
        return {};
    }
    return *std::move(endpoint);
}

std::string required_text(YamlNode node) {
    std::string text = node.text();
    if (node.is_present() && text.empty()) {
        node.complain("is empty");
    }
    return text;
}

SrOwner owner_of(const std::string& text) {
    if (text == "frr") {
        return SrOwner::kFrr;
    }
    return text == "external" ? SrOwner::kExternal : SrOwner::kAgent;
}

void read_srv6(YamlNode node, AgentConfig& out) {
    out.srv6_owner = owner_of(node.optional("owner").one_of({"agent", "frr", "external"}, "agent"));
    YamlNode locator = node.required("locator");
    out.locator = locator.prefix();
    YamlNode source = node.required("source");
    out.outer_source = source.address();
    if (locator.is_present() && source.is_present() && !out.locator.contains(out.outer_source)) {
        source.complain("is outside the locator " + out.locator.text());
    }
    YamlNode interface = node.optional("sid_interface");
    out.sid_interface = interface.text();
    if (out.srv6_owner == SrOwner::kAgent && out.sid_interface.empty()) {
        node.complain("owner agent needs sid_interface");
    }
}

std::vector<Prefix6> read_prefixes(YamlNode list) {
    std::vector<Prefix6> out;
    for (YamlNode& item : list.items()) {
        out.push_back(item.prefix());
    }
    return out;
}

void read_interfaces(YamlNode list, AgentConfig& out) {
    for (YamlNode& item : list.items()) {
        AgentInterface interface;
        interface.name = required_text(item.required("name"));
        interface.role = item.required("role").one_of({"external", "site", "core"}, "external");
        YamlNode client_class = item.optional("client_class");
        interface.client_class = client_class.text();
        if (interface.role != "external" && client_class.is_present()) {
            client_class.complain("only an external interface has clients");
        }
        out.interfaces.push_back(std::move(interface));
    }
}

void read_probes(YamlNode node, AgentConfig& out) {
    if (!node.is_present()) {
        return;
    }
    ProbeConfig probes;
    YamlNode interval = node.optional("interval");
    probes.interval = read_duration(interval, probes.interval);
    bound(interval, probes.interval, std::chrono::milliseconds(10), std::chrono::seconds(10), "10ms..10s");
    probes.miss = static_cast<std::uint32_t>(node.optional("miss").integer(2, 100, probes.miss));
    probes.most_per_second = static_cast<std::uint32_t>(
        node.optional("most_per_second").integer(1, 1'000'000, probes.most_per_second));
    YamlNode hold = node.optional("dead_hold");
    out.dead_hold = read_duration(hold, out.dead_hold);
    bound(hold, out.dead_hold, std::chrono::milliseconds(100), std::chrono::hours(1), "100ms..1h");
    probes.source = node.required("source").address();
    probes.port = static_cast<std::uint16_t>(node.optional("port").integer(1, 65'535, probes.port));
    probes.outer_source = out.outer_source;
    out.probes = probes;
}

void read_timing(YamlNode& root, AgentConfig& out) {
    YamlNode report = root.optional("report_interval");
    out.report_interval = read_duration(report, out.report_interval);
    bound(report, out.report_interval, std::chrono::milliseconds(50), std::chrono::seconds(10), "50ms..10s");
    YamlNode weights = root.optional("static_after");
    out.static_after = read_duration(weights, out.static_after);
    YamlNode anycast = root.optional("anycast_after");
    out.anycast_after = read_duration(anycast, out.anycast_after);
    if (out.anycast_after <= out.static_after) {
        (anycast.is_present() ? anycast : weights).complain("anycast_after must be later than static_after");
    }
}

void read_ted(YamlNode node, AgentConfig& out) {
    if (!node.is_present()) {
        return;
    }
    AgentTed ted;
    ted.vty = required_text(node.required("vty"));
    YamlNode interval = node.optional("interval");
    ted.interval = read_duration(interval, ted.interval);
    bound(interval, ted.interval, std::chrono::milliseconds(50), std::chrono::minutes(1), "50ms..1m");
    out.ted = std::move(ted);
}

void read_engine(YamlNode& root, AgentConfig& out) {
    out.engine = root.required("engine").one_of({"xdp", "tc", "dpdk", "none"}, "none");
    YamlNode interfaces = root.optional("interfaces");
    read_interfaces(interfaces, out);
    YamlNode pins = root.optional("pins");
    out.pins = pins.text();
    YamlNode rate = root.optional("insert_rate");
    out.insert_rate = static_cast<std::uint32_t>(rate.integer(0, 100'000'000, out.insert_rate));
    if (out.engine == "none" && rate.is_present()) {
        rate.complain("engine none writes no exceptions");
    }
    YamlNode sample = root.optional("flow_sample");
    out.flow_sample = static_cast<std::uint32_t>(sample.integer(0, 1'000'000, out.flow_sample));
    if (out.engine == "none" && sample.is_present()) {
        sample.complain("engine none has no flows");
    }
    out.tables = root.optional("tables").text();
    const bool is_dpdk = out.engine == "dpdk";
    if (out.engine != "none" && (is_dpdk ? out.tables : out.pins).empty()) {
        root.complain("engine " + out.engine + " needs " + (is_dpdk ? "tables" : "pins"));
    }
    if (out.engine == "none" && !out.interfaces.empty()) {
        interfaces.complain("engine none has no interfaces");
    }
    YamlNode decapsulation = root.optional("decapsulation");
    out.engine_decapsulates = decapsulation.one_of({"kernel", "engine"}, "kernel") == "engine";
    if (!out.engine_decapsulates) {
        return;
    }
    const auto is_core = [](const AgentInterface& interface) { return interface.role == "core"; };
    if (out.engine == "none" || std::none_of(out.interfaces.begin(), out.interfaces.end(), is_core)) {
        decapsulation.complain("engine needs an engine with an interface of role core");
    }
    if (out.srv6_owner != SrOwner::kAgent) {
        decapsulation.complain("engine needs srv6.owner agent: the kernel's routes are beside it");
    }
}

Result<AgentConfig> read_config(YamlNode root) {
    AgentConfig out;
    out.node = required_text(root.required("node"));
    YamlNode controller = root.required("controller");
    out.controller = read_endpoint(controller.required("address"));
    out.controller_name = required_text(controller.required("name"));
    out.tls = read_tls(root.optional("tls"));
    read_srv6(root.required("srv6"), out);
    YamlNode allow = root.required("allow");
    out.service_prefixes = read_prefixes(allow.optional("service_prefixes"));
    out.sid_blocks = read_prefixes(allow.required("sid_blocks"));
    read_engine(root, out);
    out.state_dir = required_text(root.required("state_dir"));
    read_probes(root.optional("probes"), out);
    read_timing(root, out);
    read_ted(root.optional("ted"), out);
    out.metrics = root.optional("metrics").text();
    root.finish();
    SL_TRY_VOID(root.status());
    return out;
}

} // namespace

Result<AgentConfig> load_agent_config(const std::string& path) {
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    return read_config(std::move(root));
}

Result<AgentConfig> parse_agent_config(const std::string& text, const std::string& name) {
    SL_TRY(YamlNode root, YamlNode::load_text(text, name));
    return read_config(std::move(root));
}

} // namespace suanlu
