// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_world.hpp"

#include "controller/decision/inventory_file.hpp"

namespace suanlu::sim {

namespace {

constexpr auto kStep = std::chrono::milliseconds(10);
const std::string kController = "suanlud-1";

bool every(std::uint64_t ticks, std::uint64_t ms) {
    return ticks % (ms / 10) == 0;
}

} // namespace

SimWorld::SimWorld() {
    auto inventory = load_inventory("tests/sim/inventory.yaml");
    SL_CHECK(inventory.has_value());
    inventory_ = *std::move(inventory);
    for (const auto& [a, b, us] :
         std::vector<std::tuple<std::string, std::string, std::uint32_t>>{{"R1", "P1", 500},
                                                                          {"R1", "P2", 2000},
                                                                          {"R2", "P2", 500},
                                                                          {"R2", "P3", 2000},
                                                                          {"P1", "P2", 1000},
                                                                          {"P1", "P3", 1500},
                                                                          {"P2", "P3", 1000},
                                                                          {"E1", "P1", 300},
                                                                          {"E1", "P2", 1200},
                                                                          {"E2", "P2", 800},
                                                                          {"E2", "P1", 900},
                                                                          {"E3", "P3", 400},
                                                                          {"E3", "P2", 2000},
                                                                          {"E4", "P3", 5000},
                                                                          {"E4", "P2", 8000}}) {
        links_.push_back({a, b, us, true});
    }
    for (const Site& site : inventory_.sites) {
        const Site::Hosted& pool = site.services.front();
        sites_.emplace(site.name,
                       SimSite(site.name, static_cast<std::size_t>(pool.slots), pool.rate_per_slot.value));
    }
    for (const std::string node : {"R1", "R2"}) {
        auto ingress = std::make_unique<SimIngress>();
        ingress->node = node;
        make_agent(*ingress);
        ingresses_[node] = std::move(ingress);
    }
    restart_controller(false);
}

void SimWorld::make_agent(SimIngress& ingress) {
    AgentCoreConfig config;
    const Router& router = *inventory_.router(ingress.node);
    config.rules = {
        ingress.node, router.locator, {*Prefix6::parse("2001:db8:a::/64")}, {inventory_.sid_block}};
    config.boot_id = "boot-" + std::to_string(++ingress.boots);
    config.client_class = "cameras";
    ingress.core = std::make_unique<AgentCore>(config, ingress.engine, ingress.sids, now_);
    for (const Service& service : inventory_.services) {
        ingress.core->set_route_usable(service.id, true, "usable", now_);
    }
}

void SimWorld::restart_controller(bool with_state) {
    stop_controller();
    DecisionLimits limits;
    decision_ =
        std::make_unique<Decision>(inventory_, limits, with_state ? stored_shares_ : ShareTable(), now_);
    decision_->set_listener(listener_);
    std::vector<std::string> nodes;
    for (const Router& router : inventory_.routers) {
        nodes.push_back(router.name);
    }
    epoch_ = with_state ? epoch_ + 1 : 1;
    program_ = std::make_unique<ProgramCore>(kController, epoch_, nodes);
    for (auto& [node, ingress] : ingresses_) {
        connect(*ingress);
    }
    links_changed_ = true;
}

void SimWorld::stop_controller() {
    if (program_) {
        for (auto& [node, ingress] : ingresses_) {
            ingress->core->on_session_lost(now_);
            ingress->session = 0;
        }
    }
    decision_.reset();
    program_.reset();
}

void SimWorld::restart_agent(const std::string& node) {
    SimIngress& ingress = *ingresses_.at(node);
    const Plan saved = *ingress.core->plan();
    make_agent(ingress);
    NextHopMap hops;
    for (const SitePlan& site : saved.sites) {
        for (const PathPlan& path : site.paths) {
            hops[path.id] = {7, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
        }
    }
    SL_CHECK(ingress.core->restore(saved, hops, now_).has_value());
    if (program_) {
        program_->disconnected(node, ingress.session, now_);
        connect(ingress);
    }
}

void SimWorld::connect(SimIngress& ingress) {
    ingress.session = ++last_session_;
    SL_CHECK(ingress.core->on_welcome(kController, now_).has_value());
    AgentHello hello;
    hello.node = ingress.node;
    hello.boot_id = "boot-" + std::to_string(ingress.boots);
    hello.applied = ingress.core->applied();
    hello.mode = "live";
    hello.engine = "fake";
    program_->connected(hello, ingress.session, now_);
}

void SimWorld::set_link(const std::string& a, const std::string& b, bool up) {
    for (Link& link : links_) {
        if ((link.a == a && link.b == b) || (link.a == b && link.b == a)) {
            link.up = up;
        }
    }
    links_changed_ = true;
}

LinkReport SimWorld::link_report() {
    LinkReport out;
    out.source = "P1";
    out.sequence = ++link_sequence_;
    std::uint8_t number = 0;
    for (const Link& link : links_) {
        ++number;
        for (const bool forward : {true, false}) {
            LinkState state;
            state.from = forward ? link.a : link.b;
            state.to = forward ? link.b : link.a;
            state.local.bytes = {0x20, 1, 0x0d, 0xb8, number};
            state.remote = state.local;
            state.local.bytes[15] = forward ? 1 : 2;
            state.remote.bytes[15] = forward ? 2 : 1;
            state.delay = Microseconds{link.delay_us};
            if (link.up) { // the IGP withdraws what is down
                out.links.push_back(state);
            }
        }
    }
    return out;
}

void SimWorld::offer(const ProgramCore::Push& push) {
    const auto found = ingresses_.find(push.plan->node);
    if (found == ingresses_.end()) {
        return;
    }
    SimIngress& ingress = *found->second;
    NextHopMap hops;
    for (const SitePlan& site : push.plan->sites) {
        for (const PathPlan& path : site.paths) {
            hops[path.id] = {7, {2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}};
        }
    }
    const auto taken = ingress.core->offer(*push.plan, hops, now_);
    if (taken) {
        program_->applied(ingress.node, push.session, push.plan->id, now_);
    } else {
        program_->refused(ingress.node, push.session, push.plan->id, taken.error().text(), now_);
    }
}

void SimWorld::deliver() {
    for (Plan& plan : decision_->take_plans()) {
        program_->want(std::move(plan), now_, now_);
    }
    for (const ProgramCore::Push& push : program_->take_pushes()) {
        offer(push);
    }
    if (const ShareTable* shares = decision_->take_changed_shares()) {
        stored_shares_ = *shares;
    }
}

bool SimWorld::is_path_up(const PathPlan& path) const {
    for (const std::string& name : path.links) {
        for (const Link& link : links_) {
            if (!link.up && (name == link.a + ">" + link.b || name == link.b + ">" + link.a)) {
                return false;
            }
        }
    }
    return true;
}

void SimWorld::probe(SimIngress& ingress) {
    const Plan* plan = ingress.core->plan();
    if (plan == nullptr) {
        return;
    }
    for (const SitePlan& site : Plan(*plan).sites) {
        for (const PathPlan& path : site.paths) {
            const bool up = sites_.at(site.name).is_up() && is_path_up(path);
            ingress.core->on_probe(
                {path.id, path.destination6, up ? ProbeState::kUp : ProbeState::kDown, path.delay, 1, 1},
                now_);
        }
    }
}

SyntheticPacket SimWorld::packet_of(SimIngress& ingress, const std::string& service, bool start) {
    const Service& s = *inventory_.service(service);
    SyntheticPacket out;
    ++ingress.ports;
    out.flow.source = *Ip6::parse(ingress.node == "R1" ? "2001:db8:c1::2" : "2001:db8:c2::2");
    out.flow.source.bytes[13] = static_cast<std::uint8_t>(ingress.ports >> 15);
    out.flow.source_port = static_cast<std::uint16_t>(0x8000 | (ingress.ports & 0x7fff));
    out.flow.destination = s.addresses.front();
    out.flow.destination_port = s.port;
    out.flow.transport = s.transport;
    out.tcp_flags = start ? SyntheticPacket::kSyn : SyntheticPacket::kAck;
    return out;
}

void SimWorld::load(const std::string& ingress, const std::string& service, double flows_per_s) {
    for (Load& load : loads_) {
        if (load.ingress == ingress && load.service == service) {
            load.per_s = flows_per_s;
            return;
        }
    }
    loads_.push_back({ingress, service, flows_per_s, 0});
}

void SimWorld::send_load(Duration step) {
    for (Load& load : loads_) {
        load.credit += load.per_s * std::chrono::duration<double>(step).count();
        for (; load.credit >= 1; load.credit -= 1) {
            SimIngress& at = *ingresses_.at(load.ingress);
            const PacketResult result = at.engine.send(packet_of(at, load.service, true), now_);
            const Site* site = result.verdict == Verdict::kRedirect ? inventory_.site(result.site) : nullptr;
            ++placed_[site == nullptr ? "" : site->name];
            if (site != nullptr) {
                sites_.at(site->name).serve(now_);
            }
        }
    }
}

LiveFlow& SimWorld::start_flow(const std::string& ingress, const std::string& service) {
    auto flow = std::make_unique<LiveFlow>();
    flow->ingress = ingresses_.at(ingress).get();
    flow->packet = packet_of(*flow->ingress, service, true);
    flow->site = flow->ingress->engine.send(flow->packet, now_).site;
    flow->packet.tcp_flags = SyntheticPacket::kAck;
    flows_.push_back(std::move(flow));
    return *flows_.back();
}

void SimWorld::send_flows() {
    for (const auto& flow : flows_) {
        const PacketResult result = flow->ingress->engine.send(flow->packet, now_);
        if (result.verdict != Verdict::kRedirect) {
            ++flow->lost;
        } else if (result.site != flow->site) {
            flow->site = result.site;
            flow->moved_at = now_;
            ++flow->moves;
        }
    }
}

void SimWorld::step() {
    now_ = now_ + kStep;
    ++ticks_;
    send_load(kStep);
    if (every(ticks_, 20)) {
        send_flows();
    }
    for (auto& [node, ingress] : ingresses_) {
        if (every(ticks_, 50)) {
            probe(*ingress);
            ingress->core->tick(now_);
        }
        if (every(ticks_, 200) && decision_) {
            IngressReport report = ingress->core->report(now_);
            report.node = node;
            program_->heard(node, ingress->session, report.mode, now_);
            SL_CHECK(decision_->take(std::move(report), now_).has_value());
        }
    }
    if (!decision_) {
        return;
    }
    if (links_changed_ || every(ticks_, 2000)) {
        links_changed_ = false;
        SL_CHECK(decision_->take(link_report(), now_).has_value());
    }
    for (auto& [name, site] : sites_) {
        if (every(ticks_, 100) && site.is_reporting()) {
            SL_CHECK(
                decision_->take(site.report(now_, {"analysis", "stream", "video"}), now_, 0).has_value());
        }
    }
    if (every(ticks_, 100)) {
        decision_->tick(now_);
        program_->tick(now_);
    }
    deliver();
}

void SimWorld::run(Duration time) {
    for (Duration done{0}; done < time; done += kStep) {
        step();
    }
}

double SimWorld::share(const std::string& node, const std::string& service, const std::string& site) {
    const Plan* plan = ingresses_.at(node)->core->plan();
    if (plan == nullptr) {
        return -1;
    }
    for (const ServicePlan& s : plan->services) {
        for (const SiteShare& share : s.shares) {
            if (s.name == service && share.site == id_of(site)) {
                return static_cast<double>(share.ppm) / kWholeShare;
            }
        }
    }
    return 0;
}

AgentState SimWorld::agent_state(const std::string& node) const {
    for (const AgentRow& row : program_->rows(now_)) {
        if (row.node == node) {
            return row.state;
        }
    }
    return AgentState::kNeverSeen;
}

} // namespace suanlu::sim
