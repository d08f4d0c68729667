// SPDX-License-Identifier: Apache-2.0
// Cost of a packet in the XDP program of the product, against fib-forward. Prints one JSON case a line.
// Usage:
//   xdp-packets IN OUT [CASE]
// in a namespace where packets come in by IN and the services have a route by OUT.
#include <bpf/libbpf.h>
#include <net/if.h>

#include <cstring>
#include <iostream>

#include "dataplane/api/rows.hpp"
#include "dataplane/api/synthetic_packet.hpp"
#include "dataplane/steer/rendezvous.h"
#include "dataplane/xdp/map_store.hpp"
#include "dataplane/xdp/xdp_dataplane.hpp"
#include "forwarder.skel.h"
#include "steer.skel.h"
#include "tests/bench/paths/rounds.hpp"
#include "tests/bench/xdp/bench_plan.hpp"
#include "tests/bench/xdp/repeated_run.hpp"

namespace suanlu::bench {
namespace {

constexpr std::uint32_t kPackets = 1 << 20;
constexpr std::uint32_t kOuter = 40;
constexpr std::uint32_t kSlots = 4093;
constexpr std::uint32_t kExceptions = 1 << 18;
constexpr std::uint32_t kInsertRate = 125'000; // as the agent is shipped

MonoTime now() {
    return SteadyClock().now();
}

Ip6 client() {
    return *Ip6::parse("2001:db8:c::");
}

struct Closer {
    void operator()(steer_bpf* skeleton) const { steer_bpf::destroy(skeleton); }
    void operator()(forwarder_bpf* skeleton) const { forwarder_bpf::destroy(skeleton); }
};

/// Sites of this parity share the flows, the others get none.
void share_among(Plan& plan, std::uint16_t parity) {
    for (auto& service : plan.services) {
        for (auto& share : service.shares) {
            share.ppm = share.site.value % 2 == parity ? 2 * kWholeShare / kSites : 0;
        }
    }
}

/// The product's program on one Plan.
class Ours {
public:
    static Result<Ours> open(std::uint32_t exceptions, Plan plan) {
        Ours ours;
        ours.skeleton_.reset(steer_bpf::open());
        bpf_map__set_max_entries(ours.skeleton_->maps.sl_exceptions, exceptions);
        if (const int code = steer_bpf::load(ours.skeleton_.get()); code != 0) {
            return kernel_error("loading the XDP programs", code);
        }
        SL_TRY(ours.store_, MapStore::open(maps_of(ours.skeleton_->obj)));
        ours.tables_ = std::make_unique<SteerTables>(*ours.store_, *Ip6::parse("fc00:0:1::1"));
        ours.tables_->set_sampling(XdpConfig{}.flow_sample);
        ours.plan_ = std::move(plan);
        SL_TRY_VOID(ours.tables_->apply(ours.plan_, now()));
        SL_TRY_VOID(use_paths(*ours.tables_, 1, now()));
        return ours;
    }

    [[nodiscard]] int program() const { return bpf_program__fd(skeleton_->progs.suanlu_external); }

    /// Every tenth flow of the UDP service has an entry, mostly not at the site that its slot names.
    Status record_every_tenth(std::uint32_t flows) {
        const auto tick = ticks_of(now());
        for (std::uint32_t flow = 0; flow < flows; flow += 10) {
            sl_flow_key key{};
            key.source = to_row(client());
            std::memcpy(key.source.b + 12, &flow, sizeof flow); // as repeat.bpf.c writes it
            key.address_tag = address_tag(service_address(1));
            key.port_be = static_cast<sl_u16>(1024 + (flow & 0x7fff));
            key.service = 1;
            const sl_exception entry{tick << 16 | (1 + flow % kSites)};
            SL_TRY_VOID(put_row(bpf_map__fd(skeleton_->maps.sl_exceptions), "exceptions", key, entry));
        }
        while (tables_->occupancy().looks < 2) { // sweeps mark what they find
            SL_TRY_VOID(tables_->tick(now()));
        }
        return {};
    }

    /// No slot's site is to have any share: every slot begins to move, and new flows have to be recorded.
    Status move_all() {
        share_among(plan_, 0);
        plan_.id.generation++;
        return tables_->apply(plan_, now());
    }

    /// Entries that a CPU may write a second; 0 = as many as it likes.
    void cap_inserts(std::uint32_t per_second) { tables_->set_insert_rate(per_second); }

    /// Entries and their marks, as the agent's sweeps do.
    Status forget_all() {
        const int map = bpf_map__fd(skeleton_->maps.sl_exceptions);
        for (const auto& key : keys_of<sl_flow_key>(map)) {
            SL_TRY_VOID(drop_row(map, "exceptions", key));
        }
        const int marks = bpf_map__fd(skeleton_->maps.sl_marks);
        for (std::uint32_t word = 0; word < 2 * SL_MARK_WORDS; word++) {
            SL_TRY_VOID(put_row(marks, "marks", word, std::uint64_t{0}));
        }
        return {};
    }

    std::uint64_t count(const char* reason) { return store_->counters().reasons.at(reason); }

private:
    std::unique_ptr<steer_bpf, Closer> skeleton_;
    std::unique_ptr<MapStore> store_;
    std::unique_ptr<SteerTables> tables_;
    Plan plan_;
};

struct PacketCase {
    const char* name;
    std::uint32_t flows;
    bool has_exceptions = false;
    bool is_syn = false;
    std::uint32_t insert_rate = 0;
};

RepeatedPacket packet_of(const PacketCase& row, std::uint32_t ingress) {
    SyntheticPacket packet;
    packet.flow = {client(), 1024, service_address(1), row.is_syn ? kTcpPort : kUdpPort,
                   row.is_syn ? Transport::kTcp : Transport::kUdp};
    if (row.is_syn) {
        packet.tcp_flags = SyntheticPacket::kSyn;
        packet.mss = 1440;
    } else {
        packet.payload = 40;
    }
    return {build_frame(packet), row.flows, row.is_syn, 0, ingress};
}

/// Of the new flows, all of which had to be recorded, those whose entry was refused.
Case refused_case(Ours& ours, const char* name) {
    const auto refused = static_cast<double>(ours.count("insert_capped") + ours.count("exception_full"));
    const auto recorded = static_cast<double>(ours.count("recorded"));
    return {std::string(name) + "-refused", median_of({refused / (refused + recorded)}), {}, "", "share", ""};
}

Result<std::vector<Case>> measure_case(RepeatedRun& runner, int peer, const PacketCase& row,
                                       std::uint32_t ingress) {
    auto plan = plan_of(1, kSlots, 1);
    if (row.is_syn) {
        share_among(plan, 1);
    }
    SL_TRY(auto ours, Ours::open(kExceptions, std::move(plan)));
    if (row.has_exceptions) {
        SL_TRY_VOID(ours.record_every_tenth(row.flows));
    }
    if (row.is_syn) {
        SL_TRY_VOID(ours.move_all());
    }
    ours.cap_inserts(row.insert_rate);
    std::vector<double> own_ns;
    std::vector<double> peer_ns;
    auto packet = packet_of(row, ingress);
    for (int round = 0; round < kRounds; round++) {
        if (row.is_syn) {
            SL_TRY_VOID(ours.forget_all());
        }
        packet.outer = kOuter;
        SL_TRY(const auto own, runner.measure(ours.program(), packet, kPackets));
        packet.outer = 0;
        SL_TRY(const auto other, runner.measure(peer, packet, kPackets));
        own_ns.push_back(own);
        peer_ns.push_back(other);
    }
    std::vector<Case> cases = {
        {row.name, median_of(own_ns), median_of(peer_ns), "fib-forward", "ns/packet", ""}};
    if (row.is_syn) {
        cases.push_back(refused_case(ours, row.name));
    }
    return cases;
}

Status run(const char* in, const char* out, const std::string& only) {
    libbpf_set_print(nullptr);
    const std::unique_ptr<forwarder_bpf, Closer> peer(forwarder_bpf::open_and_load());
    const std::uint32_t ingress = if_nametoindex(in);
    const std::uint32_t egress = if_nametoindex(out);
    if (!peer || ingress == 0 || egress == 0) {
        return kernel_error("loading forwarder.bpf.c", errno);
    }
    SL_TRY_VOID(put_row(bpf_map__fd(peer->maps.forward_interfaces), "interfaces", egress, egress));
    SL_TRY(auto runner, RepeatedRun::open());
    for (const auto& row : {PacketCase{"encap-1flow", 1},
                            {"encap-64kflows", 1 << 16},
                            {"encap-1mflows", 1 << 20},
                            {"encap-64kflows-10", 1 << 16, true},
                            {"encap-1mflows-10", 1 << 20, true},
                            {"syn-1mflows", 1 << 20, false, true, kInsertRate},
                            {"syn-1mflows-uncapped", 1 << 20, false, true}}) {
        if (!only.empty() && only != row.name) {
            continue;
        }
        SL_TRY(const auto cases,
               measure_case(runner, bpf_program__fd(peer->progs.fib_forward), row, ingress));
        for (const auto& result : cases) {
            std::cout << to_json(result) << "\n" << std::flush;
        }
    }
    return {};
}

} // namespace
} // namespace suanlu::bench

int main(int count, char** words) {
    const auto done =
        count >= 3 ? suanlu::bench::run(words[1], words[2], count > 3 ? words[3] : "")
                   : suanlu::Status(suanlu::Error{suanlu::Errc::kBadInput, "xdp-packets IN OUT [CASE]"});
    if (!done) {
        std::cerr << "xdp-packets: " << done.error().text() << "\n";
    }
    return done ? 0 : 1;
}
