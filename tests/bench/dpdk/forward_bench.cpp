// SPDX-License-Identifier: Apache-2.0
// Packets per second of one lcore of suanlu-fwd on a null device (null_wire.hpp), which delivers buffers
// without end and takes whatever it is given. Usage: forward-bench CASE SECONDS TABLES [EAL ARGUMENTS],
// TABLES = the file to make them in; one line of JSON. testpmd runs beside it (dpdk.py).
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <thread>

#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "tests/bench/dpdk/null_wire.hpp"

namespace {

using namespace suanlu;
using bench::Traffic;

struct BenchCase {
    const char* name;
    bench::Wire wire;
    bool is_swapped = false; ///< tables change every 100 ms meanwhile
};
constexpr BenchCase kCases[] = {
    {"generator", {Traffic::kNobody, 1, 1, 4}}, // what the callback costs
    {"encap-1flow", {Traffic::kClients, 1, 1, 4}},
    {"encap-64kflows", {Traffic::kClients, 1 << 16, 1, 4}},
    {"encap-1mflows", {Traffic::kClients, 1 << 20, 1, 4}},
    {"decap-dx6", {Traffic::kTunnel, 1, 1, 4}},
    {"still", {Traffic::kClients, 1 << 16, 1000, 64}},
    {"swap-100ms", {Traffic::kClients, 1 << 16, 1000, 64}, true},
};

MonoTime now() {
    return SteadyClock().now();
}

/// Packets of the lcore in `seconds`, per second.
double rate_of(Lcore& lcore, double seconds) {
    const auto hertz = static_cast<double>(rte_get_tsc_hz());
    const auto start = rte_rdtsc();
    const auto end = start + static_cast<std::uint64_t>(seconds * hertz);
    std::uint64_t packets = 0;
    while (rte_rdtsc() < end) {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        packets += lcore.poll(static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                              static_cast<std::uint64_t>(time.tv_nsec));
    }
    return static_cast<double>(packets) * hertz / static_cast<double>(rte_rdtsc() - start);
}

void swap_tables(SteerTables& tables, const bench::Wire& wire, const std::atomic<bool>& is_over,
                 long& swaps) {
    auto next = now().since_boot;
    for (std::uint64_t generation = 2; !is_over; std::this_thread::yield()) {
        if (now().since_boot >= next) {
            next += std::chrono::milliseconds(100);
            const auto done = tables.apply(bench::plan_of(wire, generation++), now());
            swaps += done ? 1 : 0;
            if (!done) {
                std::fprintf(stderr, "swap: %s\n", done.error().text().c_str());
            }
        }
    }
}

const char* reason_of(Traffic traffic) {
    return traffic == Traffic::kClients ? "steered" : traffic == Traffic::kTunnel ? "decapsulated" : "not_ip";
}

Status measure(const BenchCase& test, double seconds, const std::string& file) {
    const auto config = bench::config_of(test.wire);
    SL_TRY(const auto ports, PortSet::open(config, 1));
    bench::connect(test.wire, *ports, 1);
    SL_TRY(auto memory, SharedMemory::open(file, TableUser::kEngine));
    SL_TRY(auto seen, SharedMemory::open(file, TableUser::kAgent));
    SharedStore store(seen);
    SteerTables tables(store, *Ip6::parse("fc00:0:a::1"));
    ports->announce(config, memory.tables());
    SL_TRY_VOID(bench::prepare(tables, store, test.wire));
    Lcore lcore(memory.tables(), *ports, 0);
    std::atomic<bool> is_over{false};
    long swaps = 0;
    std::thread swapper;
    if (test.is_swapped) {
        swapper = std::thread([&] { swap_tables(tables, test.wire, is_over, swaps); });
        cpu_set_t first{};
        CPU_SET(0, &first);
        pthread_setaffinity_np(swapper.native_handle(), sizeof first, &first);
    }
    rate_of(lcore, 0.2); // warm
    const double rate = rate_of(lcore, seconds);
    is_over = true;
    if (swapper.joinable()) {
        swapper.join();
    }
    if (test.is_swapped && swaps < 5 * seconds) {
        return Error{Errc::kExhausted, "only " + std::to_string(swaps) + " swaps"};
    }
    auto reasons = store.counters().reasons;
    if (const auto* done = reason_of(test.wire.traffic); reasons[done] == 0) {
        return Error{Errc::kUnsupported, std::string("no packet was ") + done};
    }
    std::printf("{\"case\": \"%s\", \"mpps\": %.3f, \"swaps\": %ld}\n", test.name, rate / 1e6, swaps);
    return {};
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fprintf(stderr, "usage: forward-bench CASE SECONDS TABLES [EAL ARGUMENTS]\n");
        return 2;
    }
    const std::string name = argv[1];
    const double seconds = std::atof(argv[2]);
    const std::string tables = argv[3];
    argv[3] = argv[0];
    if (rte_eal_init(argc - 3, argv + 3) < 0) {
        return 1;
    }
    for (const auto& test : kCases) {
        if (name == test.name) {
            const auto done = measure(test, seconds, tables);
            if (!done) {
                std::fprintf(stderr, "forward-bench: %s\n", done.error().text().c_str());
            }
            return done ? 0 : 1;
        }
    }
    std::fprintf(stderr, "forward-bench: no case %s\n", name.c_str());
    return 2;
}
