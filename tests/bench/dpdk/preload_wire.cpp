// SPDX-License-Identifier: Apache-2.0
// The wire of null_wire.hpp below a program that knows nothing of it: loaded in front of DPDK's libraries
// (LD_PRELOAD), it connects every device that the program starts. SUANLU_WIRE names the wire, so that testpmd
// receives the same frames from the same device as forward-bench. A wrong name ends the program.
#include <dlfcn.h>
#include <rte_ethdev.h>

#include <cstdio>
#include <cstdlib>

#include "tests/bench/dpdk/null_wire.hpp"

extern "C" int rte_eth_dev_start(uint16_t device) {
    using Start = int (*)(uint16_t);
    const char* name = std::getenv("SUANLU_WIRE");
    const auto* wire = name == nullptr ? nullptr : suanlu::bench::find_wire(name);
    const auto start = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "rte_eth_dev_start"));
    if (wire == nullptr || start == nullptr) {
        std::fprintf(stderr, "preload-wire: SUANLU_WIRE names no wire, or this is no DPDK program\n");
        std::exit(1);
    }
    const int code = start(device);
    if (code == 0) {
        suanlu::bench::connect(*wire, device, 1);
    }
    return code;
}
