// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/doctor.hpp"

#include <algorithm>
#include <set>

namespace suanlu {

namespace {

/// A client's full packet and the outer header (RFC 8986 section 5.1 without SRH).
constexpr std::uint32_t kFullPacket = 1500;
constexpr std::uint32_t kOuterHeader = 40;
/// veth takes native XDP without xdp.frags up to this MTU.
constexpr std::uint32_t kMostVethMtu = 3506;

class Examination {
public:
    Examination(const AgentConfig& config, const HostFacts& facts) : config_(config), facts_(facts) {}

    std::vector<Finding> run() {
        check_kernel();
        check_forwarding();
        check_sid_interface();
        for (const AgentInterface& interface : config_.interfaces) {
            check_interface(interface);
        }
        check_ways_out();
        check_paths();
        return std::move(out_);
    }

private:
    [[nodiscard]] bool has_programs() const { return config_.engine == "xdp" || config_.engine == "tc"; }

    void add(Severity severity, std::string check, std::string subject, std::string text,
             std::string remedy = {}) {
        out_.push_back({severity, std::move(check), std::move(subject), std::move(text), std::move(remedy)});
    }
    void expect(bool good, Severity otherwise, const std::string& check, const std::string& subject,
                const std::string& fine, const std::string& trouble, const std::string& remedy) {
        good ? add(Severity::kOk, check, subject, fine) : add(otherwise, check, subject, trouble, remedy);
    }
    [[nodiscard]] const InterfaceFacts* find(const std::string& name) const {
        const auto found = facts_.interfaces.find(name);
        return found == facts_.interfaces.end() || !found->second.is_there ? nullptr : &found->second;
    }

    void check_kernel();
    void check_forwarding();
    void check_sid_interface();
    void check_interface(const AgentInterface& interface);
    void check_program(const std::string& name, const InterfaceFacts& interface);
    void check_veth(const AgentInterface& interface, const InterfaceFacts& about);
    void check_ways_out();
    void check_paths();

    const AgentConfig& config_;
    const HostFacts& facts_;
    std::vector<Finding> out_;
};

void Examination::check_kernel() {
    expect(facts_.is_root, Severity::kBad, "rights", "", "runs as root",
           "does not run as root: netlink, eBPF and raw sockets are refused",
           "run as root, or with CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_SYS_NICE");
    if (has_programs()) {
        expect(facts_.has_bpffs, Severity::kWarn, "bpffs", "", "/sys/fs/bpf is a bpf file system",
               "/sys/fs/bpf is no bpf file system; the agent mounts it, but a new mount namespace hides it",
               "mount -t bpf bpf /sys/fs/bpf at boot");
        expect(facts_.has_btf, Severity::kBad, "btf", "", "the kernel has BTF",
               "/sys/kernel/btf/vmlinux is missing: the programs cannot be loaded",
               "use a kernel with CONFIG_DEBUG_INFO_BTF");
        expect(facts_.jit.value_or(true), Severity::kWarn, "jit", "", "the eBPF JIT is on",
               "the eBPF JIT is off: packets cost several times as much",
               "sysctl -w net.core.bpf_jit_enable=1");
    }
    expect(facts_.has_seg6, Severity::kBad, "seg6", "", "the kernel has seg6",
           "the kernel has no seg6: SIDs cannot be programmed",
           "use a kernel with CONFIG_IPV6_SEG6_LWTUNNEL");
    if (facts_.has_seg6) {
        // The all value is an upper bound: either zero refuses SRHs on the interface
        // (seg6_hmac_validate_skb).
        expect(facts_.seg6_all.value_or(true), Severity::kWarn, "seg6", "all",
               "seg6_enabled is 1 for all interfaces",
               "seg6_enabled is 0: packets with a segment routing header are dropped, uSIDs without one pass",
               "sysctl -w net.ipv6.conf.all.seg6_enabled=1");
    }
}

void Examination::check_forwarding() {
    expect(facts_.forwards6.value_or(false), Severity::kBad, "forwarding", "ipv6", "forwards IPv6",
           "does not forward IPv6: neither SIDs nor transit work",
           "sysctl -w net.ipv6.conf.all.forwarding=1");
    expect(facts_.forwards4.value_or(false), Severity::kNote, "forwarding", "ipv4", "forwards IPv4",
           "does not forward IPv4: services with IPv4 addresses are not reachable through here",
           "sysctl -w net.ipv4.ip_forward=1");
}

void Examination::check_sid_interface() {
    if (config_.srv6_owner != SrOwner::kAgent) {
        return;
    }
    const InterfaceFacts* about = find(config_.sid_interface);
    expect(about != nullptr && about->is_up, Severity::kBad, "sid-interface", config_.sid_interface, "is up",
           about == nullptr ? "is not there: no SID route can hang on it"
                            : "is down: SID routes on it vanish",
           about == nullptr ? "ip link add " + config_.sid_interface + " type dummy"
                            : "ip link set " + config_.sid_interface + " up");
}

void Examination::check_interface(const AgentInterface& interface) {
    const InterfaceFacts* about = find(interface.name);
    if (about == nullptr) {
        add(Severity::kBad, "interface", interface.name, "is not there: nothing of it is guarded or steered",
            "correct interfaces: in the agent's configuration, or make it; a running agent attaches by "
            "itself");
        return;
    }
    expect(about->is_up && about->has_carrier, Severity::kBad, "interface", interface.name, "is up",
           about->is_up ? "has no carrier" : "is down",
           about->is_up ? "check the cable or the other end" : "ip link set " + interface.name + " up");
    check_program(interface.name, *about);
    if (about->driver == "veth") {
        check_veth(interface, *about);
    }
    if (about->rp_filter.value_or(0) == 1 && interface.role != "external") {
        add(Severity::kWarn, "rp-filter", interface.name,
            "strict reverse path filtering drops answers of anycast addresses",
            "sysctl -w net.ipv4.conf." + interface.name + ".rp_filter=2");
    }
}

void Examination::check_program(const std::string& name, const InterfaceFacts& interface) {
    switch (interface.xdp) {
    case XdpMode::kNative:
    case XdpMode::kOffloaded:
        add(Severity::kOk, "xdp", name, "XDP runs in " + std::string(to_text(interface.xdp)) + " mode");
        break;
    case XdpMode::kGeneric:
        add(Severity::kWarn, "xdp", name, "XDP runs in generic mode: several times the cost per packet",
            "use a driver with native XDP, or lower the MTU to what it takes");
        if (interface.gro.value_or(false)) {
            add(Severity::kWarn, "gro", name,
                "XDP in generic mode sees packets after GRO: those it has joined are too big for every path",
                "ethtool -K " + name + " gro off");
        }
        break;
    case XdpMode::kNone:
        if (!has_programs()) {
            break; // suanlu-fwd has the interface
        }
        if (config_.engine == "tc") {
            add(Severity::kNote, "xdp", name, "none, as engine tc asks",
                "tc filter show dev " + name + " ingress shows whether the program is there");
            break;
        }
        add(Severity::kWarn, "xdp", name, "no XDP program: packets go by plain routing, unguarded",
            "start suanlu-agent; its log says why it does not attach");
        break;
    }
}

void Examination::check_veth(const AgentInterface& interface, const InterfaceFacts& about) {
    if (about.mtu > kMostVethMtu && about.xdp == XdpMode::kGeneric) {
        add(Severity::kWarn, "mtu", interface.name,
            "a veth of MTU " + std::to_string(about.mtu) + " takes native XDP up to " +
                std::to_string(kMostVethMtu) + " only, where the program has no fragments",
            "ip link set " + interface.name + " mtu " + std::to_string(kMostVethMtu));
    }
    if (interface.role == "external") {
        add(Severity::kNote, "checksum", interface.name,
            "a veth: its other end must not leave checksums to hardware, or connections never open",
            "at the other end: ethtool -K INTERFACE tx off");
    }
}

/// Interfaces that steered packets leave by: XDP_REDIRECT into a veth is lost at a peer without XDP and GRO.
void Examination::check_ways_out() {
    std::set<std::string> names;
    for (const auto& [path, name] : facts_.way_out) {
        names.insert(name);
    }
    for (const std::string& name : names) {
        const InterfaceFacts* about = find(name);
        if (about != nullptr && about->driver == "veth" && has_programs()) {
            add(Severity::kNote, "gro", name,
                "a veth: its other end must have GRO or an XDP program, or every redirected packet is lost",
                "at the other end: ethtool -K INTERFACE gro on");
        }
    }
    for (const auto& [name, about] : facts_.interfaces) {
        const bool receives = about.is_there && about.driver == "veth" && about.xdp == XdpMode::kNone;
        if (receives && name != config_.sid_interface && about.gro.has_value()) {
            expect(*about.gro, Severity::kWarn, "gro", name, "a veth with GRO: takes redirected packets",
                   "a veth without XDP and GRO: what a neighbour's XDP redirects here is lost",
                   "ethtool -K " + name + " gro on");
        }
    }
}

void Examination::check_paths() {
    if (!facts_.plan) {
        add(Severity::kNote, "plan", "", "no saved Plan: path MTUs cannot be compared",
            "connect the agent to its controller once");
        return;
    }
    for (const SitePlan& site : facts_.plan->sites) {
        for (const PathPlan& path : site.paths) {
            const std::string subject = site.name + "/" + std::to_string(path.id.value % kPathsPerSite);
            const auto way = facts_.way_out.find(path.id);
            if (way == facts_.way_out.end()) {
                add(Severity::kBad, "path", subject, "has no route towards " + path.destination6.text(),
                    "check the routes: ip -6 route get " + path.destination6.text());
                continue;
            }
            const InterfaceFacts* about = find(way->second);
            const std::uint32_t mtu = about == nullptr ? 0 : about->mtu;
            if (mtu < path.mtu.value) {
                add(Severity::kBad, "mtu", subject,
                    way->second + " has MTU " + std::to_string(mtu) + ", the path is planned with " +
                        std::to_string(path.mtu.value) + ": large packets are lost",
                    "ip link set " + way->second + " mtu " + std::to_string(path.mtu.value) +
                        ", or correct the inventory's MTU");
            } else if (path.mtu.value < kFullPacket + kOuterHeader) {
                add(Severity::kNote, "mtu", subject,
                    "planned MTU " + std::to_string(path.mtu.value) +
                        ": full packets of clients do not fit, " + "TCP is clamped, others are told",
                    "raise the MTU of the core to " + std::to_string(kFullPacket + kOuterHeader) +
                        " or more");
            } else {
                add(Severity::kOk, "mtu", subject,
                    "MTU " + std::to_string(path.mtu.value) + " fits " + way->second);
            }
        }
    }
}

} // namespace

std::string_view to_text(Severity severity) {
    switch (severity) {
    case Severity::kOk:
        return "ok";
    case Severity::kNote:
        return "note";
    case Severity::kWarn:
        return "warn";
    case Severity::kBad:
        return "bad";
    }
    return "unknown";
}

std::string_view to_text(XdpMode mode) {
    switch (mode) {
    case XdpMode::kNone:
        return "none";
    case XdpMode::kNative:
        return "native";
    case XdpMode::kGeneric:
        return "generic";
    case XdpMode::kOffloaded:
        return "offloaded";
    }
    return "unknown";
}

std::vector<Finding> examine(const AgentConfig& config, const HostFacts& facts) {
    return Examination(config, facts).run();
}

Severity worst_of(const std::vector<Finding>& findings) {
    Severity worst = Severity::kOk;
    for (const Finding& finding : findings) {
        worst = std::max(worst, finding.severity);
    }
    return worst;
}

std::string findings_text(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings) {
        std::string line(to_text(finding.severity));
        line.resize(5, ' ');
        line += finding.check + (finding.subject.empty() ? "" : " " + finding.subject) + ": " + finding.text;
        out += line + (finding.remedy.empty() ? "" : "; do: " + finding.remedy) + "\n";
    }
    return out;
}

} // namespace suanlu
