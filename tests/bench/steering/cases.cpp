// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/steering/cases.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

namespace suanlu::bench {

sim::Scenario scenario(const std::string& name_or_path, std::uint64_t seed) {
    const Result<sim::LoadedScenario> loaded = sim::load_scenario(name_or_path);
    if (!loaded) {
        std::fprintf(stderr, "steering: %s\n", loaded.error().text().c_str());
        std::exit(1);
    }
    sim::Scenario s = loaded->scenario;
    s.seed = seed;
    return s;
}

sim::Scenario at_load(sim::Scenario s, double load) {
    s.arrivals.load = load;
    return s;
}

sim::Scenario with_period(sim::Scenario s, double period_s) {
    s.news.report_period_s = s.news.control_period_s = period_s;
    return s;
}

sim::Scenario shuffled(sim::Scenario s) {
    constexpr std::uint32_t kOrderSeed = 5;
    std::mt19937 random(kOrderSeed);
    for (std::size_t k = s.sizes.values.size(); k > 1; --k) {
        std::swap(s.sizes.values[k - 1], s.sizes.values[random() % k]);
    }
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
