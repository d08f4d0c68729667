// SPDX-License-Identifier: Apache-2.0
// EAL for tests: once per program, on a CPU that the program may use, without huge pages, devices, files, or
// rights.
#pragma once

#include <rte_eal.h>
#include <rte_mempool.h>
#include <sched.h>

#include <string>
#include <vector>

namespace suanlu::packets {

inline int first_cpu() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    int cpu = 0;
    while (cpu + 1 < CPU_SETSIZE && !CPU_ISSET(cpu, &allowed)) {
        cpu++;
    }
    return cpu;
}

/// True when it runs; it cannot start twice.
inline bool start_eal() {
    static const bool is_running = [] {
        static std::vector<std::string> arguments{"suanlu-test",
                                                  "--no-huge",
                                                  "--no-pci",
                                                  "--no-shconf",
                                                  "--no-telemetry",
                                                  "-m",
                                                  "128",
                                                  "-l",
                                                  std::to_string(first_cpu()),
                                                  "--log-level",
                                                  "3"};
        std::vector<char*> list;
        for (auto& argument : arguments) {
            list.push_back(argument.data());
        }
        list.push_back(nullptr);
        return rte_eal_init(static_cast<int>(list.size()) - 1, list.data()) >= 0;
    }();
    return is_running;
}

} // namespace suanlu::packets
