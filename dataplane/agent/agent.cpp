// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent.hpp"

#include <unistd.h>

#include <algorithm>
#include <random>

#include "core/support/log.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/metric.hpp"
#include "core/support/page_server.hpp"
#include "dataplane/agent/agent_metrics.hpp"
#include "dataplane/agent/engine.hpp"
#include "dataplane/agent/plan_store.hpp"
#include "dataplane/agent/probe_sender.hpp"
#include "dataplane/agent/session_client.hpp"
#include "dataplane/agent/ted_feed.hpp"
#include "dataplane/kernel/kernel_watch.hpp"
#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
/// Quiet time after kernel notifications: shorter than a probe interval, longer than one route's burst.
constexpr milliseconds kSettle{2};
/// Notifications can be lost; everything is looked at again this often.
constexpr int kTicksPerFullLook = 10;
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

/// Stands in for Seg6Routes on a node whose SIDs belong to somebody else.
class ForeignSids final : public LocalSidSink {
public:
    Status check(const std::vector<LocalSid>&) override { return {}; }
    Status set(const std::vector<LocalSid>&) override { return {}; }
};

bool merge_probe(ProbeResult& waiting, ProbeResult& incoming) {
    if (waiting.path != incoming.path || waiting.destination != incoming.destination) {
        return false;
    }
    waiting = incoming;
    return true;
}

} // namespace

struct Agent::State {
    State(asio::io_context& context, AgentConfig c)
        : io(context), config(std::move(c)), strand(asio::make_strand(context)),
          session_mail(strand, kMailbox), probe_mail(strand, kMailbox, merge_probe),
          link_mail(strand, 4,
                    [](LinkReport& waiting, LinkReport& incoming) {
                        waiting = std::move(incoming);
                        return true;
                    }),
          timer(strand) {}

    asio::io_context& io;
    AgentConfig config;
    Strand strand;
    SteadyClock clock;
    MetricRegistry metrics;
    std::string boot_id;

    Mailbox<SessionEvent> session_mail;
    Mailbox<ProbeResult> probe_mail;
    Mailbox<LinkReport> link_mail;
    asio::steady_timer timer;

    std::unique_ptr<Dataplane> engine;
    std::unique_ptr<Seg6Routes> seg6;
    ForeignSids foreign_sids;
    std::unique_ptr<NextHops> next_hops;
    std::optional<PlanStore> store;
    std::unique_ptr<AgentCore> core;
    std::unique_ptr<KernelWatch> watch;
    std::unique_ptr<ProbeSender> prober;
    std::unique_ptr<TedFeed> ted;
    std::unique_ptr<PageServer> page;
    std::unique_ptr<SessionClient> session;
    bool is_stopping = false;
    std::uint64_t save_errors = 0;

    Status open_parts();
    Status open_edges();
    Status restore();
    Status start();
    AgentHello hello() const;

    NextHopMap resolve(const Plan& plan);
    void refresh(bool repair_sids);
    void refresh_services(const Plan& plan);
    void retarget();
    void after_plan();
    void flush_events();

    void on_event(SessionEvent event);
    void on_plan(const Plan& plan);
    void send_report();

    Task<void> session_loop();
    Task<void> probe_loop();
    Task<void> link_loop();
    Task<void> tick_loop();
};

AgentHello Agent::State::hello() const {
    return {
        config.node,          boot_id, SUANLU_VERSION, core->applied(), std::string(to_text(core->mode())),
        engine->engine_name()};
}

NextHopMap Agent::State::resolve(const Plan& plan) {
    NextHopMap out;
    for (const SitePlan& site : plan.sites) {
        for (const PathPlan& path : site.paths) {
            const Ip6& towards = path.first_sid();
            const auto hop = next_hops->resolve(towards);
            if (!hop) {
                log_warn("next-hop.failed", {{"towards", towards.text()}, {"why", hop.error().text()}});
                continue;
            }
            out[path.id] = *hop;
        }
    }
    return out;
}

void Agent::State::refresh_services(const Plan& plan) {
    for (const ServicePlan& service : plan.services) {
        RouteKind best = RouteKind::kUnreachable;
        for (const Ip6& address : service.addresses) {
            const auto answer = next_hops->route(address);
            if (answer && (answer->kind == RouteKind::kUsable || best == RouteKind::kUnreachable)) {
                best = answer->kind;
            }
        }
        core->set_route_usable(service.id, best == RouteKind::kUsable, std::string(to_text(best)),
                               clock.now());
    }
}

void Agent::State::refresh(bool repair_sids) {
    if (repair_sids && seg6) {
        if (const Status done = seg6->repair(); !done) {
            log_warn("sids.repair-failed", {{"why", done.error().text()}});
        }
    }
    if (core->plan() != nullptr) {
        core->set_next_hops(resolve(*core->plan()), clock.now());
        refresh_services(*core->plan());
    }
    flush_events();
}

void Agent::State::retarget() {
    if (!prober) {
        return;
    }
    std::vector<ProbeTarget> targets;
    for (const SitePlan& site : core->plan()->sites) {
        for (const PathPlan& path : site.paths) {
            if (!site.probe_address.is_zero() && !site.probe_address.is_mapped_v4() &&
                !path.destination6.is_zero()) {
                targets.push_back({path.id, path.destination6, site.probe_address});
            }
        }
    }
    prober->set_targets(std::move(targets));
}

void Agent::State::flush_events() {
    for (const AgentEvent& event : core->take_events()) {
        std::string fields;
        for (const auto& [key, value] : event.fields) {
            fields += fields.empty() ? "" : " ";
            fields += key + "=" + value;
        }
        log_event(event.is_warning ? LogLevel::kWarn : LogLevel::kInfo, event.name, {{"what", fields}});
    }
}

void Agent::State::after_plan() {
    retarget();
    if (const Status saved = store->save(*core->plan()); !saved) {
        ++save_errors;
        log_warn("plan.not-saved", {{"why", saved.error().text()}});
    }
}

void Agent::State::on_plan(const Plan& plan) {
    refresh_services(plan);
    const auto verdict = core->offer(plan, resolve(plan), clock.now());
    if (!verdict) {
        session->send_refused(plan.id, verdict.error());
        return;
    }
    session->send_applied(plan.id);
    if (core->plan() != nullptr && core->applied() == plan.id) {
        after_plan();
    }
}

void Agent::State::on_event(SessionEvent event) {
    if (const auto* welcome = std::get_if<SessionWelcome>(&event)) {
        const Status accepted = core->on_welcome(welcome->controller, clock.now());
        log_info("session.welcome", {{"controller", welcome->controller},
                                     {"epoch", welcome->epoch},
                                     {"accepted", accepted.has_value()}});
        if (!accepted) {
            session->drop();
        }
    } else if (const auto* plan = std::get_if<Plan>(&event)) {
        on_plan(*plan);
    } else if (const auto* unreadable = std::get_if<Error>(&event)) {
        core->count_refusal(*unreadable);
        log_warn("plan.unreadable", {{"why", unreadable->text()}});
    } else if (const auto* lost = std::get_if<SessionLost>(&event)) {
        if (lost->was_welcomed) {
            log_warn("session.lost", {{"why", lost->why}});
        }
        core->on_session_lost(clock.now());
    }
    session->set_hello(hello());
    flush_events();
}

void Agent::State::send_report() {
    session->send_report(core->report(clock.now()));
}

Task<void> Agent::State::session_loop() {
    while (auto event = co_await session_mail.pop()) {
        on_event(*std::move(event));
    }
}

Task<void> Agent::State::probe_loop() {
    while (auto result = co_await probe_mail.pop()) {
        core->on_probe(*result, clock.now());
        flush_events();
    }
}

Task<void> Agent::State::link_loop() {
    while (auto report = co_await link_mail.pop()) {
        session->send_links(*std::move(report));
    }
}

Task<void> Agent::State::tick_loop() {
    MonoTime next_report = clock.now();
    for (int ticks = 0; !is_stopping; ++ticks) {
        co_await wait_for(timer, std::min<Duration>(kTick, config.report_interval));
        if (is_stopping) {
            break;
        }
        if (ticks % kTicksPerFullLook == 0) {
            refresh(true);
        }
        core->tick(clock.now());
        if (clock.now() >= next_report) {
            next_report = clock.now() + config.report_interval - kTick / 2;
            send_report();
        }
        if (ticks % kTicksPerFullLook == 0) {
            session->set_hello(hello());
            show_agent_metrics(metrics, *core, seg6 ? &seg6->counters() : nullptr,
                               prober ? prober->counters() : ProbeCounters{});
        }
        flush_events();
    }
}

Status Agent::State::open_parts() {
    SL_TRY(engine, open_engine(config, clock.now()));
    if (config.srv6_owner == SrOwner::kAgent) {
        SL_TRY(seg6, Seg6Routes::open(config.sid_interface));
    }
    SL_TRY(next_hops, NextHops::open());
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
    refresh_services(plan);
    const Status done = core->restore(plan, resolve(plan), clock.now());
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
                   refresh(changes.own_routes);
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
                                        session_mail));
    return {};
}

Status Agent::State::start() {
    SL_TRY_VOID(open_parts());
    SL_TRY_VOID(restore());
    SL_TRY_VOID(open_edges());
    if (core->plan() != nullptr) {
        retarget();
    }
    flush_events();
    spawn_owned(strand, "agent.session", session_loop());
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
