// SPDX-License-Identifier: Apache-2.0
// The simulated world: takes events in order of time and moves jobs from clients over ingresses to sites and
// back. Knows nothing about policies. One thread, made for one run.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "simulator/dispatch.hpp"
#include "simulator/events.hpp"
#include "simulator/flow_keeper.hpp"
#include "simulator/measures.hpp"
#include "simulator/servers.hpp"
#include "simulator/transfers.hpp"

namespace suanlu::sim {

class World {
public:
    World(const Scenario& scenario, const DispatcherSpec& spec, const Progress& progress);
    Result<Outcome> run();

private:
    /// A connection and the job that it carries now.
    struct Job {
        Work work;
        double alone_s = 0;
        double started_s = 0;
        std::uint32_t ingress = 0, site = 0;
        std::uint32_t jobs_left = 0; ///< after this one
        std::uint64_t flow = 0;      ///< number of the connection
        bool is_exception = false;   ///< in the dispatcher's books
        bool is_kept = false;        ///< in the report: remembered apart from its slot
    };
    struct Site {
        std::unique_ptr<Server> server;
        std::uint32_t version = 0; ///< of the wake-up that counts
        double wake_s = kNever;
        bool is_believed_alive = true;
        bool is_drained = false;
    };

    void start();
    void handle(const Event& e, double now);
    void handle_news(const Event& e, double now);
    void arrival(std::uint32_t ingress, double now);
    void new_job(Job& job, double now);
    void place(std::uint32_t id, double now);
    void keep(Job& job, Choice& choice, double now);
    void follow(Job& job, double now);
    void send(std::uint32_t id, double now);
    void expect_data();
    void data_there(std::uint32_t version, double now);
    void set_off(std::uint32_t id, double now);
    void at_site(std::uint32_t id, double now);
    void wake(std::uint32_t site, std::uint32_t version, double now);
    void schedule(std::uint32_t site, double now);
    void answer(const Event& e, double now);
    void next_job(std::uint32_t id, double now);
    void bounce(std::uint32_t id, double now);
    void end_flow(std::uint32_t id);
    void report(std::uint32_t site, double now);
    void direct(std::uint32_t site, double now);
    void probe(std::size_t ingress, std::size_t site);
    void probe_at(std::uint32_t site, std::uint32_t ingress, double now);
    void control(double now);
    void second_over(double now);
    void measure_ways();
    void expect_tariff(double now);
    void detected(std::uint32_t site, bool is_alive, double now);
    void tell_shares(double now);
    void tell_liveness(std::uint32_t site, FlowKeeper::Liveness liveness, double now);
    void tick_slots(double now);
    void happen(const Happening& what, double now);
    void die(std::uint32_t site, double now);
    void come_back(std::uint32_t site, double now);
    static std::uint32_t as_index(std::size_t value) { return static_cast<std::uint32_t>(value); }
    [[nodiscard]] bool is_lost() { return report_loss_ > 0 && uniform() < report_loss_; }
    double uniform() { return std::uniform_real_distribution<double>(0, 1)(network_); }
    [[nodiscard]] bool is_over(double now) const { return now > scenario_.seconds; }

    const Scenario& scenario_;
    const DispatcherSpec& spec_;
    const Progress& progress_;
    JobSource source_;
    std::vector<std::vector<double>> rtt_s_; ///< of packets
    std::vector<std::vector<double>> way_s_; ///< of jobs with their data, as dispatchers know it
    std::vector<double> price_s_;
    Transfers transfers_;
    std::uint32_t data_version_ = 0; ///< of the event that counts
    Truth truth_;
    std::vector<Site> sites_;
    std::vector<Job> jobs_;
    std::vector<std::uint32_t> free_jobs_;
    std::vector<FlowKeeper> keepers_; ///< per ingress; none without FlowAffinity
    std::uint64_t flows_ = 0;
    EventQueue events_;
    std::mt19937_64 network_;
    double report_loss_;
    double bounce_s_;
    double jobs_begun_ = 0;
    double now_ = 0;
    double last_death_s_ = -kNever;
    std::uint64_t live_ = 0, exceptions_ = 0;
    std::uint64_t thinking_ = 0; ///< connections between two jobs
    Outcome out_;
    Measures measures_;
    std::unique_ptr<Dispatcher> dispatcher_;
};

} // namespace suanlu::sim
