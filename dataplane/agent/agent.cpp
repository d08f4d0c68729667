// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent.hpp"

#include <unistd.h>

#include <random>

#include "dataplane/agent/agent_state.hpp"
#include "dataplane/agent/engine.hpp"

namespace suanlu {

namespace {

using std::chrono::milliseconds;

/// Quiet time after kernel notifications: shorter than a probe interval, longer than one route's burst.
constexpr milliseconds kSettle{2};
constexpr std::size_t kMailbox = 4096;

std::string new_boot_id() {
    std::random_device random;
    return std::to_string(getpid()) + "-" + std::to_string(random()) + std::to_string(random());
}

AgentCoreConfig core_config(const AgentConfig& config) {
    AgentCoreConfig out;
    out.rules = {config.node, config.locator, config.service_prefixes, config.sid_blocks};
    out.owns_sids = config.srv6_owner == SrOwner::kAgent;
    out.fail_static.static_after = config.static_after;
    out.fail_static.anycast_after = config.anycast_after;
    out.liveness.dead_hold = config.dead_hold;
    out.boot_id = new_boot_id();
    for (const AgentInterface& interface : config.interfaces) {
        if (interface.role == "external" && out.client_class.empty()) {
            out.client_class = interface.client_class;
        }
    }
    return out;
}

bool merge_probe(ProbeResult& waiting, ProbeResult& incoming) {
    if (waiting.path != incoming.path || waiting.destination != incoming.destination) {
        return false;
    }
    waiting = incoming;
    return true;
}

bool merge_links(LinkReport& waiting, LinkReport& incoming) {
    waiting = std::move(incoming);
    return true;
}

} // namespace

Agent::State::State(asio::io_context& context, AgentConfig c)
    : io(context), config(std::move(c)), strand(asio::make_strand(context)), session_mail(strand, kMailbox),
      load_mail(strand, kMailbox), probe_mail(strand, kMailbox, merge_probe),
      link_mail(strand, 4, merge_links), timer(strand) {
}

Status Agent::State::open_parts() {
    SL_TRY(engine, open_engine(config, clock.now()));
    if (config.srv6_owner == SrOwner::kAgent) {
        SL_TRY(seg6, Seg6Routes::open(config.sid_interface));
    }
    SL_TRY(kernel, KernelFeed::open());
    SL_TRY(store, PlanStore::open(config.state_dir, config.node));
    AgentCoreConfig wanted = core_config(config);
    boot_id = wanted.boot_id;
    LocalSidSink& sids = seg6 ? static_cast<LocalSidSink&>(*seg6) : foreign_sids;
    core = std::make_unique<AgentCore>(std::move(wanted), *engine, sids, clock.now());
    return {};
}

Status Agent::State::restore() {
    auto saved = store->load();
    if (!saved) {
        log_warn("plan.not-restored", {{"why", saved.error().text()}});
        return {};
    }
    if (!*saved) {
        return {};
    }
    const Plan& plan = **saved;
    kernel->refresh_services(plan, *core, clock.now());
    const Status done = core->restore(plan, kernel->resolve(plan), clock.now());
    if (!done) {
        // The controller's next Plan decides; what is in kernel and engine keeps forwarding.
        log_warn("plan.not-restored", {{"plan", plan.id.text()}, {"why", done.error().text()}});
    }
    flush_events();
    return {};
}

Status Agent::State::open_edges() {
    SL_TRY(watch, KernelWatch::open(strand, kSettle, [this](const KernelChanges& changes) {
               if (!is_stopping) {
                   refresh(changes);
               }
           }));
    if (config.probes) {
        SL_TRY(prober, ProbeSender::open(*config.probes, probe_mail));
    }
    SL_TRY(ted, TedFeed::open(io, config, link_mail));
    if (!config.metrics.empty()) {
        SL_TRY(page, PageServer::open(io, config.metrics, [this](const std::string& path) {
                   return path == "/metrics" ? metrics.page() : std::string();
               }));
    }
    SL_TRY(session, SessionClient::open({config.controller, config.controller_name, config.tls}, hello(),
                                        session_mail, load_mail));
    return {};
}

Status Agent::State::start() {
    SL_TRY_VOID(open_parts());
    SL_TRY_VOID(restore());
    SL_TRY_VOID(open_edges());
    refresh_sids();
    if (core->plan() != nullptr) {
        aim_probes(kernel->resolve(*core->plan()));
    }
    flush_events();
    spawn_owned(strand, "agent.session", session_loop());
    spawn_owned(strand, "agent.loads", load_loop());
    spawn_owned(strand, "agent.probes", probe_loop());
    spawn_owned(strand, "agent.links", link_loop());
    spawn_owned(strand, "agent.tick", tick_loop());
    log_info("agent.started", {{"node", config.node},
                               {"engine", engine->engine_name()},
                               {"plan", core->applied().text()},
                               {"mode", to_text(core->mode())}});
    return {};
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<Agent>> Agent::open(asio::io_context& io, AgentConfig config) {
    auto state = std::make_unique<State>(io, std::move(config));
    SL_TRY_VOID(state->start());
    return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

Agent::~Agent() {
    // Threads first: they push into mailboxes that live in the state.
    state_->session.reset();
    state_->prober.reset();
}

void Agent::stop() {
    asio::dispatch(state_->strand, [state = state_.get()] {
        state->is_stopping = true;
        state->timer.cancel();
        state->session_mail.close();
        state->load_mail.close();
        state->probe_mail.close();
        state->link_mail.close();
        state->watch.reset();
        state->ted->stop();
        if (state->page) {
            state->page->close();
        }
    });
}

Status withdraw(const AgentConfig& config) {
    if (config.srv6_owner == SrOwner::kAgent) {
        SL_TRY(const auto seg6, Seg6Routes::open(config.sid_interface));
        SL_TRY_VOID(seg6->withdraw());
    }
    SL_TRY_VOID(withdraw_engine(config));
    SL_TRY(const PlanStore store, PlanStore::open(config.state_dir, config.node));
    return store.remove();
}

} // namespace suanlu
