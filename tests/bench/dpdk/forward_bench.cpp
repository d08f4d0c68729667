// SPDX-License-Identifier: Apache-2.0
// Packets per second of one lcore of suanlu-fwd on a null device (null_wire.hpp), which delivers buffers
// without end and takes whatever it is given. Usage: forward-bench CASE SECONDS TABLES [EAL ARGUMENTS],
// TABLES = the file to make them in; one line of JSON. testpmd runs beside it (dpdk.py).
#include <rte_cycles.h>
#include <rte_eal.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/poll_clock.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "tests/bench/dpdk/null_wire.hpp"

namespace {

using namespace suanlu;
using bench::Traffic;

MonoTime now() {
    return SteadyClock().now();
}

/// Millions of packets of the lcore a second.
double rate_of(Lcore& lcore, double seconds) {
    constexpr int kPolls = 256; // between two looks at the time
    const auto hertz = static_cast<double>(rte_get_tsc_hz());
    const auto start = rte_rdtsc();
    const auto end = start + static_cast<std::uint64_t>(seconds * hertz);
    std::uint64_t packets = 0;
    PollClock clock;
    while (rte_rdtsc() < end) {
        for (int i = 0; i < kPolls; i++) {
            packets += lcore.poll(clock.now(true));
        }
    }
    return static_cast<double>(packets) * hertz / static_cast<double>(rte_rdtsc() - start) / 1e6;
}

/// Changes all tables every 100 ms while it lives, on the first CPU. Sleeps meanwhile, as the agent does: a
/// loop there would take its share of a physical core that the two CPUs may have in common.
class Swapper {
public:
    Swapper(SteerTables& tables, const bench::Wire& wire, std::uint64_t& generation)
        : tables_(tables), wire_(wire), generation_(generation),
          thread_([this](const std::stop_token& stop) { run(stop); }) {
        cpu_set_t first{};
        CPU_SET(0, &first);
        pthread_setaffinity_np(thread_.native_handle(), sizeof first, &first);
    }

private:
    void run(const std::stop_token& stop) {
        auto next = std::chrono::steady_clock::now();
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any stopped;
        while (!stop.stop_requested()) {
            const auto done = tables_.apply(bench::plan_of(wire_, generation_ + 1), now());
            generation_ += done ? 1 : 0;
            if (!done) {
                std::fprintf(stderr, "swap: %s\n", done.error().text().c_str());
            }
            next += std::chrono::milliseconds(100);
            stopped.wait_until(lock, stop, next, [] { return false; });
        }
    }

    SteerTables& tables_;
    const bench::Wire& wire_;
    std::uint64_t& generation_;
    std::jthread thread_;
};

/// Millions of packets a second, with swaps and without.
using Pair = std::pair<double, double>;

/// With and without swaps in turns of two swaps, so that both meet the same machine: what slows it down for
/// longer than a turn slows both, and what is shorter spoils one pair of many.
Result<std::vector<Pair>> compare(Lcore& lcore, SteerTables& tables, const bench::Wire& wire) {
    constexpr double kTurn = 0.2;
    constexpr std::size_t kPairs = 25;
    std::vector<Pair> pairs(kPairs);
    std::uint64_t generation = 1;
    const auto swapping = [&] {
        const Swapper swapper(tables, wire, generation);
        return rate_of(lcore, kTurn);
    };
    for (std::size_t i = 0; i < kPairs; i++) {
        auto& [with, without] = pairs[i];
        if (i % 2 == 0) {
            with = swapping();
            without = rate_of(lcore, kTurn);
        } else {
            without = rate_of(lcore, kTurn);
            with = swapping();
        }
    }
    const auto swaps = generation - 1;
    if (swaps < 2 * kPairs) {
        return Error{Errc::kExhausted, "only " + std::to_string(swaps) + " swaps"};
    }
    return pairs;
}

/// A rate, or the pairs of a case that has them.
void print(const std::string& name, double rate, const std::vector<Pair>& pairs) {
    std::printf("{\"case\": \"%s\", \"mpps\": %.3f, \"pairs\": [", name.c_str(), rate);
    for (const auto& pair : pairs) {
        std::printf("%s[%.3f, %.3f]", &pair == pairs.data() ? "" : ", ", pair.first, pair.second);
    }
    std::printf("]}\n");
}

Status measure(const std::string& name, double seconds, const std::string& file) {
    const auto* found = bench::find_wire(name);
    if (found == nullptr) {
        return Error{Errc::kNotFound, "no case " + name};
    }
    const auto wire = *found;
    const auto config = bench::config_of(wire);
    SL_TRY(const auto ports, PortSet::open(config, 1));
    bench::connect(wire, ports->ports()[0].id, 1);
    SL_TRY(auto memory, SharedMemory::open(file, TableUser::kEngine));
    SL_TRY(auto seen, SharedMemory::open(file, TableUser::kAgent));
    SharedStore store(seen);
    SteerTables tables(store, *Ip6::parse("fc00:0:a::1"));
    ports->announce(config, memory.tables());
    SL_TRY_VOID(bench::prepare(tables, store, wire));
    Lcore lcore(memory.tables(), *ports, 0);
    rate_of(lcore, 0.2); // warm
    std::vector<Pair> pairs;
    double rate = 0;
    if (name == "swap-100ms") {
        SL_TRY(pairs, compare(lcore, tables, wire));
    } else {
        rate = rate_of(lcore, seconds);
    }
    auto reasons = store.counters().reasons;
    const char* done = wire.traffic == Traffic::kTransit ? "sid_forwarded"
                       : is_for_core(wire.traffic)       ? "decapsulated"
                                                         : "steered";
    if (reasons[done] == 0) {
        return Error{Errc::kUnsupported, std::string("no packet was ") + done};
    }
    print(name, rate, pairs);
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
    const auto done = measure(name, seconds, tables);
    if (!done) {
        std::fprintf(stderr, "forward-bench: %s\n", done.error().text().c_str());
    }
    return done ? 0 : 1;
}
