// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/dpdk_dataplane.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/support/log.hpp"
#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"
#include "dataplane/dpdk/explain_tables.hpp"
#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {
namespace {

constexpr std::uint64_t kStuckAfter = 1'000'000'000; // ns
constexpr std::uint32_t kExternal = 0;               // enum sl_role
constexpr const char* kRoles[] = {"external", "site", "core"};

std::string role_name(std::uint32_t role) {
    return role < std::size(kRoles) ? kRoles[role] : "unknown";
}

const SharedPort* port_of(const SharedTables& tables, const std::string& interface) {
    const auto count = std::min(tables.port_count.load(), kMostPorts);
    for (std::uint32_t i = 0; i < count; i++) {
        const auto& port = tables.ports[i];
        if (std::strncmp(port.interface, interface.c_str(), sizeof port.interface) == 0) {
            return &port;
        }
    }
    return nullptr;
}

/// The port of that interface; for none, the first with clients.
const SharedPort* port_for(const SharedTables& tables, const FlowQuestion& question) {
    if (!question.interface.empty()) {
        return port_of(tables, question.interface);
    }
    const auto* end = tables.ports.data() + std::min(tables.port_count.load(), kMostPorts);
    const auto* found =
        std::find_if(tables.ports.data(), end, [](const SharedPort& port) { return port.role == kExternal; });
    return found == end ? nullptr : found;
}

std::string name_of(const SharedPort& port) {
    return {port.interface, strnlen(port.interface, sizeof port.interface)};
}

std::string name_of(const SharedTables& tables, std::uint32_t interface) {
    const auto count = std::min(tables.port_count.load(), kMostPorts);
    for (std::uint32_t i = 0; i < count; i++) {
        const auto& port = tables.ports[i];
        if (port.index == interface) {
            return name_of(port);
        }
    }
    return interface == 0 ? "" : "gone";
}

} // namespace

struct DpdkDataplane::State {
    State(DpdkConfig config, SharedMemory opened) : config(std::move(config)), memory(std::move(opened)) {}

    [[nodiscard]] bool is_stuck() const;
    [[nodiscard]] bool has_port_down() const;
    void watch_engine();

    DpdkConfig config;
    SharedMemory memory;
    SharedStore store{memory};
    SteerTables tables{store, config.outer_source};
    SteadyClock clock;
    bool is_adopted = false;
    bool had_engine = false;
};

bool DpdkDataplane::State::is_stuck() const {
    const auto now = static_cast<std::uint64_t>(clock.now().since_boot.count());
    const auto& lcores = memory.tables().lcores;
    return std::any_of(lcores.begin(), lcores.end(), [&](const LcoreState& lcore) {
        const auto alive = lcore.alive.load(std::memory_order_relaxed);
        return lcore.is_running.load(std::memory_order_relaxed) && now > alive + kStuckAfter;
    });
}

bool DpdkDataplane::State::has_port_down() const {
    const auto& ports = memory.tables().ports;
    const auto count = std::min(memory.tables().port_count.load(), kMostPorts);
    return std::any_of(ports.begin(), ports.begin() + count,
                       [](const SharedPort& port) { return port.is_down.load(std::memory_order_relaxed); });
}

void DpdkDataplane::State::watch_engine() {
    const bool has_engine = memory.has_engine();
    if (has_engine == had_engine) {
        return;
    }
    had_engine = has_engine;
    if (has_engine) {
        log_info("engine.there", {{"ports", memory.tables().port_count.load()}});
    } else {
        log_warn("engine.away",
                 {{"what", "no suanlu-fwd forwards by the tables"}, {"tables", config.tables}});
    }
}

DpdkDataplane::DpdkDataplane(std::unique_ptr<State> state) : state_(std::move(state)) {
}
DpdkDataplane::~DpdkDataplane() = default;

Result<std::unique_ptr<DpdkDataplane>> DpdkDataplane::open(DpdkConfig config) {
    SL_TRY(auto memory, SharedMemory::open(config.tables, TableUser::kAgent));
    auto state = std::make_unique<State>(std::move(config), std::move(memory));
    state->tables.set_insert_rate(state->config.insert_rate);
    state->tables.set_sampling(state->config.flow_sample);
    SL_TRY_VOID(state->tables.adopt());
    state->is_adopted = !state->tables.applied().controller.empty();
    state->had_engine = true; // so that its absence is said
    state->watch_engine();
    return std::unique_ptr<DpdkDataplane>(new DpdkDataplane(std::move(state)));
}

Status DpdkDataplane::apply(const Plan& plan, MonoTime now) {
    return state_->tables.apply(plan, now);
}

Status DpdkDataplane::set_paths(SiteId site, std::span<const UsablePath> usable) {
    return state_->tables.set_paths(site, usable, state_->clock.now());
}

Status DpdkDataplane::set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) {
    return state_->tables.set_liveness(site, liveness, now);
}

Status DpdkDataplane::set_steering(ServiceId service, bool on) {
    return state_->tables.set_steering(service, on);
}

Status DpdkDataplane::set_sids(std::span<const EngineSid> sids) {
    return write_sid_rows(state_->store, sids);
}

Status DpdkDataplane::set_routes(std::span<const EngineRoute> routes) {
    return state_->store.set_routes(routes);
}

Status DpdkDataplane::tick(MonoTime now) {
    state_->watch_engine();
    return state_->tables.tick(now);
}

void DpdkDataplane::take_loads(std::span<const SiteJobs> loads, MonoTime now) {
    state_->tables.take_loads(loads, now);
}

Result<FlowRun> DpdkDataplane::explain(const FlowQuestion& question) {
    auto& tables = state_->memory.tables();
    const auto* port = port_for(tables, question);
    if (port == nullptr) {
        return Error{Errc::kNotFound, question.interface.empty()
                                          ? "suanlu-fwd has no port with clients"
                                          : "not a port of suanlu-fwd: " + question.interface};
    }
    const auto now = static_cast<std::uint64_t>(state_->clock.now().since_boot.count());
    FlowRun run = explain_frame(tables, build_frame(packet_of(question)), port->role, port->index, now);
    run.interface = name_of(tables, port->index);
    run.out_interface = name_of(tables, run.story.out_interface);
    return run;
}

PlacementCount DpdkDataplane::placement() const {
    return state_->tables.placement();
}

Status DpdkDataplane::reattach() {
    SL_TRY_VOID(state_->tables.refresh_interfaces());
    const auto& tables = state_->memory.tables();
    if (tables.port_count == 0) {
        return {}; // no engine has been there yet
    }
    for (const auto& wanted : state_->config.interfaces) {
        const auto* port = port_of(tables, wanted.name);
        if (port == nullptr) {
            return Error{Errc::kConflict, "suanlu-fwd has no port for " + wanted.name};
        }
        if (port->role != wanted.role) {
            return Error{Errc::kConflict, wanted.name + " is " + role_name(port->role) + " in fwd.yaml and " +
                                              role_name(wanted.role) + " in agent.yaml"};
        }
    }
    return {};
}

Result<EngineCounters> DpdkDataplane::counters() {
    auto all = state_->store.counters();
    SL_TRY(all.sites, state_->tables.site_counts());
    return all;
}

Result<std::vector<EngineFlow>> DpdkDataplane::flows(std::size_t limit) {
    return state_->store.flows(limit, state_->clock.now());
}

Result<std::vector<SlotView>> DpdkDataplane::slots(ServiceId service) {
    return state_->tables.slots(service);
}

Result<Occupancy> DpdkDataplane::occupancy() {
    return state_->tables.occupancy();
}

PlanId DpdkDataplane::applied() const {
    return state_->tables.applied();
}

std::string DpdkDataplane::engine_name() const {
    if (!state_->memory.has_engine()) {
        return "dpdk-away";
    }
    if (state_->is_stuck()) {
        return "dpdk-stuck";
    }
    return state_->has_port_down() ? "dpdk-port-down" : "dpdk";
}

EngineState DpdkDataplane::state() const {
    const auto& tables = state_->memory.tables();
    EngineState out{engine_name(), {}, stages_of(tables)};
    for (std::uint32_t i = 0; i < std::min(tables.port_count.load(), kMostPorts); i++) {
        const auto& port = tables.ports[i];
        out.ports.push_back({name_of(port), role_name(port.role), port.is_down, port.received, port.sent,
                             port.missed, port.errors, port.received_bytes, port.sent_bytes,
                             port.unpolled_queues});
    }
    return out;
}

bool DpdkDataplane::is_adopted() const {
    return state_->is_adopted;
}

Status withdraw_tables(const std::string& path) {
    if (!std::filesystem::exists(path)) {
        return {};
    }
    SL_TRY(auto memory, SharedMemory::open(path, TableUser::kAgent));
    SharedStore store(memory);
    for (auto& lengths : store.control().wide) {
        lengths.count = 0;
    }
    SL_TRY(const auto services, store.services());
    for (const auto& [key, row] : services) {
        SL_TRY_VOID(store.drop_service(key));
    }
    SL_TRY_VOID(write_sid_rows(store, {}));
    SL_TRY_VOID(store.set_routes({}));
    if (!memory.has_engine()) {
        std::filesystem::remove(path);
    }
    return {};
}

} // namespace suanlu
