// SPDX-License-Identifier: Apache-2.0
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <set>

#include "dataplane/agent/doctor.hpp"
#include "dataplane/agent/plan_store.hpp"
#include "telemetry/stamp/stamp_socket.hpp"

namespace suanlu {

namespace {

bool has_file(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

std::optional<int> read_sysctl(const std::string& name) {
    std::ifstream in("/proc/sys/" + name);
    int value = 0;
    return in >> value ? std::optional(value) : std::nullopt;
}

std::optional<bool> read_switch(const std::string& name) {
    const auto value = read_sysctl(name);
    return value ? std::optional(*value != 0) : std::nullopt;
}

/// Interface questions by ioctl: unlike /sys they follow the network namespace.
class InterfaceProbe {
public:
    InterfaceProbe() : socket_(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}

    InterfaceFacts read(const std::string& name) {
        InterfaceFacts out;
        out.is_there = name.size() < IFNAMSIZ && if_nametoindex(name.c_str()) != 0;
        if (!out.is_there) {
            return out;
        }
        if (ifreq flags = request(name); ioctl(socket_.get(), SIOCGIFFLAGS, &flags) == 0) {
            out.is_up = (flags.ifr_flags & IFF_UP) != 0;
            out.has_carrier = (flags.ifr_flags & IFF_RUNNING) != 0;
        }
        if (ifreq mtu = request(name); ioctl(socket_.get(), SIOCGIFMTU, &mtu) == 0) {
            out.mtu = static_cast<std::uint32_t>(mtu.ifr_mtu);
        }
        ethtool_drvinfo driver{};
        driver.cmd = ETHTOOL_GDRVINFO;
        if (ask(name, &driver)) {
            out.driver.assign(driver.driver, strnlen(driver.driver, sizeof driver.driver));
        }
        out.gro = read_feature(name, ETHTOOL_GGRO);
        out.tx_checksum = read_feature(name, ETHTOOL_GTXCSUM);
        const auto own = read_sysctl("net/ipv4/conf/" + name + "/rp_filter");
        const auto all = read_sysctl("net/ipv4/conf/all/rp_filter");
        out.rp_filter = own || all ? std::optional(std::max(own.value_or(0), all.value_or(0))) : std::nullopt;
        return out;
    }

private:
    static ifreq request(const std::string& name) {
        ifreq out{};
        name.copy(out.ifr_name, IFNAMSIZ - 1);
        return out;
    }
    bool ask(const std::string& name, void* question) {
        ifreq ask = request(name);
        ask.ifr_data = static_cast<char*>(question);
        return ioctl(socket_.get(), SIOCETHTOOL, &ask) == 0;
    }
    std::optional<bool> read_feature(const std::string& name, std::uint32_t command) {
        ethtool_value value{};
        value.cmd = command;
        return ask(name, &value) ? std::optional(value.data != 0) : std::nullopt;
    }

    SocketFd socket_;
};

XdpMode mode_of(std::uint8_t attached) {
    switch (attached) {
    case XDP_ATTACHED_NONE:
        return XdpMode::kNone;
    case XDP_ATTACHED_SKB:
        return XdpMode::kGeneric;
    case XDP_ATTACHED_HW:
        return XdpMode::kOffloaded;
    default:
        return XdpMode::kNative;
    }
}

/// By interface index (RTM_GETLINK, IFLA_XDP).
std::map<std::uint32_t, XdpMode> read_xdp_modes() {
    std::map<std::uint32_t, XdpMode> out;
    auto socket = NetlinkSocket::open();
    if (!socket) {
        return out;
    }
    NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP);
    message.extra<ifinfomsg>().ifi_family = AF_UNSPEC;
    (void)socket->request(message, [&out](const nlmsghdr& answer) {
        ifinfomsg link{};
        if (answer.nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(&answer) < sizeof link) {
            return;
        }
        std::memcpy(&link, mnl_nlmsg_get_payload(&answer), sizeof link);
        const auto in = attributes_of(answer, sizeof link, IFLA_XDP);
        if (in[IFLA_XDP] == nullptr) {
            return;
        }
        const auto xdp = nested_of(*in[IFLA_XDP], IFLA_XDP_MAX);
        if (const void* attached = payload_of(xdp[IFLA_XDP_ATTACHED], 1)) {
            out[static_cast<std::uint32_t>(link.ifi_index)] =
                mode_of(*static_cast<const std::uint8_t*>(attached));
        }
    });
    return out;
}

void read_plan(const AgentConfig& config, HostFacts& out) {
    const auto store = PlanStore::open(config.state_dir, config.node);
    auto saved = store ? store->load() : Result<std::optional<Plan>>(std::optional<Plan>());
    if (!saved || !*saved) {
        return;
    }
    out.plan = std::move(**saved);
    auto hops = NextHops::open();
    if (!hops) {
        return;
    }
    for (const SitePlan& site : out.plan->sites) {
        for (const PathPlan& path : site.paths) {
            const auto first = first_hop(*out.plan, path);
            const auto ask = [&](const Ip6& to) { return (*hops)->route(to).value_or(RouteAnswer{}); };
            const std::string name = first ? way_out(*first, ask) : std::string();
            if (!name.empty()) {
                out.way_out[path.id] = name;
            }
        }
    }
}

} // namespace

std::string way_out(const FirstHop& hop, const std::function<RouteAnswer(const Ip6&)>& route) {
    if (hop.is_own_link && !hop.interface.empty()) {
        return if_nametoindex(hop.interface.c_str()) != 0 ? hop.interface : "";
    }
    const RouteAnswer answer = route(hop.towards);
    const bool leads_there = !hop.is_own_link || answer.gateway.is_zero();
    char name[IFNAMSIZ] = {};
    return answer.kind == RouteKind::kUsable && leads_there &&
                   if_indextoname(answer.interface_index, name) != nullptr
               ? name
               : "";
}

HostFacts read_host_facts(const AgentConfig& config) {
    HostFacts out;
    out.is_root = geteuid() == 0;
    struct statfs about {};
    out.has_bpffs = statfs("/sys/fs/bpf", &about) == 0 && about.f_type == BPF_FS_MAGIC;
    out.has_btf = has_file("/sys/kernel/btf/vmlinux");
    out.has_seg6 = has_file("/proc/sys/net/ipv6/conf/all/seg6_enabled");
    out.seg6_all = read_switch("net/ipv6/conf/all/seg6_enabled");
    out.forwards4 = read_switch("net/ipv4/ip_forward");
    out.forwards6 = read_switch("net/ipv6/conf/all/forwarding");
    out.jit = read_switch("net/core/bpf_jit_enable");
    read_plan(config, out);
    std::set<std::string> names;
    for (const AgentInterface& interface : config.interfaces) {
        names.insert(interface.name);
    }
    if (!config.sid_interface.empty()) {
        names.insert(config.sid_interface);
    }
    for (const auto& [path, name] : out.way_out) {
        names.insert(name);
    }
    const auto modes = read_xdp_modes();
    InterfaceProbe probe;
    for (const std::string& name : names) {
        InterfaceFacts& facts = out.interfaces[name] = probe.read(name);
        const auto mode = modes.find(if_nametoindex(name.c_str()));
        facts.xdp = mode == modes.end() ? XdpMode::kNone : mode->second;
    }
    return out;
}

} // namespace suanlu
