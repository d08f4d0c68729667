// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/fwd_config.hpp"

#include <algorithm>

#include "core/support/yaml_walk.hpp"
#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {
namespace {

constexpr std::size_t kInterfaceName = sizeof(SharedPort::interface) - 1;
/// A tenth of what changes of the tables wait for an lcore (RowWriter).
constexpr double kLongestSleep = 0.01; // seconds

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

/// Every device, exception ports among them, and every interface stands for one port.
void check_sameness(YamlNode& item, const FwdPort& port, const std::vector<FwdPort>& others) {
    const auto is_same = [&](const FwdPort& other) {
        const bool is_exception_same =
            !port.exception.empty() && (other.device == port.exception || other.exception == port.exception);
        return other.device == port.device || other.interface == port.interface ||
               other.exception == port.device || is_exception_same ||
               (port.index != 0 && other.index == port.index);
    };
    if (port.exception == port.device || std::any_of(others.begin(), others.end(), is_same)) {
        item.complain("device, interface or index given twice");
    }
}

void read_ports(YamlNode list, FwdConfig& out) {
    for (YamlNode& item : list.items()) {
        FwdPort port;
        port.place = item.place();
        port.device = required_text(item.required("device"));
        port.interface = required_text(item.required("interface"), kInterfaceName);
        port.index = static_cast<std::uint32_t>(item.optional("index").integer(1, 0x7fffffff, 0));
        port.role = read_role(item.required("role"));
        port.exception = required_text(item.optional("exception"));
        check_sameness(item, port, out.ports);
        out.ports.push_back(std::move(port));
    }
    if (out.ports.empty() || out.ports.size() > kMostPorts) {
        list.complain("needs 1.." + std::to_string(kMostPorts) + " ports");
    }
}

Duration read_sleep(YamlNode node) {
    const double seconds = node.duration({0}).value;
    if (seconds > kLongestSleep) {
        node.complain("is longer than 10ms: changes of the tables wait for lcores that sleep");
        return {};
    }
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
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
    out.idle_sleep = read_sleep(root.optional("idle_sleep"));
    root.finish();
    SL_TRY_VOID(root.whole_status());
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
