// SPDX-License-Identifier: Apache-2.0
// Several lcores of suanlu-fwd on the queues of one null device at full speed, while the tables are swapped
// every 100 ms and slots move to and fro. At the end every packet that came has left or is counted as
// dropped, and every buffer is back. Usage: forward-soak SWAPS SERVICES SITES [EAL ARGUMENTS]; the main lcore
// swaps, the others forward.
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mempool.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "tests/bench/dpdk/null_wire.hpp"

namespace {

using namespace suanlu;

struct Soak {
    SharedTables& tables;
    const PortSet& ports;
    std::atomic<bool> is_over{false};
    std::atomic<std::uint64_t> received{0};
};

MonoTime now() {
    return SteadyClock().now();
}

int forward(void* context) {
    auto& soak = *static_cast<Soak*>(context);
    Lcore lcore(soak.tables, soak.ports, static_cast<std::uint32_t>(rte_lcore_index(-1)) - 1);
    std::uint64_t received = 0;
    do {
        received += lcore.poll(static_cast<std::uint64_t>(now().since_boot.count()));
    } while (!soak.is_over.load(std::memory_order_relaxed));
    soak.received += received;
    return 0;
}

/// Half of what the second site has goes to the first in every other generation: slots move.
Plan leaning(const bench::Wire& wire, std::uint64_t generation) {
    auto plan = bench::plan_of(wire, generation);
    if (generation % 2 == 0) {
        for (auto& service : plan.services) {
            const auto part = service.shares[1].ppm / 2;
            service.shares[0].ppm += part;
            service.shares[1].ppm -= part;
        }
    }
    return plan;
}

Status swap(SteerTables& tables, const bench::Wire& wire, std::uint64_t swaps) {
    auto next = now().since_boot;
    for (std::uint64_t generation = 2; generation < 2 + swaps; generation++) {
        SL_TRY_VOID(tables.apply(leaning(wire, generation), now()));
        next += std::chrono::milliseconds(100);
        while (now().since_boot < next) {
            SL_TRY_VOID(tables.tick(now()));
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    return {};
}

/// Packets that the engine says it has dropped.
std::uint64_t dropped(const SharedTables& tables) {
    std::uint64_t sum = 0;
    for (const auto& lcore : tables.lcores) {
        for (int reason = SL_R_no_path; reason <= SL_R_border_unreadable; reason++) {
            sum += lcore.reasons[static_cast<std::size_t>(reason)];
        }
        for (const auto count : lcore.engine) {
            sum += count;
        }
    }
    return sum;
}

Status check(const Soak& soak, SharedStore& store, double seconds) {
    rte_eth_stats device{};
    rte_eth_stats_get(soak.ports.ports()[0].id, &device);
    const auto lost = dropped(soak.tables);
    const auto in_use = rte_mempool_in_use_count(soak.ports.buffers());
    auto reasons = store.counters().reasons;
    std::printf("{\"seconds\": %.1f, \"received\": %lu, \"sent\": %lu, \"dropped\": %lu, \"recorded\": %lu, "
                "\"buffers_in_use\": %u}\n",
                seconds, soak.received.load(), device.opackets, lost, reasons["recorded"], in_use);
    if (soak.received != device.opackets + lost) {
        return Error{Errc::kConflict, "packets that came have neither left nor are they counted"};
    }
    if (in_use != 0) {
        return Error{Errc::kConflict, "buffers are lost"};
    }
    if (reasons["recorded"] == 0 || reasons["no_exception_port"] == 0) {
        return Error{Errc::kConflict, "no slot has moved below its flows, or all packets were alike"};
    }
    return {};
}

Status run(const bench::Wire& wire, std::uint64_t swaps) {
    const auto lcores = rte_lcore_count() - 1;
    const auto config = bench::config_of(wire);
    SL_TRY(const auto ports, PortSet::open(config, lcores));
    bench::connect(wire, ports->ports()[0].id, static_cast<std::uint16_t>(lcores));
    SL_TRY(auto memory, SharedMemory::anonymous());
    SharedStore store(memory);
    SteerTables tables(store, *Ip6::parse("fc00:0:a::1"));
    ports->announce(config, memory.tables());
    SL_TRY_VOID(bench::prepare(tables, store, wire));
    Soak soak{memory.tables(), *ports};
    const auto start = now().since_boot;
    rte_eal_mp_remote_launch(forward, &soak, SKIP_MAIN);
    const auto swapped = swap(tables, wire, swaps);
    soak.is_over = true;
    rte_eal_mp_wait_lcore();
    const double seconds = std::chrono::duration<double>(now().since_boot - start).count();
    return swapped ? check(soak, store, seconds) : swapped;
}

/// EAL's arguments for that many forwarding lcores.
std::vector<std::string> arguments_of(int lcores, char** first, char** last) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::string cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            cpus += (cpus.empty() ? "" : ",") + std::to_string(cpu);
        }
    }
    std::vector<std::string> list{"forward-soak", "--lcores",
                                  "(0-" + std::to_string(lcores) + ")@(" + cpus + ")"};
    list.insert(list.end(), first, last);
    return list;
}

int run_program(int argc, char** argv) {
    if (argc < 5 || std::atoi(argv[4]) < 1) {
        std::fprintf(stderr, "usage: forward-soak SWAPS SERVICES SITES LCORES [EAL ARGUMENTS]\n");
        return 2;
    }
    auto arguments = arguments_of(std::atoi(argv[4]), argv + 5, argv + argc);
    std::vector<char*> list;
    for (auto& argument : arguments) {
        list.push_back(argument.data());
    }
    list.push_back(nullptr);
    if (rte_eal_init(static_cast<int>(arguments.size()), list.data()) < 0) {
        std::fprintf(stderr, "forward-soak: EAL does not start\n");
        return 1;
    }
    const bench::Wire wire{bench::Traffic::kMixed, 1 << 16, static_cast<std::uint16_t>(std::atoi(argv[2])),
                           static_cast<std::uint16_t>(std::atoi(argv[3]))};
    const auto done = run(wire, std::strtoull(argv[1], nullptr, 10));
    if (!done) {
        std::fprintf(stderr, "forward-soak: %s\n", done.error().text().c_str());
    }
    return done ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    return run_program(argc, argv);
}
