// SPDX-License-Identifier: Apache-2.0
// Packets per second of one lcore of suanlu-fwd on a null device (null_wire.hpp), which delivers buffers
// without end and takes whatever it is given. Usage: forward-bench CASE SECONDS TABLES [EAL ARGUMENTS],
// TABLES = the file to make them in; one line of JSON. testpmd runs beside it (dpdk.py).
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <thread>

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

/// Packets of the lcore in `seconds`, per second.
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
    return static_cast<double>(packets) * hertz / static_cast<double>(rte_rdtsc() - start);
}

/// Changes all tables every 100 ms, on the first CPU.
class Swapper {
public:
    Swapper(SteerTables& tables, const bench::Wire& wire)
        : tables_(tables), wire_(wire), thread_([this] { run(); }) {
        cpu_set_t first{};
        CPU_SET(0, &first);
        pthread_setaffinity_np(thread_.native_handle(), sizeof first, &first);
    }
    /// How often it did.
    long stop() {
        is_over_ = true;
        thread_.join();
        return swaps_;
    }

private:
    void run() {
        auto next = now().since_boot;
        for (std::uint64_t generation = 2; !is_over_; std::this_thread::yield()) {
            if (now().since_boot >= next) {
                next += std::chrono::milliseconds(100);
                const auto done = tables_.apply(bench::plan_of(wire_, generation++), now());
                swaps_ += done ? 1 : 0;
                if (!done) {
                    std::fprintf(stderr, "swap: %s\n", done.error().text().c_str());
                }
            }
        }
    }

    SteerTables& tables_;
    const bench::Wire& wire_;
    std::atomic<bool> is_over_{false};
    long swaps_ = 0;
    std::thread thread_;
};

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
    std::optional<Swapper> swapper;
    if (name == "swap-100ms") {
        swapper.emplace(tables, wire);
    }
    rate_of(lcore, 0.2); // warm
    const double rate = rate_of(lcore, seconds);
    const long swaps = swapper ? swapper->stop() : 0;
    if (swapper && swaps < 5 * seconds) {
        return Error{Errc::kExhausted, "only " + std::to_string(swaps) + " swaps"};
    }
    auto reasons = store.counters().reasons;
    const char* done = wire.traffic == Traffic::kTransit ? "sid_forwarded"
                       : is_for_core(wire.traffic)       ? "decapsulated"
                                                         : "steered";
    if (reasons[done] == 0) {
        return Error{Errc::kUnsupported, std::string("no packet was ") + done};
    }
    std::printf("{\"case\": \"%s\", \"mpps\": %.3f, \"swaps\": %ld}\n", name.c_str(), rate / 1e6, swaps);
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
