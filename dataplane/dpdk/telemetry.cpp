// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/telemetry.hpp"

#include <rte_telemetry.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <numeric>
#include <sstream>

#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {
namespace {

// DPDK hands its callbacks no context.
std::mutex g_mutex;
const SharedTables* g_tables = nullptr;
Watch* g_watch = nullptr;

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
        rte_tel_data_add_dict_u64(out, "errors", port.errors);
        rte_tel_data_add_dict_u64(out, "received_bytes", port.received_bytes);
        rte_tel_data_add_dict_u64(out, "sent_bytes", port.sent_bytes);
        rte_tel_data_add_dict_int(out, "is_down", port.is_down ? 1 : 0);
        rte_tel_data_add_dict_u64(out, "unpolled_queues", port.unpolled_queues);
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

/// By lcore that forwards: what it has decided, of packets since the tables were made.
int tell_lcores(const char*, const char*, rte_tel_data* out) {
    const std::lock_guard lock(g_mutex);
    if (g_tables == nullptr) {
        return -ENODEV;
    }
    rte_tel_data_start_dict(out);
    for (std::size_t i = 0; i < g_tables->lcores.size(); i++) {
        const auto& lcore = g_tables->lcores[i];
        if (lcore.is_running.load()) {
            const auto key = "lcore_" + std::to_string(i);
            const auto& counts = lcore.reasons;
            rte_tel_data_add_dict_u64(out, key.c_str(),
                                      std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
        }
    }
    return 0;
}

/// Bursts by the time that a stage took: how many took less than 1, 2, 4, .. ns.
void add_stage(const EngineStage& of, rte_tel_data* out) {
    rte_tel_data_add_dict_u64(out, (of.name + "_packets").c_str(), of.packets);
    rte_tel_data_add_dict_u64(out, (of.name + "_ns").c_str(), of.ns);
    auto* bursts = rte_tel_data_alloc();
    if (bursts == nullptr) {
        return;
    }
    rte_tel_data_start_array(bursts, RTE_TEL_U64_VAL);
    for (const auto count : of.bursts) {
        rte_tel_data_add_array_u64(bursts, count);
    }
    if (rte_tel_data_add_dict_container(out, (of.name + "_bursts").c_str(), bursts, 0) != 0) {
        rte_tel_data_free(bursts);
    }
}

int tell_latency(const char*, const char* words, rte_tel_data* out) {
    const std::lock_guard lock(g_mutex);
    const std::string word(words == nullptr ? "" : words);
    if (g_watch == nullptr || (!word.empty() && word != "on" && word != "off")) {
        return -EINVAL;
    }
    if (!word.empty()) {
        g_watch->measure(word == "on");
    }
    rte_tel_data_start_dict(out);
    rte_tel_data_add_dict_int(out, "is_on", g_watch->is_measuring() ? 1 : 0);
    for (const auto& stage : stages_of(*g_tables)) {
        add_stage(stage, out);
    }
    return 0;
}

/// "NAME,EVERY,MOST".
Status start_capture(const std::string& words) {
    std::istringstream in(words);
    std::string name;
    std::string rest;
    char comma = 0;
    std::uint32_t every = 0;
    std::uint32_t most = 0;
    std::getline(in, name, ',');
    if (!(in >> every >> comma >> most) || comma != ',' || (in >> rest)) {
        every = 0; // which is refused
    }
    return g_watch->capture(name, every, most);
}

int tell_capture(const char*, const char* words, rte_tel_data* out) {
    const std::lock_guard lock(g_mutex);
    const std::string word(words == nullptr ? "" : words);
    if (g_watch == nullptr) {
        return -ENODEV;
    }
    Status done;
    if (word == "off") {
        g_watch->end_capture();
    } else if (!word.empty()) {
        done = start_capture(word);
    }
    const auto state = g_watch->capture_state();
    rte_tel_data_start_dict(out);
    if (!done) {
        rte_tel_data_add_dict_string(out, "refused", done.error().text().c_str());
    }
    rte_tel_data_add_dict_int(out, "is_on", state.is_on ? 1 : 0);
    if (state.is_cut_short) {
        rte_tel_data_add_dict_string(out, "refused", "the file could not be written to its end");
    }
    rte_tel_data_add_dict_u64(out, "written", state.written);
    rte_tel_data_add_dict_u64(out, "lost", state.lost);
    return 0;
}

} // namespace

Telemetry::Telemetry(const SharedTables& tables, Watch& watch) {
    const std::lock_guard lock(g_mutex);
    g_tables = &tables;
    g_watch = &watch;
    rte_telemetry_register_cmd(
        "/suanlu/latency", tell_latency,
        "Bursts by the time that each stage took. Parameters: on, off, or none to read.");
    rte_telemetry_register_cmd(
        "/suanlu/capture", tell_capture,
        "Samples of packets into a file. Parameters: NAME,EVERY,MOST; off; none to ask.");
    rte_telemetry_register_cmd("/suanlu/counters", tell_counters, "Packets by reason. No parameters.");
    rte_telemetry_register_cmd("/suanlu/ports", tell_ports, "Ports by interface. No parameters.");
    rte_telemetry_register_cmd("/suanlu/lcores", tell_lcores, "Packets decided, by lcore. No parameters.");
}

Telemetry::~Telemetry() {
    const std::lock_guard lock(g_mutex);
    g_tables = nullptr;
    g_watch = nullptr;
}

} // namespace suanlu
