// SPDX-License-Identifier: Apache-2.0
// The whole chain in one process on a virtual clock: sites with queues, a network whose links can be cut,
// Decision, ProgramCore, and at every ingress an AgentCore over the fake data plane (the real C core and the
// real affinity rules). No threads, no sockets, nothing random: two runs are the same run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/decision/decision.hpp"
#include "controller/program/program_core.hpp"
#include "dataplane/agent/agent_core.hpp"
#include "dataplane/api/fake_dataplane.hpp"
#include "tests/sim/sim_site.hpp"

namespace suanlu::sim {

class NoSids final : public LocalSidSink {
public:
    Status check(const std::vector<LocalSid>&) override { return {}; }
    Status set(const std::vector<LocalSid>& wanted) override {
        sids = wanted;
        return {};
    }
    std::vector<LocalSid> sids;
};

/// One ingress router.
struct SimIngress {
    std::string node;
    FakeDataplane engine;
    NoSids sids;
    std::unique_ptr<AgentCore> core;
    SessionId session = 0;
    int boots = 0;
    std::uint32_t ports = 0;
};

/// A flow that lives on, and where its packets went last.
struct LiveFlow {
    SimIngress* ingress = nullptr;
    SyntheticPacket packet;
    SiteId site;
    int moves = 0;
    int lost = 0;
    MonoTime moved_at;
};

class SimWorld {
public:
    SimWorld();

    /// Runs everything for that long.
    void run(Duration time);
    /// New flows per second of a service at an ingress, each one job at the site it reaches.
    void load(const std::string& ingress, const std::string& service, double flows_per_s);
    /// Starts a flow that then sends a packet every 20 ms.
    LiveFlow& start_flow(const std::string& ingress, const std::string& service);
    void cut(const std::string& a, const std::string& b) { set_link(a, b, false); }
    void mend(const std::string& a, const std::string& b) { set_link(a, b, true); }
    /// A new Decision and a new ProgramCore; sessions are lost and come back. `with_state`: the state folder
    /// survived.
    void restart_controller(bool with_state = true);
    void stop_controller();
    /// What Decision hears and hands out from the next restart_controller() on.
    void record_to(DecisionListener* listener) { listener_ = listener; }
    [[nodiscard]] const Inventory& inventory() const { return inventory_; }
    void restart_agent(const std::string& ingress);

    [[nodiscard]] SimSite& site(const std::string& name) { return sites_.at(name); }
    [[nodiscard]] SimIngress& ingress(const std::string& node) { return *ingresses_.at(node); }
    [[nodiscard]] Decision& decision() { return *decision_; }
    [[nodiscard]] ProgramCore& program() { return *program_; }
    [[nodiscard]] MonoTime now() const { return now_; }
    /// Share of new flows, 0..1, as the agent's Plan in force says.
    [[nodiscard]] double share(const std::string& ingress, const std::string& service,
                               const std::string& site);
    /// Flows started by load() since the last call, by site name; "" = not steered.
    std::map<std::string, int> take_placed() { return std::exchange(placed_, {}); }
    [[nodiscard]] SiteId id_of(const std::string& site) const { return inventory_.site(site)->id; }
    [[nodiscard]] AgentState agent_state(const std::string& node) const;

private:
    struct Link {
        std::string a;
        std::string b;
        std::uint32_t delay_us = 0;
        bool up = true;
    };
    struct Load {
        std::string ingress;
        std::string service;
        double per_s = 0;
        double credit = 0;
    };
    void set_link(const std::string& a, const std::string& b, bool up);
    [[nodiscard]] LinkReport link_report();
    void make_agent(SimIngress& ingress);
    void connect(SimIngress& ingress);
    void deliver();
    void offer(const ProgramCore::Push& push);
    void probe(SimIngress& ingress);
    [[nodiscard]] bool is_path_up(const PathPlan& path) const;
    [[nodiscard]] SyntheticPacket packet_of(SimIngress& ingress, const std::string& service, bool start);
    void send_load(Duration step);
    void send_flows();
    void step();

    Inventory inventory_;
    MonoTime now_{std::chrono::seconds(1000)};
    std::uint64_t ticks_ = 0;
    std::vector<Link> links_;
    bool links_changed_ = true;
    std::uint64_t link_sequence_ = 0;
    std::map<std::string, SimSite> sites_;
    std::map<std::string, std::unique_ptr<SimIngress>> ingresses_;
    DecisionListener* listener_ = nullptr;
    std::unique_ptr<Decision> decision_;
    std::unique_ptr<ProgramCore> program_;
    ShareTable stored_shares_;
    std::uint64_t epoch_ = 0;
    SessionId last_session_ = 0;
    std::vector<Load> loads_;
    std::vector<std::unique_ptr<LiveFlow>> flows_;
    std::map<std::string, int> placed_;
};

} // namespace suanlu::sim
