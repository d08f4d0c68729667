// SPDX-License-Identifier: Apache-2.0
// Quality of the default policy against the clairvoyant references, and the time of its solver. Prints one
// JSON object per case; regret = ours / the better of the two clairvoyants - 1, means over the seeds first.
// Cases that end in "-share-0.1" hold the data plane's default bound on exceptions, all others have no bound.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>

#include "policies/split.hpp"
#include "tests/bench/steering/cases.hpp"

namespace suanlu::bench {

namespace {

constexpr std::uint64_t kSeeds = 4;
constexpr double kFewExceptions = 0.1;

void print(const std::string& name, double ours, double peer, const char* peer_name, const char* unit) {
    if (peer_name == nullptr) {
        std::printf(
            "{\"case\": \"%s\", \"ours\": %.6g, \"peer\": null, \"peer_name\": null, \"unit\": \"%s\", "
            "\"ratio\": null}\n",
            name.c_str(), ours, unit);
    } else {
        std::printf(
            "{\"case\": \"%s\", \"ours\": %.6g, \"peer\": %.6g, \"peer_name\": \"%s\", \"unit\": \"%s\", "
            "\"ratio\": %.6g}\n",
            name.c_str(), ours, peer, peer_name, unit, ours / peer);
    }
    std::fflush(stdout);
}

using MakeScenario = std::function<sim::Scenario(std::uint64_t seed)>;

/// Means over the seeds of one way to place.
struct Figures {
    double mean = 0, p99 = 0, exceptions = 0, peak = 0, bounced = 0, bound = 0;
    std::vector<double> deviation; ///< per site
};

sim::DispatcherSpec spec(const std::string& policy, double share, std::uint32_t classes = 1) {
    sim::DispatcherSpec out;
    out.policy = policy;
    out.exception_share = share;
    out.size_classes = classes;
    return out;
}

/// Several ways over the same seeds; empty when a simulation was refused.
std::vector<Figures> measure(const MakeScenario& make, const std::vector<sim::DispatcherSpec>& specs) {
    std::vector<Run> runs;
    for (const sim::DispatcherSpec& s : specs) {
        for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
            runs.push_back({make(seed), s, {}});
        }
    }
    if (!run_all(runs)) {
        return {};
    }
    std::vector<Figures> out(specs.size());
    for (std::size_t k = 0; k < runs.size(); ++k) {
        Figures& f = out[k / kSeeds];
        const sim::Outcome& o = runs[k].outcome;
        f.mean += o.response_s.mean / kSeeds;
        f.p99 += o.response_s.p99 / kSeeds;
        f.exceptions += o.exception_share / kSeeds;
        f.peak = std::max(f.peak, o.exception_peak);
        f.bounced = std::max(f.bounced, static_cast<double>(o.bounced));
        f.bound = f.bound == 0 ? o.bounce_bound : std::min(f.bound, o.bounce_bound);
        f.deviation.resize(o.sites.size());
        for (std::size_t j = 0; j < o.sites.size(); ++j) {
            f.deviation[j] += o.sites[j].deviation / kSeeds;
        }
    }
    return out;
}

/// Mean and p99 regret without and with a bound on exceptions; p99 with a hint of two sizes when asked.
bool regrets(const std::string& name, const MakeScenario& make, bool has_hint, bool has_prequal) {
    std::vector<sim::DispatcherSpec> specs{spec("clairvoyant-greedy", 1), spec("clairvoyant-externality", 1),
                                           spec("default", 1), spec("default", kFewExceptions)};
    if (has_hint) {
        specs.push_back(spec("default", 1, 2));
    }
    if (has_prequal) {
        specs.push_back(spec("prequal", 1));
    }
    const std::vector<Figures> f = measure(make, specs);
    if (f.empty()) {
        return false;
    }
    const double mean = std::min(f[0].mean, f[1].mean);
    const double p99 = std::min(f[0].p99, f[1].p99);
    print(name + "-mean-regret", f[2].mean / mean - 1, 0, nullptr, "fraction");
    print(name + "-p99-regret", f[2].p99 / p99 - 1, 0, nullptr, "fraction");
    print(name + "-exceptions", f[2].exceptions, 0, nullptr, "share");
    print(name + "-mean-regret-share-0.1", f[3].mean / mean - 1, 0, nullptr, "fraction");
    print(name + "-p99-regret-share-0.1", f[3].p99 / p99 - 1, 0, nullptr, "fraction");
    print(name + "-exceptions-share-0.1", f[3].exceptions, 0, nullptr, "share");
    print(name + "-exceptions-peak-share-0.1", f[3].peak, 0, nullptr, "share");
    if (has_hint) {
        print(name + "-p99-regret-hint", f[4].p99 / p99 - 1, 0, nullptr, "fraction");
        print(name + "-mean-regret-hint", f[4].mean / mean - 1, 0, nullptr, "fraction");
    }
    if (has_prequal) {
        print("vs-prequal-" + name.substr(name.find('-') + 1) + (name.starts_with("llm") ? "" : "-edge") +
                  "-mean",
              f[2].mean / f.back().mean, 0, nullptr, "ratio");
    }
    return true;
}

bool periods() {
    const auto at = [](double period) {
        return
            [period](std::uint64_t seed) { return with_period(at_load(scenario("llm", seed), 0.9), period); };
    };
    const auto slow = measure(at(10), {spec("default", 1)});
    const auto quick = measure(at(0.1), {spec("default", 1)});
    if (slow.empty() || quick.empty()) {
        return false;
    }
    print("llm-90-T10-vs-T0.1", slow[0].mean / quick[0].mean, 0, nullptr, "ratio");
    return true;
}

/// Standard deviation of a site's utilisation in one second over that of shares that never change, under
/// which every site has Poisson arrivals. The worst site of the worst period.
bool oscillation() {
    double worst = 0;
    double worst_few = 0;
    for (const double period : {0.1, 1.0, 5.0, 10.0}) {
        const auto f = measure(
            [&](std::uint64_t seed) { return with_period(at_load(scenario("llm", seed), 0.9), period); },
            {spec("default", 1), spec("default", kFewExceptions), spec("fixed", 1)});
        if (f.empty()) {
            return false;
        }
        for (std::size_t j = 0; j < f[2].deviation.size(); ++j) {
            if (f[2].deviation[j] > 0.005) { // sites that get any traffic
                worst = std::max(worst, f[0].deviation[j] / f[2].deviation[j]);
                worst_few = std::max(worst_few, f[1].deviation[j] / f[2].deviation[j]);
            }
        }
    }
    print("oscillation-max", worst, 0, nullptr, "ratio");
    print("oscillation-max-share-0.1", worst_few, 0, nullptr, "ratio");
    return true;
}

bool events() {
    const std::vector<sim::DispatcherSpec> specs{spec("clairvoyant-greedy", 1),
                                                 spec("clairvoyant-externality", 1), spec("default", 1),
                                                 spec("default", kFewExceptions)};
    const auto failed = measure([](std::uint64_t seed) { return scenario("fail", seed); }, specs);
    const auto stepped = measure([](std::uint64_t seed) { return scenario("step", seed); }, specs);
    if (failed.empty() || stepped.empty()) {
        return false;
    }
    print("fail-p99", failed[2].p99 / std::min(failed[0].p99, failed[1].p99), 0, nullptr, "ratio");
    print("fail-p99-share-0.1", failed[3].p99 / std::min(failed[0].p99, failed[1].p99), 0, nullptr, "ratio");
    print("fail-bounced", failed[2].bounced, failed[2].bound, "arrivals in 150 ms + in flight", "flows");
    print("step-p99", stepped[2].p99 / std::min(stepped[0].p99, stepped[1].p99), 0, nullptr, "ratio");
    print("step-p99-share-0.1", stepped[3].p99 / std::min(stepped[0].p99, stepped[1].p99), 0, nullptr,
          "ratio");
    return true;
}

SplitProblem random_problem(std::mt19937& random, std::size_t ingresses, std::size_t sites, double load) {
    std::uniform_real_distribution<double> unit(0, 1);
    SplitProblem p;
    double capacity = 0;
    for (std::size_t j = 0; j < sites; ++j) {
        const double workers = j % 4 == 3 ? 64 : j % 4 == 2 ? 24 : 8;
        p.sites.push_back({{workers, workers > 24 ? 1.25 : workers > 8 ? 1 : 0.7, 1.718}, 0});
        capacity += p.sites.back().servers.capacity();
    }
    double all = 0;
    for (std::size_t i = 0; i < ingresses; ++i) {
        all += p.arrivals.emplace_back(0.5 + 1.3 * unit(random));
        std::vector<double>& row = p.delay_s.emplace_back();
        for (std::size_t j = 0; j < sites; ++j) {
            row.push_back(0.002 + 0.05 * unit(random));
        }
    }
    for (double& a : p.arrivals) {
        a *= capacity * load / all;
    }
    return p;
}

/// Arrivals a decision later: up to 3 % more or less each.
void drift(SplitProblem& p, std::mt19937& random) {
    for (double& a : p.arrivals) {
        a *= 0.97 + 0.06 * (random() % 1000) / 1000.0;
    }
}

double cpu_ms() {
    std::timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

template <class Work>
double median_ms(int rounds, Work&& work) {
    std::vector<double> times;
    for (int k = 0; k < rounds; ++k) {
        const double before = cpu_ms();
        work();
        times.push_back(cpu_ms() - before);
    }
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    return times[static_cast<std::size_t>(rounds / 2)];
}

void solve() {
    std::mt19937 random(7);
    for (const double load : {0.5, 0.8, 0.95}) {
        SplitProblem p = random_problem(random, 100, 64, load);
        SplitShares last;
        const double ms = median_ms(21, [&] { last = split(p).shares; });
        const std::string name =
            load == 0.8 ? "solve-100x64"
                        : "solve-100x64-load-" + std::to_string(static_cast<int>(std::lround(load * 100)));
        print(name, ms, 0, nullptr, "ms");
        drift(p, random);
        print(name + "-warm", median_ms(21, [&] { (void)split(p, last); }), 0, nullptr, "ms");
    }
    std::vector<SplitProblem> services;
    for (int k = 0; k < 1000; ++k) {
        services.push_back(random_problem(random, 12, 8, 0.4 + 0.55 * (random() % 1000) / 1000.0));
    }
    std::vector<SplitShares> shares(services.size());
    print("solve-1000-services-cold",
          median_ms(3,
                    [&] {
                        for (std::size_t k = 0; k < services.size(); ++k) {
                            shares[k] = split(services[k]).shares;
                        }
                    }),
          0, nullptr, "ms");
    for (SplitProblem& p : services) {
        drift(p, random);
    }
    print("solve-1000-services-warm",
          median_ms(3,
                    [&] {
                        for (std::size_t k = 0; k < services.size(); ++k) {
                            (void)split(services[k], shares[k]);
                        }
                    }),
          0, nullptr, "ms");
}

/// Topologies and traces on which nothing was tuned. "iid": the trace gives the sizes of jobs, not their
/// order; the first jobs of Germany50's trace are all giants, which their own trace spreads over months.
bool out_of_sample(const std::string& folder) {
    for (const std::string name : {"germany50", "geant"}) {
        for (const double load : {0.8, 0.9}) {
            const auto make = [&](std::uint64_t seed) {
                return at_load(scenario(folder + "/" + name + ".yaml", seed), load);
            };
            if (!regrets(name + (load == 0.8 ? "-80" : "-90"), make, load == 0.9, false)) {
                return false;
            }
        }
    }
    return regrets(
        "germany50-90-iid",
        [&](std::uint64_t seed) {
            return shuffled(at_load(scenario(folder + "/germany50.yaml", seed), 0.9));
        },
        true, false);
}

bool llm_and_edge() {
    for (const double load : {0.6, 0.8, 0.9, 0.95}) {
        const auto name = "llm-" + std::to_string(static_cast<int>(std::lround(load * 100)));
        if (!regrets(
                name, [&](std::uint64_t seed) { return at_load(scenario("llm", seed), load); }, load == 0.9,
                load == 0.9)) {
            return false;
        }
    }
    for (const double load : {0.6, 0.8, 0.9}) {
        const auto name = "edge-" + std::to_string(static_cast<int>(std::lround(load * 100)));
        if (!regrets(
                name, [&](std::uint64_t seed) { return at_load(scenario("edge", seed), load); }, false,
                load == 0.9)) {
            return false;
        }
    }
    return regrets(
        "keepalive-80", [](std::uint64_t seed) { return scenario("keepalive", seed); }, false, false);
}

} // namespace

} // namespace suanlu::bench

int main(int argc, char** argv) {
    using namespace suanlu::bench;
    if (argc < 2) {
        std::fprintf(
            stderr,
            "usage: steering-bench FOLDER_OF_SCENARIOS [solve|llm|periods|events|oscillation|topologies]\n");
        return 2;
    }
    const std::string only = argc > 2 ? argv[2] : "";
    const auto wants = [&](const char* part) { return only.empty() || only == part; };
    if (wants("solve")) {
        solve();
    }
    const bool is_fine = (!wants("llm") || llm_and_edge()) && (!wants("periods") || periods()) &&
                         (!wants("events") || events()) && (!wants("oscillation") || oscillation()) &&
                         (!wants("topologies") || out_of_sample(argv[1]));
    return is_fine ? 0 : 1;
}
