// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/dpdk/null_wire.hpp"

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu::bench {
namespace {

constexpr std::uint32_t kInterface = 11;
constexpr std::size_t kFrame = 80;
constexpr std::size_t kLink = 14; // Ethernet header
constexpr std::size_t kEtherType = 12;
constexpr const char* kDx6 = "fc00:0:e1:f006::";
constexpr const char* kDt6 = "fc00:0:e1:f007::";
constexpr const char* kEnd = "fc00:0:e2::";
constexpr std::uint32_t kTable = 100;
constexpr NextHop kHop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};

struct NamedWire {
    const char* name;
    Wire wire;
};
constexpr NamedWire kWires[] = {
    {"encap-1flow", {Traffic::kClients, 1, 1, 4}},
    {"encap-64kflows", {Traffic::kClients, 1 << 16, 1, 4}},
    {"encap-1mflows", {Traffic::kClients, 1 << 20, 1, 4}},
    {"decap-dx6", {Traffic::kTunnelDx6, 1, 1, 4}},
    {"decap-dt6", {Traffic::kTunnelDt6, 1, 1, 4}},
    {"decap-64kflows", {Traffic::kTunnelDt6, 1 << 16, 1, 4}},
    {"transit-csid", {Traffic::kTransit, 1, 1, 4}},
    {"still", {Traffic::kClients, 1 << 16, 1000, 64}},
    {"swap-100ms", {Traffic::kClients, 1 << 16, 1000, 64}},
};

/// The Ethernet header and the first packet of all flows.
std::vector<std::uint8_t> g_frame;
/// Bytes that a trip changes and the next one reads.
using Piece = std::array<std::uint8_t, 16>;
/// Where they begin: the end of the Ethernet header that is put before the packet or written over, and the
/// first bytes of the packet with its hop limit.
std::size_t g_written = 0;
/// In transit the destination as well.
constexpr std::size_t kDestination = 38;
Wire g_wire;
/// How far each queue is in the row of flows.
std::array<std::uint32_t, kMostLcores> g_flows;

Ip6 address(const std::string& text) {
    return *Ip6::parse(text);
}

void fill_buffer(rte_mempool*, void*, void* object, unsigned) {
    auto* packet = static_cast<rte_mbuf*>(object);
    auto* bytes = static_cast<std::uint8_t*>(packet->buf_addr) + RTE_PKTMBUF_HEADROOM;
    std::memcpy(bytes, g_frame.data(), g_frame.size());
}

void fill_pool(rte_mempool* pool, void*) {
    if (pool->private_data_size >= sizeof(rte_pktmbuf_pool_private)) {
        rte_mempool_obj_iter(pool, fill_buffer, nullptr);
    }
}

/// Writes which flow a client's packet is of: into its source, and its service into the destination. In a
/// tunnel, whose header is so long, into the outer flow label as well.
void write_flow(std::uint8_t* bytes, std::uint32_t number, const Wire& wire, std::size_t tunnel) {
    constexpr std::size_t kLabel = kLink + 2; // its lower 16 bits
    const std::uint32_t flow = (number * 2654435761U) >> 7 & (wire.flows - 1);
    std::memcpy(bytes + tunnel + 34, &flow, sizeof flow);
    if (tunnel > 0) {
        const auto label = static_cast<std::uint16_t>(flow);
        std::memcpy(bytes + kLabel, &label, sizeof label);
    }
    if (wire.services > 1) {
        const auto service = static_cast<std::uint16_t>(flow % wire.services);
        std::memcpy(bytes + 50, &service, sizeof service);
    }
}

// Only what a trip through the engine has changed, and what tells flows apart.
std::uint16_t receive(std::uint16_t, std::uint16_t, rte_mbuf** packets, std::uint16_t count, std::uint16_t,
                      void* context) {
    auto& next = *static_cast<std::uint32_t*>(context);
    const Wire wire = g_wire; // writing bytes cannot change a copy
    const std::size_t at = g_written;
    const std::size_t tunnel = g_frame.size() - kFrame;
    Piece written;
    Piece destination;
    std::memcpy(written.data(), &g_frame[at], written.size());
    std::memcpy(destination.data(), &g_frame[kDestination], destination.size());
    for (std::uint16_t i = 0; i < count; i++) {
        auto* bytes = rte_pktmbuf_mtod(packets[i], std::uint8_t*);
        std::memcpy(bytes + at, written.data(), written.size());
        if (wire.traffic == Traffic::kTransit) {
            std::memcpy(bytes + kDestination, destination.data(), destination.size());
        }
        if (wire.flows > 1) {
            write_flow(bytes, next++, wire, tunnel);
        }
        if (wire.traffic == Traffic::kMixed && i % 8 == 0) {
            bytes[kEtherType] = 0;
        }
    }
    return count;
}

/// H.Encaps: the packet behind an outer header, with a routing header of these segments, used up, if any.
std::vector<std::uint8_t> in_tunnel(const std::vector<std::uint8_t>& frame, const char* to,
                                    const std::vector<const char*>& segments) {
    const auto routing = segments.empty() ? 0 : 8 + 16 * segments.size();
    std::vector<std::uint8_t> out(frame.begin(), frame.begin() + kLink);
    const auto payload = frame.size() - kLink + routing;
    const auto next = static_cast<std::uint8_t>(segments.empty() ? 41 : 43);
    out.insert(out.end(), {0x60, 0, 0, 0, static_cast<std::uint8_t>(payload >> 8),
                           static_cast<std::uint8_t>(payload), next, 64});
    const auto append = [&out](const Ip6& to) { out.insert(out.end(), to.bytes.begin(), to.bytes.end()); };
    append(address("fc00:0:1::1"));
    append(address(to));
    if (!segments.empty()) {
        const auto last = static_cast<std::uint8_t>(segments.size() - 1);
        out.insert(out.end(), {41, static_cast<std::uint8_t>(routing / 8 - 1), 4, 0, last, 0, 0, 0});
    }
    for (const char* segment : segments) {
        append(address(segment));
    }
    out.insert(out.end(), frame.begin() + kLink, frame.end());
    return out;
}

void make_frame(const Wire& wire) {
    SyntheticPacket packet;
    packet.flow = {address("2001:db8:c1::2"), 4000, address("2001:db8:a::1"), 9001, Transport::kUdp};
    packet.payload = kFrame - 62;
    g_frame = build_frame(packet);
    std::memset(g_frame.data() + 50, 0, 2);
    g_written = kLink - 8;
    if (wire.traffic == Traffic::kTransit) {
        g_frame = in_tunnel(g_frame, "fc00:0:e2:3:f006::", {});
    } else if (is_for_core(wire.traffic)) {
        const char* sid = wire.traffic == Traffic::kTunnelDt6 ? kDt6 : kDx6;
        g_frame = in_tunnel(g_frame, sid, {sid, "fc00:0:2::", "fc00:0:1::"});
        g_written = g_frame.size() - kFrame + kLink - 8;
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
    config.ports = {{"net_null0", "null", kInterface, is_for_core(wire.traffic) ? kCore : kExternal, ""}};
    return config;
}

const Wire* find_wire(const std::string& name) {
    const auto* found =
        std::find_if(std::begin(kWires), std::end(kWires), [&](const auto& one) { return name == one.name; });
    return found == std::end(kWires) ? nullptr : &found->wire;
}

void connect(const Wire& wire, std::uint16_t device, std::uint16_t queues) {
    make_frame(wire);
    rte_mempool_walk(fill_pool, nullptr);
    for (std::uint16_t queue = 0; queue < queues; queue++) {
        rte_eth_add_rx_callback(device, queue, receive, &g_flows.at(queue));
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

Status prepare(SteerTables& tables, SharedStore& store, const Wire& wire) {
    const auto now = SteadyClock().now();
    SL_TRY_VOID(tables.apply(plan_of(wire, 1), now));
    for (std::uint16_t id = 1; id <= wire.sites; id++) {
        SL_TRY_VOID(tables.set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), kHop}}, now));
    }
    const auto prefix = [](const char* sid, const char* length) {
        return *Prefix6::parse(std::string(sid) + length);
    };
    const EngineSid sids[] = {{prefix(kDx6, "/64"), SidBehaviour::kEndDx6, kHop, 1500, 0},
                              {prefix(kDt6, "/64"), SidBehaviour::kEndDt6, {}, 0, kTable},
                              {prefix(kEnd, "/48"), SidBehaviour::kEnd, {}, 0, kMainTable}};
    const EngineRoute routes[] = {{kTable, prefix("2001:db8:a::", "/48"), kHop, 1500},
                                  {kMainTable, prefix("fc00:0:3::", "/48"), kHop, 1500}};
    SL_TRY_VOID(write_sid_rows(store, sids));
    return store.set_routes(routes);
}

} // namespace suanlu::bench
