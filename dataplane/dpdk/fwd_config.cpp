// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/fwd_config.hpp"

#include <algorithm>

#include "core/support/yaml_walk.hpp"
#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {
namespace {

constexpr std::size_t kInterfaceName = sizeof(SharedPort::interface) - 1;

std::string required_text(YamlNode node, std::size_t most = 4096) {
    std::string text = node.text();
    if (node.is_present() && (text.empty() || text.size() > most)) {
        node.complain("is empty, or longer than " + std::to_string(most) + " characters");
    }
    return text;
}

// In the order of enum sl_role.
std::uint32_t read_role(YamlNode node) {
    const std::string text = node.one_of({"external", "site", "core"}, "external");
    return text == "external" ? 0 : text == "site" ? 1 : 2;
}

void read_ports(YamlNode list, FwdConfig& out) {
    for (YamlNode& item : list.items()) {
        FwdPort port;
        YamlNode device = item.required("device");
        port.device = required_text(device);
        port.interface = required_text(item.required("interface"), kInterfaceName);
        port.index = static_cast<std::uint32_t>(item.optional("index").integer(1, 0x7fffffff, 0));
        port.role = read_role(item.required("role"));
        port.exception = item.optional("exception").text();
        const auto is_same = [&](const FwdPort& other) {
            return other.device == port.device || other.interface == port.interface;
        };
        if (std::any_of(out.ports.begin(), out.ports.end(), is_same)) {
            device.complain("device or interface given twice");
        }
        out.ports.push_back(std::move(port));
    }
    if (out.ports.empty() || out.ports.size() > kMostPorts) {
        list.complain("needs 1.." + std::to_string(kMostPorts) + " ports");
    }
}

Result<FwdConfig> read_config(YamlNode root) {
    FwdConfig out;
    out.tables = required_text(root.required("tables"));
    YamlNode eal = root.optional("eal");
    for (YamlNode& item : eal.items()) {
        out.eal.push_back(item.text());
    }
    read_ports(root.required("ports"), out);
    out.mtu = static_cast<std::uint16_t>(root.optional("mtu").integer(1280, 9600, out.mtu));
    out.buffers = static_cast<std::uint32_t>(root.optional("buffers").integer(1024, 1 << 22, out.buffers));
    out.distributes = root.optional("distribute").boolean(false);
    if (YamlNode captures = root.optional("captures"); captures.is_present()) {
        out.captures = required_text(captures);
    }
    out.idle_sleep = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(root.optional("idle_sleep").duration({0}).value));
    root.finish();
    SL_TRY_VOID(root.status());
    return out;
}

} // namespace

Result<FwdConfig> load_fwd_config(const std::string& path) {
    SL_TRY(YamlNode root, YamlNode::load_file(path));
    return read_config(std::move(root));
}

Result<FwdConfig> parse_fwd_config(const std::string& text, const std::string& name) {
    SL_TRY(YamlNode root, YamlNode::load_text(text, name));
    return read_config(std::move(root));
}

} // namespace suanlu
