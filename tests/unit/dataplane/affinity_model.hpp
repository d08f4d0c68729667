// SPDX-License-Identifier: Apache-2.0
// Random clients against the real core and the real slot tables on a virtual clock. The model knows which
// site every flow belongs to and counts what the guarantee forbids: a flow that changes site although it was
// never silent longer than G and its site was not declared dead.
#pragma once

#include <memory>
#include <random>

#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu::affinity {

struct Scenario {
    std::size_t table = 1000; ///< bound of the exception table
    bool change_within_move = true;
    bool death = true;
    bool flap = true;
    bool retransmit = true;
    bool reuse = true; ///< a client's port is used again at once
    bool restart = true;
    // Rules left out, to see that the test notices:
    bool suspect_is_dead = false;
    std::chrono::seconds commit_early{0};
    Affinity affinity = Affinity::kFlow;
};

struct Violations {
    long established = 0;
    long handshake = 0;
    long packets = 0;
    long commits = 0; ///< slots whose base changed
    long recorded = 0;
    long full = 0;
};

/// Steps of one second, G = 10 s, three packets a step, four sites, flows of three kinds.
class Model {
public:
    Model(std::unique_ptr<HostEngine> engine, Scenario scenario, std::uint64_t seed);
    Violations run(long steps);

private:
    enum class Kind { kTcp, kUdp, kSource };
    enum class Stage { kClosed, kOpening, kOpen };
    struct Flow {
        Kind kind = Kind::kTcp;
        std::uint16_t number = 0;
        Stage stage = Stage::kClosed;
        SiteId site;
        long last = -100000;
        int repeats = 0;
        int epoch = 0;
    };
    struct SiteTruth {
        SiteLiveness liveness = SiteLiveness::kAlive;
        int epoch = 0; ///< grows with every death
    };

    [[nodiscard]] bool one_in(int n) { return random_() % static_cast<unsigned>(n) == 0; }
    [[nodiscard]] MonoTime now() const { return MonoTime{std::chrono::seconds(1000 + step_)}; }
    void start_tables();
    void apply();
    void tell_paths();
    void change_shares();
    void change_sites();
    void restart();
    int alive() const;
    void client(Flow& flow);
    void tcp_client(Flow& flow, long gap);
    void stay(Flow& flow, bool is_start, long& violations);
    void place(Flow& flow, bool is_start);
    SiteId send(Flow& flow, bool is_start);
    void count_commits();

    std::unique_ptr<HostEngine> engine_;
    std::unique_ptr<SteerTables> tables_;
    Scenario scenario_;
    std::mt19937_64 random_;
    Plan plan_;
    std::vector<Flow> flows_;
    std::array<SiteTruth, 5> sites_;
    std::vector<SiteId> bases_;
    Violations seen_;
    long step_ = 0;
};

} // namespace suanlu::affinity
