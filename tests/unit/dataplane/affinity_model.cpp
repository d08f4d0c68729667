// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/dataplane/affinity_model.hpp"

#include <gtest/gtest.h>

namespace suanlu::affinity {
namespace {

constexpr long kTimeout = 10; // G in steps
constexpr std::uint16_t kSites = 4;
constexpr std::uint32_t kSlots = 5;

ServicePlan service_plan(std::uint16_t id, Transport transport, Affinity affinity) {
    ServicePlan plan;
    plan.id = {id};
    plan.name = "service-" + std::to_string(id);
    plan.addresses = {*Ip6::parse("2001:db8:a::1")};
    plan.transport = transport;
    plan.port = static_cast<std::uint16_t>(8000 + id);
    plan.affinity = affinity;
    plan.affinity_timeout = {kTimeout};
    plan.slots = kSlots;
    return plan;
}

SitePlan site_plan(std::uint16_t id) {
    PathPlan path;
    path.id = path_id(SiteId{id}, 0);
    path.destination6 = *Ip6::parse("fc00:0:e1::");
    path.mtu = {2000};
    return {{id}, "site-" + std::to_string(id), {}, {path}};
}

} // namespace

Model::Model(std::unique_ptr<HostEngine> engine, Scenario scenario, std::uint64_t seed)
    : engine_(std::move(engine)), scenario_(scenario), random_(seed) {
    plan_.id = {"model", 1, 0};
    for (std::uint16_t id = 1; id <= kSites; id++) {
        plan_.sites.push_back(site_plan(id));
    }
    plan_.services = {service_plan(1, Transport::kTcp, scenario.affinity),
                      service_plan(2, Transport::kUdp, scenario.affinity),
                      service_plan(3, Transport::kTcp, Affinity::kSource)};
    for (std::uint16_t i = 0; i < 24; i++) {
        Flow flow;
        flow.kind = i % 2 == 0 ? Kind::kTcp : i % 4 == 1 ? Kind::kUdp : Kind::kSource;
        flow.number = i;
        flows_.push_back(flow);
    }
    change_shares();
    start_tables();
    apply();
    tell_paths();
}

void Model::start_tables() {
    tables_ = std::make_unique<SteerTables>(*engine_, Ip6{});
    ASSERT_TRUE(tables_->adopt());
}

void Model::apply() {
    plan_.id.generation++;
    const auto status = tables_->apply(plan_, now());
    ASSERT_TRUE(status) << status.error().text();
}

void Model::tell_paths() {
    for (std::uint16_t id = 1; id <= kSites; id++) {
        ASSERT_TRUE(tables_->set_paths(SiteId{id},
                                       std::array{UsablePath{path_id(SiteId{id}, 0), {1, {}, {}}}}, now()));
    }
}

void Model::change_shares() {
    for (auto& service : plan_.services) {
        service.shares.clear();
        for (std::uint16_t id = 1; id <= kSites; id++) {
            service.shares.push_back({{id}, static_cast<std::uint32_t>(random_() % 5)});
        }
        service.shares[random_() % kSites].ppm += 1;
    }
}

int Model::alive() const {
    int count = 0;
    for (std::size_t id = 1; id <= kSites; id++) {
        count += sites_[id].liveness == SiteLiveness::kAlive ? 1 : 0;
    }
    return count;
}

void Model::change_sites() {
    const SiteId id{static_cast<std::uint16_t>(1 + random_() % kSites)};
    auto& truth = sites_[id.value];
    const auto tell = [&](SiteLiveness liveness) { ASSERT_TRUE(tables_->set_liveness(id, liveness, now())); };
    if (truth.liveness == SiteLiveness::kAlive && alive() > 2 && one_in(60)) {
        if (scenario_.death && one_in(2)) {
            truth.liveness = SiteLiveness::kDead;
            truth.epoch++;
            tell(SiteLiveness::kDead);
        } else if (scenario_.flap) {
            truth.liveness = SiteLiveness::kSuspect;
            tell(scenario_.suspect_is_dead ? SiteLiveness::kDead : SiteLiveness::kSuspect);
        }
    } else if (truth.liveness != SiteLiveness::kAlive && one_in(8)) {
        truth.liveness = SiteLiveness::kAlive;
        tell(SiteLiveness::kAlive);
    }
}

/// The agent is gone without a word and back: only the tables of the engine remain.
void Model::restart() {
    start_tables();
    apply();
    for (std::uint16_t id = 1; id <= kSites; id++) {
        ASSERT_TRUE(tables_->set_liveness(SiteId{id}, sites_[id].liveness, now()));
    }
}

void Model::count_commits() {
    std::vector<SiteId> bases;
    for (const auto& service : plan_.services) {
        const auto views = tables_->slots(service.id);
        for (const auto& slot : *views) {
            bases.push_back(slot.base);
        }
    }
    for (std::size_t i = 0; i < bases_.size(); i++) {
        seen_.commits += bases[i] != bases_[i] ? 1 : 0;
    }
    bases_ = bases;
}

SiteId Model::send(Flow& flow, bool is_start) {
    SyntheticPacket packet;
    packet.flow = {
        *Ip6::parse("2001:db8:c1::" + std::to_string(flow.number)),
        static_cast<std::uint16_t>(flow.kind == Kind::kSource ? 1 + random_() % 65535 : 40000 + flow.number),
        *Ip6::parse("2001:db8:a::1"), static_cast<std::uint16_t>(8001 + static_cast<int>(flow.kind)),
        flow.kind == Kind::kUdp ? Transport::kUdp : Transport::kTcp};
    const bool looks_like_start = is_start || (flow.kind == Kind::kSource && one_in(2));
    packet.tcp_flags = looks_like_start ? SyntheticPacket::kSyn : SyntheticPacket::kAck;
    flow.last = step_;
    seen_.packets++;
    return engine_->run(build_frame(packet), PacketRole::kExternal, now()).site;
}

void Model::place(Flow& flow, bool is_start) {
    flow.site = send(flow, is_start);
    flow.epoch = sites_[flow.site.value].epoch;
}

void Model::stay(Flow& flow, bool is_start, long& violations) {
    const auto before = flow.site;
    place(flow, is_start);
    violations += flow.site != before ? 1 : 0;
}

void Model::tcp_client(Flow& flow, long gap) {
    if (flow.stage == Stage::kOpen && one_in(20)) {
        flow.stage = Stage::kClosed;
        flow.last = scenario_.reuse ? flow.last : step_;
    } else if (flow.stage == Stage::kClosed) {
        if (gap > kTimeout || scenario_.reuse) {
            place(flow, true);
            flow.stage = Stage::kOpening;
            flow.repeats = 0;
        }
    } else if (flow.stage == Stage::kOpening && gap > 3) {
        flow.stage = Stage::kClosed;
    } else if (flow.stage == Stage::kOpening && scenario_.retransmit && flow.repeats < 2 && one_in(3)) {
        flow.repeats++;
        stay(flow, true, seen_.handshake);
    } else {
        stay(flow, false, flow.stage == Stage::kOpening ? seen_.handshake : seen_.established);
        flow.stage = Stage::kOpen;
    }
}

void Model::client(Flow& flow) {
    const long gap = step_ - flow.last;
    if (flow.stage != Stage::kClosed && flow.epoch != sites_[flow.site.value].epoch) {
        flow.stage = Stage::kClosed; // its site died, and so did it
        flow.last = -100000;
        return;
    }
    if (flow.stage == Stage::kOpen && gap > kTimeout) {
        flow.stage = Stage::kClosed; // silent for too long: a new flow
    }
    if (flow.kind == Kind::kTcp) {
        tcp_client(flow, gap);
    } else if (flow.stage == Stage::kOpen) {
        stay(flow, false, seen_.established);
    } else {
        place(flow, false);
        flow.stage = Stage::kOpen;
    }
}

Violations Model::run(long steps) {
    for (step_ = 1; step_ <= steps; step_++) {
        EXPECT_TRUE(tables_->tick(now() + scenario_.commit_early));
        count_commits();
        if (one_in(scenario_.change_within_move ? 6 : 30)) {
            change_shares();
            apply();
        }
        change_sites();
        if (scenario_.restart && one_in(25)) {
            restart();
        }
        for (int i = 0; i < 3; i++) {
            client(flows_[random_() % flows_.size()]);
        }
    }
    const auto reasons = engine_->counters().reasons;
    seen_.recorded = static_cast<long>(reasons.at("recorded"));
    seen_.full = static_cast<long>(reasons.at("exception_full"));
    return seen_;
}

} // namespace suanlu::affinity
