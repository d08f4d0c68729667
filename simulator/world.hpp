// SPDX-License-Identifier: Apache-2.0
// The simulated world: takes events in order of time and moves jobs from clients over ingresses to sites and
// back. Knows nothing about policies. One thread, made for one run.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "simulator/dispatch.hpp"
#include "simulator/events.hpp"
#include "simulator/measures.hpp"
#include "simulator/servers.hpp"

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
        bool is_exception = false;
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
    void arrival(std::uint32_t ingress, double now);
    void new_job(Job& job, double now);
    void place(std::uint32_t id, double now);
    void send(std::uint32_t id, double now);
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
    void control(double now);
    void second_over(double now);
    void happen(const Happening& what, double now);
    void die(std::uint32_t site, double now);
    void come_back(std::uint32_t site, double now);
    [[nodiscard]] bool is_lost() { return report_loss_ > 0 && uniform() < report_loss_; }
    double uniform() { return std::uniform_real_distribution<double>(0, 1)(network_); }
    [[nodiscard]] bool is_over(double now) const { return now > scenario_.seconds; }

    const Scenario& scenario_;
    const DispatcherSpec& spec_;
    const Progress& progress_;
    JobSource source_;
    std::vector<std::vector<double>> rtt_s_;
    Truth truth_;
    std::vector<Site> sites_;
    std::vector<Job> jobs_;
    std::vector<std::uint32_t> free_jobs_;
    EventQueue events_;
    std::mt19937_64 network_;
    double report_loss_;
    double bounce_s_;
    double jobs_begun_ = 0;
    double now_ = 0;
    double last_death_s_ = -kNever;
    std::uint64_t live_ = 0, exceptions_ = 0;
    Outcome out_;
    Measures measures_;
    std::unique_ptr<Dispatcher> dispatcher_;
};

} // namespace suanlu::sim
