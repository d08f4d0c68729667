// SPDX-License-Identifier: Apache-2.0
// The DPDK ports of suanlu-fwd: opened once at start by the main lcore, used by every lcore, closed at the
// end (a driver that is not closed may leave an XDP program or a tap behind). A port that cannot be had is an
// error with its name; nothing is left open then.
#pragma once

#include <rte_spinlock.h>

#include <map>
#include <memory>
#include <vector>

#include "dataplane/dpdk/fwd_config.hpp"
#include "dataplane/dpdk/shared_tables.hpp"

struct rte_mempool;
struct rte_ring;

namespace suanlu {

struct Port {
    static constexpr std::uint16_t kNone = 0xffff;

    std::uint16_t id = kNone; ///< of DPDK
    std::uint16_t receive_queues = 1;
    std::uint16_t transmit_queues = 1;
    std::uint32_t interface = 0; ///< number of the kernel's interface
    std::uint32_t role = 0;      ///< enum sl_role
    std::uint32_t under = 0;     ///< interface of the kernel that the device is on top of; 0 = none
    /// Place of the port that packets go on to unsteered: from a port to its exception port and back.
    std::uint16_t partner = kNone;
    bool is_steered = false;
    /// The kernel was asked for the number, so it can say whether the interface is still there.
    bool is_known_to_kernel = false;
    /// The kernel has a copy of every packet that comes in.
    bool is_copied = false;
    /// On an interface of the kernel, which keeps what its XDP program does not take.
    bool is_by_xdp = false;
    /// A ring to each lcore, by its number, when they share what comes in; else none.
    std::vector<rte_ring*> shares = {};
    /// For devices with fewer transmit queues than lcores.
    mutable rte_spinlock_t lock = RTE_SPINLOCK_INITIALIZER;

    [[nodiscard]] bool is_shared(std::uint32_t lcores) const { return transmit_queues < lcores; }
};

class PortSet {
public:
    static Result<std::unique_ptr<PortSet>> open(const FwdConfig& config, std::uint32_t lcores);
    ~PortSet();
    PortSet(const PortSet&) = delete;
    PortSet& operator=(const PortSet&) = delete;

    [[nodiscard]] const std::vector<Port>& ports() const { return ports_; }
    [[nodiscard]] std::uint32_t lcores() const { return lcores_; }
    /// Where all devices are on one NUMA node, of all.
    [[nodiscard]] rte_mempool* buffers() const { return pools_.begin()->second; }
    /// Tells the agent which ports there are.
    void announce(const FwdConfig& config, SharedTables& tables) const;
    /// What the devices have counted, and which of them are not there any more.
    void show_state(SharedTables& tables) const;

private:
    explicit PortSet(std::uint32_t lcores) : lcores_(lcores) {}
    /// Those near the device: each NUMA node with a device has as many.
    Result<rte_mempool*> buffers_near(const FwdConfig& config, std::uint16_t device);
    /// `interface` is the kernel's that the device may be on top of; none for an exception port, which may
    /// have a smaller MTU: a tap of DPDK has 1500 at most.
    Result<Port> open_port(const FwdConfig& config, const std::string& device, const std::string& interface);
    Status open_all(const FwdConfig& config);
    Status open_steered(const FwdConfig& config, const FwdPort& wanted);
    Status open_exception(const FwdConfig& config, std::size_t of);
    Status make_shares(Port& port) const;

    std::uint32_t lcores_;
    std::map<int, rte_mempool*> pools_; ///< by NUMA node; -1 = of no node
    std::vector<Port> ports_;
};

} // namespace suanlu
