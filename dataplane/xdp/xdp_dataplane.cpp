// SPDX-License-Identifier: Apache-2.0
#include "dataplane/xdp/xdp_dataplane.hpp"

#include <bpf/libbpf.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "core/support/clock.hpp"
#include "core/support/log.hpp"
#include "dataplane/api/flow_samples.hpp"
#include "dataplane/api/rows.hpp"
#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"
#include "dataplane/xdp/explain_program.hpp"
#include "dataplane/xdp/interface_stats.hpp"
#include "dataplane/xdp/map_store.hpp"
#include "dataplane/xdp/pinned_maps.hpp"
#include "dataplane/xdp/tc_programs.hpp"
#include "dataplane/xdp/xdp_attach.hpp"

namespace suanlu {
namespace {

struct RingDeleter {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
};
const char* program_for(InterfaceRole role) {
    switch (role) {
    case InterfaceRole::kExternal:
        return "suanlu_external";
    case InterfaceRole::kSite:
        return "suanlu_site";
    case InterfaceRole::kCore:
        break;
    }
    return "suanlu_core";
}

int keep_event(void* context, void* bytes, std::size_t length) {
    if (length >= sizeof(sl_flow_event)) {
        sl_flow_event event{};
        __builtin_memcpy(&event, bytes, sizeof event);
        static_cast<FlowSamples*>(context)->add(event);
    }
    return 0;
}

} // namespace

struct XdpDataplane::State {
    XdpConfig config;
    bool is_adopted = false;
    std::uint64_t generic_interfaces = 0;
    Skeleton skeleton;
    /// The kernel takes the XDP programs.
    bool has_xdp = false;
    std::unique_ptr<TcPrograms> tc;
    std::unique_ptr<ExplainProgram> explainer; ///< loaded when somebody asks
    std::set<std::string> tc_interfaces;
    /// Those that neither XDP nor tc could be had for: plain routing, without border.
    std::set<std::string> bare_interfaces;
    std::unique_ptr<MapStore> store;
    std::unique_ptr<SteerTables> tables;
    FlowSamples samples;
    std::unique_ptr<ring_buffer, RingDeleter> ring;
    SteadyClock clock;
    /// Interfaces of the configuration that are not there now.
    std::set<std::string> away;

    Status load_programs();
    Status attach();
    Status attach(const XdpInterface& interface);
    Status attach_best(const XdpInterface& interface);
    Status reattach();
    [[nodiscard]] bool has_program(const std::string& interface) const;
    Status attach_tc(const XdpInterface& interface, const std::string& why);
};

// A kernel that refuses the XDP programs may still take those for tc.
Status XdpDataplane::State::load_programs() {
    auto loaded = load_pinned(config.pin_folder, config.exceptions, is_adopted, config.hook == Hook::kXdp);
    has_xdp = loaded.has_value() && config.hook == Hook::kXdp;
    if (!loaded && loaded.error().code == Errc::kKernel) {
        log_warn("xdp.refused", {{"why", loaded.error().text()}, {"instead", "tc"}});
        loaded = load_pinned(config.pin_folder, config.exceptions, is_adopted, false);
    }
    SL_TRY(skeleton, std::move(loaded));
    return {};
}

Status XdpDataplane::State::attach_tc(const XdpInterface& interface, const std::string& why) {
    if (!tc) {
        SL_TRY(tc, TcPrograms::load(*skeleton->obj));
    }
    SL_TRY_VOID(tc->attach(config.pin_folder, interface.name, program_for(interface.role)));
    if (tc_interfaces.insert(interface.name).second) {
        log_info("tc.attached", {{"interface", interface.name}, {"why", why}});
    }
    return {};
}

// Native XDP, else generic, else tc, else the kernel: an agent that does not start would leave the SIDs and
// the probes of this node undone as well.
Status XdpDataplane::State::attach(const XdpInterface& interface) {
    const Status done = attach_best(interface);
    if (done || done.error().code != Errc::kKernel) {
        bare_interfaces.erase(interface.name);
        return done;
    }
    const bool has_tc = is_tc_attached(config.pin_folder, interface.name);
    if (has_tc || is_attached(config.pin_folder, interface.name)) {
        if (has_tc) {
            tc_interfaces.insert(interface.name);
        }
        log_error("program.kept", {{"interface", interface.name},
                                   {"why", done.error().text()},
                                   {"instead", "the program that a predecessor left goes on"}});
        return {};
    }
    if (bare_interfaces.insert(interface.name).second) {
        log_error("interface.bare", {{"interface", interface.name},
                                     {"why", done.error().text()},
                                     {"instead", "plain anycast by the kernel, no steering and no border"}});
    }
    return {};
}

Status XdpDataplane::State::attach_best(const XdpInterface& interface) {
    // Answers to packets that are too big leave by the interface that they came in by.
    const unsigned index = if_nametoindex(interface.name.c_str());
    if (index == 0) {
        return Error{Errc::kNotFound, "no interface " + interface.name};
    }
    SL_TRY_VOID(store->admit_interface(index));
    if (!has_xdp) {
        return attach_tc(interface, "no XDP programs");
    }
    const auto* program = bpf_object__find_program_by_name(skeleton->obj, program_for(interface.role));
    const auto mode =
        attach_program(config.pin_folder, interface.name, bpf_program__fd(program), config.allow_generic);
    if (!mode) {
        return mode.error().code == Errc::kKernel ? attach_tc(interface, mode.error().text())
                                                  : Status(mode.error());
    }
    tc_interfaces.erase(interface.name);
    if (*mode == AttachMode::kGeneric) {
        generic_interfaces++;
        log_warn("xdp.generic", {{"interface", interface.name}, {"reason", "the driver has no XDP"}});
    }
    return {};
}

bool XdpDataplane::State::has_program(const std::string& interface) const {
    if (bare_interfaces.contains(interface)) {
        return true; // the same refusal would come again
    }
    return tc_interfaces.contains(interface) ? is_tc_attached(config.pin_folder, interface)
                                             : is_attached(config.pin_folder, interface);
}

// The kernel detaches a program with its interface; one that comes back under the same name is
// another interface.
Status XdpDataplane::State::reattach() {
    for (const auto& interface : config.interfaces) {
        const bool was_away = away.contains(interface.name);
        if (if_nametoindex(interface.name.c_str()) == 0) {
            if (away.insert(interface.name).second) {
                log_warn("interface.away", {{"interface", interface.name}});
            }
        } else if (was_away || !has_program(interface.name)) {
            SL_TRY_VOID(attach(interface));
            away.erase(interface.name);
            log_info("interface.attached", {{"interface", interface.name}});
        }
    }
    return {};
}

Status XdpDataplane::State::attach() {
    std::vector<std::string> names;
    for (const auto& interface : config.interfaces) {
        SL_TRY_VOID(attach(interface));
        if (!tc_interfaces.contains(interface.name) && !bare_interfaces.contains(interface.name)) {
            names.push_back(interface.name);
        }
    }
    detach_tc_others(config.pin_folder, {tc_interfaces.begin(), tc_interfaces.end()});
    return detach_others(config.pin_folder, names);
}

XdpDataplane::XdpDataplane(std::unique_ptr<State> state) : state_(std::move(state)) {
}
XdpDataplane::~XdpDataplane() = default;

Result<std::unique_ptr<XdpDataplane>> XdpDataplane::open(XdpConfig config, MonoTime) {
    SL_TRY_VOID(prepare_pin_folder(config.pin_folder));
    auto state = std::make_unique<State>();
    state->config = std::move(config);
    SL_TRY(state->is_adopted, find_pinned(state->config.pin_folder));
    SL_TRY_VOID(state->load_programs());
    SL_TRY(state->store, MapStore::open(maps_of(state->skeleton->obj)));
    state->store->control().layout = SL_LAYOUT;
    state->tables = std::make_unique<SteerTables>(*state->store, state->config.outer_source);
    state->tables->set_insert_rate(state->config.insert_rate);
    state->tables->set_sampling(state->config.flow_sample);
    if (state->is_adopted) {
        SL_TRY_VOID(state->tables->adopt());
    }
    state->ring.reset(
        ring_buffer__new(bpf_map__fd(state->skeleton->maps.sl_events), keep_event, &state->samples, nullptr));
    if (!state->ring) {
        return kernel_error("opening the ring of new flows", errno);
    }
    SL_TRY_VOID(state->attach());
    return std::unique_ptr<XdpDataplane>(new XdpDataplane(std::move(state)));
}

Status XdpDataplane::apply(const Plan& plan, MonoTime now) {
    return state_->tables->apply(plan, now);
}

Status XdpDataplane::set_paths(SiteId site, std::span<const UsablePath> usable) {
    return state_->tables->set_paths(site, usable, state_->clock.now());
}

Status XdpDataplane::set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) {
    return state_->tables->set_liveness(site, liveness, now);
}

Status XdpDataplane::set_steering(ServiceId service, bool on) {
    return state_->tables->set_steering(service, on);
}

Status XdpDataplane::set_sids(std::span<const EngineSid> sids) {
    return write_sid_rows(*state_->store, sids);
}

Status XdpDataplane::tick(MonoTime now) {
    return state_->tables->tick(now);
}

Status XdpDataplane::reattach() {
    SL_TRY_VOID(state_->tables->refresh_interfaces());
    return state_->reattach();
}

Result<FlowRun> XdpDataplane::explain(const FlowQuestion& question) {
    const auto& interfaces = state_->config.interfaces;
    const auto found = std::find_if(interfaces.begin(), interfaces.end(), [&](const XdpInterface& each) {
        return question.interface.empty() ? each.role == InterfaceRole::kExternal
                                          : each.name == question.interface;
    });
    if (found == interfaces.end()) {
        return Error{Errc::kNotFound, question.interface.empty()
                                          ? "no interface with clients"
                                          : "not an interface of the agent: " + question.interface};
    }
    if (!state_->explainer) {
        SL_TRY(state_->explainer, ExplainProgram::load(*state_->skeleton->obj));
    }
    const auto interface = static_cast<std::uint32_t>(if_nametoindex(found->name.c_str()));
    SL_TRY(FlowRun run, state_->explainer->run(build_frame(packet_of(question)), found->role, interface));
    char name[IF_NAMESIZE] = "";
    run.interface = found->name;
    run.out_interface = run.story.out_interface == 0                               ? ""
                        : if_indextoname(run.story.out_interface, name) != nullptr ? name
                                                                                   : "gone";
    return run;
}

Result<EngineCounters> XdpDataplane::counters() {
    auto all = state_->store->counters();
    SL_TRY(all.sites, state_->tables->site_counts());
    all.reasons[kSamplesLeftOut] = state_->samples.left_out();
    all.reasons["generic_interfaces"] = state_->generic_interfaces;
    all.reasons["bare_interfaces"] = state_->bare_interfaces.size();
    return all;
}

Result<std::vector<EngineFlow>> XdpDataplane::flows(std::size_t limit) {
    const auto now = state_->clock.now();
    auto list = state_->store->exceptions(limit, now);
    ring_buffer__consume(state_->ring.get());
    state_->samples.move_to(list, limit, now);
    return list;
}

Result<std::vector<SlotView>> XdpDataplane::slots(ServiceId service) {
    return state_->tables->slots(service);
}

Result<Occupancy> XdpDataplane::occupancy() {
    return state_->tables->occupancy();
}

void XdpDataplane::take_loads(std::span<const SiteJobs> loads, MonoTime now) {
    state_->tables->take_loads(loads, now);
}

PlacementCount XdpDataplane::placement() const {
    return state_->tables->placement();
}

PlanId XdpDataplane::applied() const {
    return state_->tables->applied();
}

std::string XdpDataplane::engine_name() const {
    if (!state_->bare_interfaces.empty()) {
        return "kernel";
    }
    if (!state_->tc_interfaces.empty()) {
        return "tc";
    }
    const auto& interfaces = state_->config.interfaces;
    const auto generic = [](const XdpInterface& interface) { return is_generic(interface.name); };
    return std::any_of(interfaces.begin(), interfaces.end(), generic) ? "xdp-generic" : "xdp-native";
}

EngineState XdpDataplane::state() const {
    constexpr const char* kRoles[] = {"external", "site", "core"}; // InterfaceRole
    EngineState out{engine_name(), {}, {}};
    for (const auto& interface : state_->config.interfaces) {
        auto& port = out.ports.emplace_back(port_on(interface.name));
        port.role = kRoles[static_cast<std::size_t>(interface.role)];
    }
    return out;
}

bool XdpDataplane::is_adopted() const {
    return state_->is_adopted;
}

Status XdpDataplane::withdraw() {
    return remove_pins(state_->config.pin_folder);
}

Status withdraw_pins(const std::string& pin_folder) {
    return remove_pins(pin_folder);
}

} // namespace suanlu
