// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/telemetry.hpp"

#include <rte_telemetry.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {
namespace {

// DPDK hands its callbacks no context.
std::mutex g_mutex;
const SharedTables* g_tables = nullptr;

int tell_counters(const char*, const char*, rte_tel_data* out) {
    const std::lock_guard lock(g_mutex);
    if (g_tables == nullptr) {
        return -ENODEV;
    }
    rte_tel_data_start_dict(out);
    for (const auto& [name, count] : counts_of(*g_tables)) {
        rte_tel_data_add_dict_u64(out, name.c_str(), count);
    }
    return 0;
}

rte_tel_data* tell_port(const SharedPort& port) {
    auto* out = rte_tel_data_alloc();
    if (out != nullptr) {
        rte_tel_data_start_dict(out);
        rte_tel_data_add_dict_string(out, "interface", port.interface);
        rte_tel_data_add_dict_u64(out, "received", port.received);
        rte_tel_data_add_dict_u64(out, "sent", port.sent);
        rte_tel_data_add_dict_u64(out, "missed", port.missed);
        rte_tel_data_add_dict_int(out, "is_down", port.is_down ? 1 : 0);
    }
    return out;
}

int tell_ports(const char*, const char*, rte_tel_data* out) {
    const std::lock_guard lock(g_mutex);
    if (g_tables == nullptr) {
        return -ENODEV;
    }
    rte_tel_data_start_dict(out);
    for (std::uint32_t i = 0; i < std::min(g_tables->port_count.load(), kMostPorts); i++) {
        // DPDK refuses the names of most interfaces as keys.
        const auto key = "port_" + std::to_string(i);
        auto* told = tell_port(g_tables->ports[i]);
        if (told != nullptr && rte_tel_data_add_dict_container(out, key.c_str(), told, 0) != 0) {
            rte_tel_data_free(told);
        }
    }
    return 0;
}

} // namespace

Telemetry::Telemetry(const SharedTables& tables) {
    const std::lock_guard lock(g_mutex);
    g_tables = &tables;
    rte_telemetry_register_cmd("/suanlu/counters", tell_counters, "Packets by reason. No parameters.");
    rte_telemetry_register_cmd("/suanlu/ports", tell_ports, "Ports by interface. No parameters.");
}

Telemetry::~Telemetry() {
    const std::lock_guard lock(g_mutex);
    g_tables = nullptr;
}

} // namespace suanlu
