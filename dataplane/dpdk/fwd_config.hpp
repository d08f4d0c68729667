// SPDX-License-Identifier: Apache-2.0
// fwd.yaml, read strictly: unknown keys, duplicates and wrong units are errors with file:line, all of them at
// once. Pure value, read once at start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct FwdPort {
    /// As DPDK names it: "net_af_packet0", "0000:03:00.0".
    std::string device;
    /// Interface of the kernel that stands for the port: where routes and next hops point.
    std::string interface;
    /// Number of the interface; 0 = ask the kernel.
    std::uint32_t index = 0;
    std::uint32_t role = 0; ///< enum sl_role
    /// Device that leads to the kernel, for packets that are not the engine's; empty = none.
    std::string exception = {};
    /// "file:line: ports[n]", for what only shows when the port is opened.
    std::string place = {};
};

struct FwdConfig {
    /// The file shared with the agent.
    std::string tables;
    std::vector<std::string> eal;
    std::vector<FwdPort> ports;
    std::uint16_t mtu = 1500;
    std::uint32_t buffers = 16384;
    /// Lcores share what comes by devices with fewer queues than there are lcores, flow by flow.
    bool distributes = false;
    /// Folder of captures that are asked for.
    std::string captures = "/run/suanlu";
    /// How long an lcore without packets sleeps; zero = it never does.
    Duration idle_sleep{0};
};

Result<FwdConfig> load_fwd_config(const std::string& path);
Result<FwdConfig> parse_fwd_config(const std::string& text, const std::string& name);

} // namespace suanlu
