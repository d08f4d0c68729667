// SPDX-License-Identifier: Apache-2.0
#include "simulator/flow_keeper.hpp"

#include <arpa/inet.h>

#include <cmath>
#include <cstring>

#include "core/support/error.hpp"
#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu::sim {

namespace {

constexpr std::uint16_t kPort = 80;
constexpr std::uint16_t kClientPort = 1024;
const ServiceId kService{1};

/// The simulation begins when the machine has been up for a while.
MonoTime at_time(double now_s) {
    constexpr double kUpBefore = 1000;
    return {std::chrono::nanoseconds(static_cast<std::int64_t>((now_s + kUpBefore) * 1e9))};
}

SiteId id_of(std::size_t site) {
    return {static_cast<std::uint16_t>(site + 1)};
}

Ip6 service_address() {
    return *Ip6::parse("2001:db8:a::1");
}

/// As the data plane names the flow in its table of exceptions.
sl_flow_key key_of(const Ip6& client) {
    sl_flow_key key{};
    std::memcpy(&key.source, client.bytes.data(), sizeof key.source);
    key.address_tag = address_tag(service_address());
    key.port_be = htons(kClientPort);
    key.service = kService.value;
    return key;
}

/// A Plan of one service; every site is one path away.
Plan first_plan(const FlowAffinity& affinity, std::size_t sites) {
    Plan plan;
    plan.id = {"suanlu-sim", 1, 0};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    ServicePlan service;
    service.id = kService;
    service.name = "simulated";
    service.addresses = {service_address()};
    service.port = kPort;
    service.affinity_timeout = {affinity.timeout_s};
    service.slots = affinity.slots;
    for (std::size_t j = 0; j < sites; ++j) {
        PathPlan path;
        path.id = path_id(id_of(j), 0);
        path.destination6 = *Ip6::parse("fc00:0:e::");
        path.mtu = {9000};
        plan.sites.push_back({id_of(j), "site-" + std::to_string(j + 1), {}, {path}});
        service.shares.push_back({id_of(j), 0});
    }
    plan.services = {service};
    return plan;
}

} // namespace

/// The engine of the data plane on the host, and which flow the last packet was of.
struct FlowKeeper::Engine final : HostEngine {
    Engine(const FlowAffinity& affinity, std::size_t sites)
        : HostEngine(affinity.slots, affinity.exceptions), tables(*this, *Ip6::parse("fc00::1")),
          plan(first_plan(affinity, sites)) {}

    SteerTables tables;
    Plan plan;
    sl_flow_key last_key{};
    bool has_paths = false;
    std::uint64_t no_room = 0;
};

FlowKeeper::FlowKeeper(const FlowAffinity& affinity, std::vector<bool> has_path)
    : engine_(std::make_unique<Engine>(affinity, has_path.size())), has_path_(std::move(has_path)) {
}

FlowKeeper::FlowKeeper(FlowKeeper&&) noexcept = default;
FlowKeeper& FlowKeeper::operator=(FlowKeeper&&) noexcept = default;
FlowKeeper::~FlowKeeper() = default;

void FlowKeeper::set_shares(const std::vector<double>& shares, double now_s) {
    bool is_any = false;
    for (std::size_t j = 0; j < shares.size(); ++j) {
        engine_->plan.services[0].shares[j].ppm = static_cast<std::uint32_t>(std::lround(shares[j] * 1e6));
        is_any = is_any || engine_->plan.services[0].shares[j].ppm > 0;
    }
    if (!is_any) {
        return;
    }
    ++engine_->plan.id.generation;
    SL_CHECK(engine_->tables.apply(engine_->plan, at_time(now_s)).has_value());
    for (std::size_t j = 0; !engine_->has_paths && j < has_path_.size(); ++j) {
        if (has_path_[j]) {
            const UsablePath path{path_id(id_of(j), 0), {1, {}, {}}};
            SL_CHECK(engine_->tables.set_paths(id_of(j), {&path, 1}, at_time(now_s)).has_value());
        }
    }
    engine_->has_paths = true;
}

void FlowKeeper::set_liveness(std::size_t site, Liveness liveness, double now_s) {
    if (!engine_->has_paths) {
        return; // no share so far: a policy left this ingress without a site, so there is no plan to tell
    }
    const SiteLiveness state = liveness == Liveness::kAlive  ? SiteLiveness::kAlive
                               : liveness == Liveness::kDead ? SiteLiveness::kDead
                                                             : SiteLiveness::kSuspect;
    SL_CHECK(engine_->tables.set_liveness(id_of(site), state, at_time(now_s)).has_value());
}

void FlowKeeper::tick(double now_s) {
    SL_CHECK(engine_->tables.tick(at_time(now_s)).has_value());
}

std::size_t FlowKeeper::packet(std::uint64_t flow, bool is_start, double now_s) {
    SyntheticPacket packet;
    packet.flow.source = *Ip6::parse("2001:db8:c::");
    std::memcpy(packet.flow.source.bytes.data() + 8, &flow, sizeof flow);
    packet.flow.source_port = kClientPort;
    engine_->last_key = key_of(packet.flow.source);
    packet.flow.destination = service_address();
    packet.flow.destination_port = kPort;
    packet.tcp_flags = is_start ? SyntheticPacket::kSyn : SyntheticPacket::kAck;
    const PacketResult result = engine_->run(build_frame(packet), PacketRole::kExternal, at_time(now_s));
    return result.verdict == Verdict::kRedirect ? result.site.value - std::size_t{1} : kNoSite;
}

std::size_t FlowKeeper::start(std::uint64_t flow, double now_s) {
    return packet(flow, true, now_s);
}

std::size_t FlowKeeper::follow(std::uint64_t flow, double now_s) {
    return packet(flow, false, now_s);
}

bool FlowKeeper::remember(std::size_t site, double now_s) {
    const std::uint64_t word = ticks_of(at_time(now_s)) << 16 | id_of(site).value;
    const bool is_kept = engine_->remember(engine_->last_key, word) == 0;
    engine_->no_room += is_kept ? 0 : 1;
    return is_kept;
}

bool FlowKeeper::is_kept() {
    return engine_->find_exception(engine_->last_key) != nullptr;
}

std::uint64_t FlowKeeper::kept() const {
    return engine_->exceptions();
}

double FlowKeeper::moving() const {
    const SlotTable* slots = engine_->tables.slot_table(kService);
    double count = 0;
    for (std::uint32_t slot = 0; slots != nullptr && slot < slots->size(); ++slot) {
        count += slots->is_moving(slot) ? 1 : 0;
    }
    return slots == nullptr ? 0 : count / slots->size();
}

std::uint64_t FlowKeeper::full() const {
    const EngineCounters counters = engine_->counters();
    const auto found = counters.reasons.find(reason_name(SL_R_exception_full));
    return engine_->no_room + (found == counters.reasons.end() ? 0 : found->second);
}

} // namespace suanlu::sim
