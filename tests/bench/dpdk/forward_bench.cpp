// SPDX-License-Identifier: Apache-2.0
// Packets per second of one lcore of suanlu-fwd on a null device, which delivers buffers without end and
// takes whatever it is given. A callback of the device writes what the wire would have brought into the
// buffers: what the engine's last trip has written over, and which flow it is. Usage: forward-bench CASE
// SECONDS TABLES [EAL ARGUMENTS], TABLES = the file to make them in; one line of JSON. testpmd runs beside it
// (dpdk.py).
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"
#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/shared_store.hpp"

namespace {

using namespace suanlu;

constexpr std::uint32_t kInterface = 11;
constexpr std::size_t kFrame = 80;
constexpr const char* kSid = "fc00:0:e1:f006::";

enum class Traffic : std::uint8_t {
    kClients, ///< to be steered
    kTunnel,  ///< for a service SID of this router, in a routing header of three segments that is used up
    kNobody,  ///< no IP: the shortest way, dropped at once
};

struct BenchCase {
    const char* name;
    Traffic traffic;
    std::uint32_t flows;
    std::uint16_t services;
    std::uint16_t sites;
    bool is_swapped = false; ///< tables change every 100 ms meanwhile
};
constexpr BenchCase kCases[] = {
    {"generator", Traffic::kNobody, 1, 1, 4}, // what the callback costs
    {"encap-1flow", Traffic::kClients, 1, 1, 4},
    {"encap-64kflows", Traffic::kClients, 1 << 16, 1, 4},
    {"encap-1mflows", Traffic::kClients, 1 << 20, 1, 4},
    {"decap-dx6", Traffic::kTunnel, 1, 1, 4},
    {"still", Traffic::kClients, 1 << 16, 1000, 64},
    {"swap-100ms", Traffic::kClients, 1 << 16, 1000, 64, true},
};

constexpr NextHop kHop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};

Ip6 address(const std::string& text) {
    return *Ip6::parse(text);
}

MonoTime now() {
    return SteadyClock().now();
}

/// The Ethernet header and the first packet of all flows.
std::vector<std::uint8_t> g_frame;
std::size_t g_written = 0;   ///< where the 16 bytes begin that a trip writes over
std::size_t g_hop_limit = 0; ///< and which byte it lowers
std::uint32_t g_flow = 0;
std::uint32_t g_flows = 1;
std::uint16_t g_services = 1;

void fill(rte_mempool*, void*, void* object, unsigned) {
    auto* packet = static_cast<rte_mbuf*>(object);
    auto* bytes = static_cast<std::uint8_t*>(packet->buf_addr) + RTE_PKTMBUF_HEADROOM;
    std::memcpy(bytes, g_frame.data(), g_frame.size());
}

// Only what a trip through the engine has changed, and what tells flows apart.
std::uint16_t receive(std::uint16_t, std::uint16_t, rte_mbuf** packets, std::uint16_t count, std::uint16_t,
                      void*) {
    for (std::uint16_t i = 0; i < count; i++) {
        auto* bytes = rte_pktmbuf_mtod(packets[i], std::uint8_t*);
        std::memcpy(bytes + g_written, &g_frame[g_written], 16);
        bytes[g_hop_limit] = 64;
        if (g_flows > 1) {
            const std::uint32_t flow = (g_flow++ * 2654435761U) >> 7 & (g_flows - 1);
            std::memcpy(bytes + 34, &flow, sizeof flow); // source
            const std::uint16_t service = g_services > 1 ? static_cast<std::uint16_t>(flow % g_services) : 0;
            std::memcpy(bytes + 50, &service, sizeof service); // destination
        }
    }
    return count;
}

Plan plan_of(const BenchCase& test, std::uint64_t generation) {
    Plan plan;
    plan.id = {"bench", 1, generation};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    for (std::uint16_t id = 1; id <= test.sites; id++) {
        PathPlan path;
        path.id = path_id(SiteId{id}, 0);
        path.mode = EncapMode::kEncaps;
        path.sids = {address("fc00:0:1::"), address("fc00:0:2::")};
        path.destination6 = address("fc00:0:e1::");
        path.mtu = {1500};
        plan.sites.push_back({{id}, "site-" + std::to_string(id), {}, {path}});
    }
    for (std::uint16_t i = 0; i < test.services; i++) {
        ServicePlan service;
        service.id = {static_cast<std::uint16_t>(i + 1)};
        service.name = "service-" + std::to_string(i);
        auto where = address("2001:db8:a::1");
        std::memcpy(where.bytes.data() + 12, &i, sizeof i);
        service.addresses = {where};
        service.transport = Transport::kUdp;
        service.port = 9001;
        service.slots = test.services > 1 ? 256 : 4096;
        for (std::uint16_t id = 1; id <= test.sites; id++) {
            service.shares.push_back({{id}, kWholeShare / test.sites});
        }
        plan.services.push_back(std::move(service));
    }
    return plan;
}

Status prepare(SteerTables& tables, const BenchCase& test) {
    SL_TRY_VOID(tables.apply(plan_of(test, 1), now()));
    for (std::uint16_t id = 1; id <= test.sites; id++) {
        SL_TRY_VOID(
            tables.set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), kHop}}, now()));
    }
    return {};
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

void swap_tables(SteerTables& tables, const BenchCase& test, const std::atomic<bool>& is_over, long& swaps) {
    auto next = now().since_boot;
    for (std::uint64_t generation = 2; !is_over; std::this_thread::yield()) {
        if (now().since_boot >= next) {
            next += std::chrono::milliseconds(100);
            const auto done = tables.apply(plan_of(test, generation++), now());
            swaps += done ? 1 : 0;
            if (!done) {
                std::fprintf(stderr, "swap: %s\n", done.error().text().c_str());
            }
        }
    }
}

/// H.Encaps: the packet behind an outer header with all its segments.
std::vector<std::uint8_t> in_tunnel(const std::vector<std::uint8_t>& frame) {
    constexpr std::uint8_t kSegments = 3;
    constexpr std::uint8_t kRouting = 8 + 16 * kSegments;
    std::vector<std::uint8_t> out(frame.begin(), frame.begin() + 14);
    const auto payload = frame.size() - 14 + kRouting;
    out.insert(out.end(), {0x60, 0, 0, 0, static_cast<std::uint8_t>(payload >> 8),
                           static_cast<std::uint8_t>(payload), 43, 64});
    const auto append = [&out](const Ip6& to) { out.insert(out.end(), to.bytes.begin(), to.bytes.end()); };
    append(address("fc00:0:1::1"));
    append(address(kSid));
    out.insert(out.end(), {41, kRouting / 8 - 1, 4, 0, kSegments - 1, 0, 0, 0});
    for (const char* segment : {kSid, "fc00:0:2::", "fc00:0:1::"}) {
        append(address(segment));
    }
    out.insert(out.end(), frame.begin() + 14, frame.end());
    return out;
}

void make_frame(const BenchCase& test) {
    SyntheticPacket packet;
    packet.flow = {address("2001:db8:c1::2"), 4000, address("2001:db8:a::1"), 9001, Transport::kUdp};
    packet.payload = kFrame - 62;
    g_frame = build_frame(packet);
    std::memset(g_frame.data() + 50, 0, 2);
    g_hop_limit = 21;
    if (test.traffic == Traffic::kTunnel) {
        const auto inside = g_frame.size() - 14;
        g_frame = in_tunnel(g_frame);
        g_written = g_frame.size() - inside - 16;
        g_hop_limit = g_frame.size() - inside + 7;
    } else if (test.traffic == Traffic::kNobody) {
        g_frame[12] = 0x08; // ARP
        g_frame[13] = 0x06;
    }
    g_flows = test.flows;
    g_services = test.services;
}

const char* reason_of(Traffic traffic) {
    return traffic == Traffic::kClients ? "steered" : traffic == Traffic::kTunnel ? "decapsulated" : "not_ip";
}

Status measure(const BenchCase& test, double seconds, const std::string& file) {
    constexpr std::uint32_t kExternal = 0;
    constexpr std::uint32_t kCore = 2; // enum sl_role
    make_frame(test);
    FwdConfig config;
    config.buffers = 8191;
    config.ports = {
        {"net_null0", "null", kInterface, test.traffic == Traffic::kTunnel ? kCore : kExternal, ""}};
    SL_TRY(const auto ports, PortSet::open(config, 1));
    rte_mempool_obj_iter(ports->buffers(), fill, nullptr);
    rte_eth_add_rx_callback(ports->ports()[0].id, 0, receive, nullptr);
    SL_TRY(auto memory, SharedMemory::open(file, TableUser::kEngine));
    SL_TRY(auto seen, SharedMemory::open(file, TableUser::kAgent));
    SharedStore store(seen);
    SteerTables tables(store, address("fc00:0:a::1"));
    ports->announce(config, memory.tables());
    SL_TRY_VOID(prepare(tables, test));
    const EngineSid sid{*Prefix6::parse(std::string(kSid) + "/64"), SidBehaviour::kEndDx6, kHop, 1500, 0};
    SL_TRY_VOID(write_sid_rows(store, std::array{sid}));
    Lcore lcore(memory.tables(), *ports, 0);
    std::atomic<bool> is_over{false};
    long swaps = 0;
    std::thread swapper;
    if (test.is_swapped) {
        swapper = std::thread([&] { swap_tables(tables, test, is_over, swaps); });
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
    if (const auto* done = reason_of(test.traffic); reasons[done] == 0) {
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
