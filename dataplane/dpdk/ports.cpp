// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/ports.hpp"

#include <net/if.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <cstring>

#include "core/support/log.hpp"
#include "dataplane/dpdk/kernel_interface.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {
namespace {

constexpr std::uint16_t kDescriptors = 1024;
/// Ethernet, two VLAN tags, checksum.
constexpr std::uint32_t kLink = 26;

/// For a frame, of a buffer.
std::uint32_t room_of(std::uint16_t mtu) {
    return std::max<std::uint32_t>(mtu + kLink, 2048);
}

Error dpdk_error(const std::string& what, int code) {
    const int number = code < 0 ? -code : code;
    return {number == EPERM || number == EACCES ? Errc::kUnsupported : Errc::kKernel,
            what + ": " + rte_strerror(number)};
}

rte_eth_conf configuration_of(const rte_eth_dev_info& about, std::uint16_t queues) {
    rte_eth_conf configuration{};
    configuration.rxmode.mq_mode = queues > 1 ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE;
    if (queues > 1) {
        constexpr std::uint64_t kFlows = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP;
        configuration.rx_adv_conf.rss_conf.rss_hf = kFlows & about.flow_type_rss_offloads;
    }
    return configuration;
}

Status start_queues(const std::string& device, const Port& port, rte_mempool* buffers) {
    const auto node = static_cast<unsigned>(rte_eth_dev_socket_id(port.id));
    for (std::uint16_t queue = 0; queue < port.receive_queues; queue++) {
        const int code = rte_eth_rx_queue_setup(port.id, queue, kDescriptors, node, nullptr, buffers);
        if (code != 0) {
            return dpdk_error("receive queue of " + device, code);
        }
    }
    for (std::uint16_t queue = 0; queue < port.transmit_queues; queue++) {
        const int code = rte_eth_tx_queue_setup(port.id, queue, kDescriptors, node, nullptr);
        if (code != 0) {
            return dpdk_error("transmit queue of " + device, code);
        }
    }
    const int code = rte_eth_dev_start(port.id);
    return code == 0 ? Status{} : dpdk_error("starting " + device, code);
}

Error missing(const FwdConfig& config, const std::string& device) {
    const bool is_asked_for = std::any_of(config.eal.begin(), config.eal.end(), [&](const auto& argument) {
        return argument.find(device) != std::string::npos;
    });
    return {Errc::kNotFound,
            "no DPDK device " + device +
                (is_asked_for
                     ? ": its driver refuses it, for one of its arguments, or for want of an interface "
                       "or of a right (run as root, or with CAP_NET_ADMIN and CAP_NET_RAW)"
                     : "; is it among the EAL arguments?")};
}

Status set_mtu(const Port& port, const std::string& device, std::uint16_t mtu) {
    const int code = rte_eth_dev_set_mtu(port.id, mtu);
    return code == 0 || code == -ENOTSUP
               ? Status{}
               : Status(dpdk_error("MTU " + std::to_string(mtu) + " of " + device, code));
}

/// An interface of the kernel keeps its own: are the buffers made for that?
Status check_mtu(const std::string& interface, std::uint16_t mtu) {
    if (const auto own = mtu_of_interface(interface); own && *own + kLink > room_of(mtu)) {
        return Error{Errc::kOutOfRange, "interface " + interface + " has an MTU of " + std::to_string(*own) +
                                            ", larger than the packet buffers: set mtu in fwd.yaml to it"};
    }
    return {};
}

/// Queues of the interface that no lcore polls: their packets are the kernel's, which steers none.
std::uint32_t unpolled_queues(const Port& port, const std::string& interface) {
    const auto queues = port.is_by_xdp ? receive_queues_of_interface(interface).value_or(0) : 0;
    return queues > port.receive_queues ? queues - port.receive_queues : 0;
}

/// The driver polls the queues that it was told of, whatever the interface has.
Status check_queues(const Port& port, const std::string& interface) {
    const auto unpolled = unpolled_queues(port, interface);
    if (unpolled == 0) {
        return {};
    }
    const auto polled = std::to_string(port.receive_queues);
    const auto all = std::to_string(port.receive_queues + unpolled);
    return Error{Errc::kOutOfRange,
                 "interface " + interface + " has " + all + " receive queues, of which " + polled +
                     " would be polled; the kernel would forward what comes by the others: ethtool -L " +
                     interface + " combined " + polled + " (rx " + polled + " tx " + polled +
                     " on veth), or queue_count=" + all + " for the device and as many lcores"};
}

/// The kernel's packets by an exception port carry its address out, and what comes in is for the device's.
void take_address(const Port& exception, const Port& device) {
    rte_ether_addr address{};
    if (rte_eth_macaddr_get(device.id, &address) == 0) {
        rte_eth_dev_default_mac_addr_set(exception.id, &address); // not all devices have it
    }
}

/// Next hops are resolved on the interface, packets go by the device: over the kernel both are the same, but
/// where an exception port stands for a device whose interface has no addresses of its own. The filter of
/// af_xdp is the interface's in any case.
Status check_interface(const Port& port, const FwdPort& wanted) {
    char name[IF_NAMESIZE] = "";
    const bool may_differ = !wanted.exception.empty() && !wanted.device.starts_with("net_af_xdp");
    if (port.under != 0 && !may_differ && port.under != port.interface) {
        if_indextoname(port.under, name);
        return Error{Errc::kConflict,
                     wanted.device + " is on interface " + name + ", not on " + wanted.interface};
    }
    return {};
}

/// With the line that asks for the port.
Status at(const FwdPort& wanted, Status done) {
    return done || wanted.place.empty() ? std::move(done)
                                        : Status(std::move(done).error().with(wanted.place));
}

bool is_down(const Port& port) {
    rte_eth_link link{};
    const bool has_no_link =
        rte_eth_link_get_nowait(port.id, &link) == 0 && link.link_status == RTE_ETH_LINK_DOWN;
    return has_no_link || (port.is_known_to_kernel && !is_running(port.interface)) ||
           (port.under != 0 && !is_running(port.under));
}

/// What check_queues() refuses at start may come later.
void note_queues(const Port& port, SharedPort& shared) {
    const auto unpolled = unpolled_queues(port, shared.interface);
    if (shared.unpolled_queues.exchange(unpolled) == unpolled) {
        return;
    }
    if (unpolled != 0) {
        log_warn("port.queues",
                 {{"interface", shared.interface},
                  {"unpolled", unpolled},
                  {"what", "more receive queues than at the start: the kernel forwards what comes by them"}});
    } else {
        log_info("port.queues", {{"interface", shared.interface}, {"unpolled", 0}});
    }
}

void note_state(bool is_now, SharedPort& shared) {
    if (shared.is_down.exchange(is_now) == is_now) {
        return;
    }
    if (is_now) {
        log_warn(
            "port.down",
            {{"interface", shared.interface},
             {"what", "it or its exception port has no link; an interface that was deleted needs suanlu-fwd "
                      "started again"}});
    } else {
        log_info("port.up", {{"interface", shared.interface}});
    }
}

void note_stats(const rte_eth_stats& stats, SharedPort& shared) {
    shared.received = stats.ipackets;
    shared.sent = stats.opackets;
    shared.missed = stats.imissed + stats.rx_nombuf;
    shared.errors = stats.ierrors + stats.oerrors;
    shared.received_bytes = stats.ibytes;
    shared.sent_bytes = stats.obytes;
}

} // namespace

// A buffer holds the largest packet, the drivers' headroom, and room to move back below the largest header.
Result<rte_mempool*> PortSet::buffers_near(const FwdConfig& config, std::uint16_t device) {
    constexpr std::uint32_t kOuter = (SL_OUTER_MOST + 63) / 64 * 64;
    const auto room = static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM + kOuter + room_of(config.mtu));
    const int node = rte_eth_dev_socket_id(device);
    auto& pool = pools_[node];
    if (pool == nullptr) {
        const auto name = "packets" + std::to_string(pools_.size());
        pool = rte_pktmbuf_pool_create(name.c_str(), config.buffers, 256, 0, room, node);
    }
    if (pool == nullptr) {
        return dpdk_error("making " + std::to_string(config.buffers) + " packet buffers of " +
                              std::to_string(room) + " bytes (huge pages" +
                              (node < 0 ? "" : " of NUMA node " + std::to_string(node)) +
                              ", or --no-huge with -m MEGABYTES)",
                          rte_errno);
    }
    return pool;
}

Result<Port> PortSet::open_port(const FwdConfig& config, const std::string& device,
                                const std::string& interface) {
    Port port;
    rte_eth_dev_info about{};
    if (rte_eth_dev_get_port_by_name(device.c_str(), &port.id) != 0 ||
        rte_eth_dev_info_get(port.id, &about) != 0) {
        return missing(config, device);
    }
    port.receive_queues = static_cast<std::uint16_t>(std::min<std::uint32_t>(lcores_, about.max_rx_queues));
    port.transmit_queues = static_cast<std::uint16_t>(std::min<std::uint32_t>(lcores_, about.max_tx_queues));
    port.is_copied = std::strcmp(about.driver_name, "net_af_packet") == 0;
    port.under = about.if_index;
    const auto configuration = configuration_of(about, port.receive_queues);
    if (const int code =
            rte_eth_dev_configure(port.id, port.receive_queues, port.transmit_queues, &configuration);
        code != 0) {
        return dpdk_error("configuring " + device, code);
    }
    port.is_by_xdp = std::strcmp(about.driver_name, "net_af_xdp") == 0;
    SL_TRY_VOID(check_queues(port, interface));
    const auto has_mtu = port.is_copied || port.is_by_xdp ? check_mtu(interface, config.mtu)
                                                          : set_mtu(port, device, config.mtu);
    if (!has_mtu && interface.empty()) {
        log_warn("port.mtu", {{"device", device}, {"what", "packets beyond its own MTU do not pass by it"}});
    } else {
        SL_TRY_VOID(has_mtu);
    }
    SL_TRY(auto* const buffers, buffers_near(config, port.id));
    SL_TRY_VOID(start_queues(device, port, buffers));
    rte_eth_allmulticast_enable(
        port.id); // routing protocols and neighbour discovery; not all devices have it
    return port;
}

Status PortSet::make_shares(Port& port) const {
    for (std::uint32_t lcore = 0; lcore < lcores_; lcore++) {
        const auto name = "share-" + std::to_string(port.id) + "-" + std::to_string(lcore);
        auto* ring = rte_ring_create(name.c_str(), kDescriptors, SOCKET_ID_ANY, RING_F_SC_DEQ);
        if (ring == nullptr) {
            return dpdk_error("ring " + name, rte_errno);
        }
        port.shares.push_back(ring);
    }
    return {};
}

Status PortSet::open_steered(const FwdConfig& config, const FwdPort& wanted) {
    SL_TRY(auto port, open_port(config, wanted.device, wanted.interface));
    port.is_steered = true;
    port.role = wanted.role;
    port.is_known_to_kernel = wanted.index == 0;
    port.interface = wanted.index != 0 ? wanted.index : if_nametoindex(wanted.interface.c_str());
    ports_.push_back(port);
    if (config.distributes && port.receive_queues < lcores_) {
        SL_TRY_VOID(make_shares(ports_.back()));
    }
    if (port.interface == 0) {
        return Error{Errc::kNotFound, "no interface " + wanted.interface + " for " + wanted.device +
                                          "; what the kernel does not have needs an index"};
    }
    return check_interface(port, wanted);
}

Status PortSet::open_exception(const FwdConfig& config, std::size_t of) {
    const auto& wanted = config.ports[of];
    if (wanted.exception.empty()) {
        if (!ports_[of].is_copied) {
            log_warn("port.no-exception",
                     {{"interface", wanted.interface}, {"what", "packets that are not steered end here"}});
        }
        return {};
    }
    SL_TRY(auto port, open_port(config, wanted.exception, {}));
    take_address(port, ports_[of]);
    port.partner = static_cast<std::uint16_t>(of);
    ports_[of].partner = static_cast<std::uint16_t>(ports_.size());
    ports_.push_back(port);
    return {};
}

Status PortSet::open_all(const FwdConfig& config) {
    for (const auto& wanted : config.ports) {
        SL_TRY_VOID(at(wanted, open_steered(config, wanted)));
    }
    for (std::size_t i = 0; i < config.ports.size(); i++) {
        SL_TRY_VOID(at(config.ports[i], open_exception(config, i)));
    }
    return {};
}

Result<std::unique_ptr<PortSet>> PortSet::open(const FwdConfig& config, std::uint32_t lcores) {
    std::unique_ptr<PortSet> set(new PortSet(lcores));
    SL_TRY_VOID(set->open_all(config));
    return set;
}

PortSet::~PortSet() {
    for (const auto& port : ports_) {
        for (auto* ring : port.shares) {
            for (void* packet = nullptr; rte_ring_dequeue(ring, &packet) == 0;) {
                rte_pktmbuf_free(static_cast<rte_mbuf*>(packet));
            }
            rte_ring_free(ring);
        }
        rte_eth_dev_stop(port.id);
        rte_eth_dev_close(port.id);
    }
    for (const auto& [node, pool] : pools_) {
        rte_mempool_free(pool);
    }
}

void PortSet::announce(const FwdConfig& config, SharedTables& tables) const {
    tables.port_count = 0;
    for (std::size_t i = 0; i < config.ports.size(); i++) {
        auto& shared = tables.ports[i];
        std::memset(shared.interface, 0, sizeof shared.interface);
        config.ports[i].interface.copy(shared.interface, sizeof shared.interface - 1);
        shared.index = ports_[i].interface;
        shared.role = ports_[i].role;
        shared.is_down = false;
        shared.unpolled_queues = 0;
        note_stats({}, shared); // not what an engine before has left
    }
    tables.port_count = static_cast<std::uint32_t>(config.ports.size());
}

void PortSet::show_state(SharedTables& tables) const {
    for (std::size_t i = 0; i < tables.port_count; i++) {
        const auto partner = ports_[i].partner;
        note_state(is_down(ports_[i]) || (partner != Port::kNone && is_down(ports_[partner])),
                   tables.ports[i]);
        note_queues(ports_[i], tables.ports[i]);
        rte_eth_stats stats{};
        if (rte_eth_stats_get(ports_[i].id, &stats) == 0) {
            note_stats(stats, tables.ports[i]);
        }
    }
}

} // namespace suanlu
