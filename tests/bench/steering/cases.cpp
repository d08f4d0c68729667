// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/steering/cases.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <random>
#include <thread>

namespace suanlu::bench {

namespace {

constexpr std::size_t kIngresses = 12;
constexpr std::array<std::uint32_t, 8> kWorkers{8, 8, 8, 8, 24, 24, 64, 64};
constexpr std::array<double, 8> kSpeeds{0.7, 0.7, 0.7, 0.7, 1, 1, 1.25, 1.25};
/// The comparison drew its round trips with this seed.
constexpr std::uint32_t kGeometrySeed = 42;

/// Ingress i belongs to metro i / 3: near its own small site, farther from the others and from two regional
/// sites, far from two large ones.
void draw_network(sim::Scenario& s) {
    std::mt19937 random(kGeometrySeed);
    const auto between = [&](double a, double b) { return a + (b - a) * (random() % 10000) / 10000.0; };
    for (std::size_t i = 0; i < kIngresses; ++i) {
        const std::size_t metro = i / 3;
        s.ingresses.push_back({"i" + std::to_string(i + 1), between(0.5, 1.8)});
        std::vector<double> row;
        for (std::size_t j = 0; j < 4; ++j) {
            row.push_back(1e-3 * (j == metro ? between(2, 5) : between(12, 26)));
        }
        for (std::size_t j = 4; j < 6; ++j) {
            row.push_back(1e-3 * (metro / 2 == j - 4 ? between(6, 10) : between(16, 24)));
        }
        row.push_back(1e-3 * between(25, 38));
        row.push_back(1e-3 * between(38, 55));
        s.rtt_s.push_back(std::move(row));
    }
}

sim::Scenario base(double load, double period_s, std::uint64_t seed) {
    sim::Scenario s;
    for (std::size_t j = 0; j < kWorkers.size(); ++j) {
        sim::SimSite& site = s.sites.emplace_back();
        site.name = "site-" + std::to_string(j + 1);
        site.workers = kWorkers[j];
        site.speed = kSpeeds[j];
    }
    draw_network(s);
    s.arrivals.load = load;
    s.news.report_period_s = s.news.control_period_s = period_s;
    s.seed = seed;
    return s;
}

/// 600 s, the event at 240 s, judged for the minute after it.
sim::Scenario with_event(std::uint64_t seed, sim::Happening event) {
    sim::Scenario s = llm(0.6, 1, seed);
    s.seconds = 600;
    event.at_s = 240;
    s.happenings = {std::move(event)};
    s.window_s = {240, 300};
    return s;
}

} // namespace

sim::Scenario llm(double load, double period_s, std::uint64_t seed) {
    sim::Scenario s = base(load, period_s, seed);
    s.name = "llm";
    return s;
}

sim::Scenario edge(double load, double period_s, std::uint64_t seed) {
    sim::Scenario s = base(load, period_s, seed);
    s.name = "edge";
    s.sizes.mean = 0.05;
    s.sizes.sigma = 0.8;
    s.seconds = 90;
    s.news.on_return_packets = true;
    return s;
}

sim::Scenario step(std::uint64_t seed) {
    sim::Happening event;
    event.kind = sim::Happening::Kind::kLoadStep;
    event.ingresses = {0, 1, 2, 3};
    double all = 0;
    double grow = 0;
    const sim::Scenario s = llm(0.6, 1, seed);
    for (std::size_t i = 0; i < s.ingresses.size(); ++i) {
        all += s.ingresses[i].weight;
        grow += i < 4 ? s.ingresses[i].weight : 0;
    }
    event.factor = 1 + 0.5 * all / grow;
    return with_event(seed, event);
}

sim::Scenario fail(std::uint64_t seed) {
    sim::Happening event;
    event.kind = sim::Happening::Kind::kSiteDies;
    event.site = 6;
    return with_event(seed, event);
}

sim::Scenario keepalive(double load, std::uint64_t seed) {
    sim::Scenario s = edge(load, 1, seed);
    s.name = "keepalive";
    s.arrivals.least_jobs_per_flow = 1;
    s.arrivals.most_jobs_per_flow = 1000;
    s.seconds = 300;
    s.warm_up_share = 0.4; // connections last for half a minute and more
    return s;
}

bool run_all(std::vector<Run>& runs) {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> is_fine{true};
    const auto work = [&] {
        for (std::size_t k = next++; k < runs.size() && is_fine; k = next++) {
            Result<sim::Outcome> outcome = sim::simulate(runs[k].scenario, runs[k].spec);
            if (!outcome) {
                std::fprintf(stderr, "steering: %s\n", outcome.error().text().c_str());
                is_fine = false;
                return;
            }
            runs[k].outcome = *std::move(outcome);
            runs[k].outcome.seconds.clear();
        }
    };
    std::vector<std::thread> threads;
    for (unsigned k = 0; k < std::max(1U, std::thread::hardware_concurrency()); ++k) {
        threads.emplace_back(work);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return is_fine;
}

} // namespace suanlu::bench
