// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/steer_burst.hpp"

#include "dataplane/dpdk/ordinary_packets.hpp"
#include "dataplane/dpdk/sid_packets.hpp"

namespace suanlu {
namespace {

/// More than all headers that the core reads.
constexpr std::uint32_t kHeaders = 256;

[[gnu::noinline]] BurstOutcome steer_one(sl_port& port, std::uint32_t role) {
    if (port.packet->nb_segs > 1 && sl_port_pull(&port, kHeaders) != 0) {
        port.lcore->engine[static_cast<std::size_t>(EngineCount::kUnreadable)]++;
    }
    sl_trace trace{};
    const auto outcome = sl_process(&port, static_cast<sl_role>(role), &trace);
    return {outcome.verdict, outcome.interface};
}

/// All packets in their order: those that `many` can send at once, and one by one those between them.
template <class Many>
[[gnu::always_inline]] inline std::size_t steer_all(Many& many, sl_port& port, std::uint32_t role,
                                                    std::span<rte_mbuf*> packets, BurstOutcome* outcomes) {
    for (std::size_t i = 0; (i = many.send(i, outcomes)) < packets.size(); i++) {
        port.packet = packets[i];
        outcomes[i] = steer_one(port, role);
    }
    many.count();
    return many.has_one_outcome() ? packets.size() : 1;
}

[[gnu::always_inline]] inline std::size_t steer(const BurstContext& context, std::span<rte_mbuf*> packets,
                                                BurstOutcome* outcomes, bool has_wide_registers) {
    sl_port port{context.tables, context.lcore, nullptr, context.now, context.interface};
    if (context.role == SL_ROLE_CORE) {
        SidPackets sids(port, context.remembered->ways, packets);
        return steer_all(sids, port, context.role, packets, outcomes);
    }
    OrdinaryPackets ordinary(port, context.remembered->sites, packets, context.role, has_wide_registers);
    return steer_all(ordinary, port, context.role, packets, outcomes);
}

std::size_t steer_plain(const BurstContext& context, std::span<rte_mbuf*> packets, BurstOutcome* outcomes) {
    return steer(context, packets, outcomes, false);
}

/// The same, compiled for registers of 64 bytes.
[[gnu::target("avx512f,avx512dq,avx512bw,avx512vl,bmi,bmi2,prefer-vector-width=512")]] std::size_t
steer_wide(const BurstContext& context, std::span<rte_mbuf*> packets, BurstOutcome* outcomes) {
    return steer(context, packets, outcomes, true);
}

bool has_wide_registers() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
}

} // namespace

std::vector<BurstVariant> burst_variants() {
    std::vector<BurstVariant> list{{"plain", steer_plain}};
    if (has_wide_registers()) {
        list.push_back({"avx512", steer_wide});
    }
    return list;
}

std::size_t steer_burst(const BurstContext& context, std::span<rte_mbuf*> packets, BurstOutcome* outcomes) {
    static const auto best = burst_variants().back().steer;
    return best(context, packets, outcomes);
}

} // namespace suanlu
