// SPDX-License-Identifier: Apache-2.0
// EAL for tests: once per program, without huge pages, devices, files, or rights.
#pragma once

#include <rte_eal.h>
#include <rte_mempool.h>

#include <vector>

namespace suanlu::packets {

/// True when it runs; it cannot start twice.
inline bool start_eal() {
    static const bool is_running = [] {
        static char arguments[][17] = {
            "suanlu-test", "--no-huge",   "--no-pci", "--no-shconf", "--no-telemetry", "-m", "128", "-l",
            "0",           "--log-level", "3"};
        std::vector<char*> list;
        for (auto& argument : arguments) {
            list.push_back(argument);
        }
        list.push_back(nullptr);
        return rte_eal_init(static_cast<int>(list.size()) - 1, list.data()) >= 0;
    }();
    return is_running;
}

} // namespace suanlu::packets
