// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/dpdk/null_wire.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <cstring>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu::bench {
namespace {

constexpr std::uint32_t kInterface = 11;
constexpr std::size_t kFrame = 80;
constexpr std::size_t kEtherType = 12;
constexpr const char* kSid = "fc00:0:e1:f006::";
constexpr NextHop kHop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};

/// The Ethernet header and the first packet of all flows.
std::vector<std::uint8_t> g_frame;
std::size_t g_written = 0;   ///< where the 16 bytes begin that a trip writes over
std::size_t g_hop_limit = 0; ///< and which byte it lowers
Wire g_wire;
thread_local std::uint32_t g_flow = 0;

Ip6 address(const std::string& text) {
    return *Ip6::parse(text);
}

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
        if (g_wire.flows > 1) {
            const std::uint32_t flow = (g_flow++ * 2654435761U) >> 7 & (g_wire.flows - 1);
            std::memcpy(bytes + 34, &flow, sizeof flow); // source
            const auto service = static_cast<std::uint16_t>(g_wire.services > 1 ? flow % g_wire.services : 0);
            std::memcpy(bytes + 50, &service, sizeof service); // destination
        }
        if (g_wire.traffic == Traffic::kMixed && i % 8 == 0) {
            bytes[kEtherType] = 0;
        }
    }
    return count;
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

void make_frame(const Wire& wire) {
    SyntheticPacket packet;
    packet.flow = {address("2001:db8:c1::2"), 4000, address("2001:db8:a::1"), 9001, Transport::kUdp};
    packet.payload = kFrame - 62;
    g_frame = build_frame(packet);
    std::memset(g_frame.data() + 50, 0, 2);
    g_hop_limit = 21;
    if (wire.traffic == Traffic::kTunnel) {
        const auto inside = g_frame.size() - 14;
        g_frame = in_tunnel(g_frame);
        g_written = g_frame.size() - inside - 16;
        g_hop_limit = g_frame.size() - inside + 7;
    } else if (wire.traffic == Traffic::kNobody) {
        g_frame[kEtherType] = 0;
    }
    g_wire = wire;
}

ServicePlan service_of(const Wire& wire, std::uint16_t number) {
    ServicePlan service;
    service.id = {static_cast<std::uint16_t>(number + 1)};
    service.name = "service-" + std::to_string(number);
    auto where = address("2001:db8:a::1");
    std::memcpy(where.bytes.data() + 12, &number, sizeof number);
    service.addresses = {where};
    service.transport = Transport::kUdp;
    service.port = 9001;
    service.slots = wire.services > 1 ? 256 : 4096;
    for (std::uint16_t id = 1; id <= wire.sites; id++) {
        service.shares.push_back({{id}, kWholeShare / wire.sites});
    }
    return service;
}

} // namespace

FwdConfig config_of(const Wire& wire) {
    constexpr std::uint32_t kExternal = 0;
    constexpr std::uint32_t kCore = 2; // enum sl_role
    FwdConfig config;
    config.buffers = 8191;
    config.ports = {
        {"net_null0", "null", kInterface, wire.traffic == Traffic::kTunnel ? kCore : kExternal, ""}};
    return config;
}

void connect(const Wire& wire, const PortSet& ports, std::uint16_t queues) {
    make_frame(wire);
    rte_mempool_obj_iter(ports.buffers(), fill, nullptr);
    for (std::uint16_t queue = 0; queue < queues; queue++) {
        rte_eth_add_rx_callback(ports.ports()[0].id, queue, receive, nullptr);
    }
}

Plan plan_of(const Wire& wire, std::uint64_t generation) {
    Plan plan;
    plan.id = {"bench", 1, generation};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    for (std::uint16_t id = 1; id <= wire.sites; id++) {
        PathPlan path;
        path.id = path_id(SiteId{id}, 0);
        path.mode = EncapMode::kEncaps;
        path.sids = {address("fc00:0:1::"), address("fc00:0:2::")};
        path.destination6 = address("fc00:0:e1::");
        path.mtu = {1500};
        plan.sites.push_back({{id}, "site-" + std::to_string(id), {}, {path}});
    }
    for (std::uint16_t number = 0; number < wire.services; number++) {
        plan.services.push_back(service_of(wire, number));
    }
    return plan;
}

Status prepare(SteerTables& tables, TableStore& store, const Wire& wire) {
    const auto now = SteadyClock().now();
    SL_TRY_VOID(tables.apply(plan_of(wire, 1), now));
    for (std::uint16_t id = 1; id <= wire.sites; id++) {
        SL_TRY_VOID(tables.set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), kHop}}, now));
    }
    const EngineSid sid{*Prefix6::parse(std::string(kSid) + "/64"), SidBehaviour::kEndDx6, kHop, 1500, 0};
    return write_sid_rows(store, std::array{sid});
}

} // namespace suanlu::bench
