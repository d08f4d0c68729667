// SPDX-License-Identifier: Apache-2.0
// The one entry of the simulator: a scenario and a way to place flows in, what clients and sites saw out.
// Same scenario, same spec, same seed: the same bytes. Arrivals and sizes do not depend on the policy, so two
// policies see the same jobs. Pure; several simulations may run on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/support/result.hpp"
#include "simulator/response_histogram.hpp"
#include "simulator/scenario.hpp"

namespace suanlu::sim {

/// How new flows are placed. Names: known_dispatchers().
struct DispatcherSpec {
    std::string policy = "default";
    /// Most exceptions (flows that are not on the site of their hash) among the live flows; 1 = no bound.
    double exception_share = 0.1;
    /// Weight of the mean service time in the cost of a site, see policies/placement.hpp.
    double kappa = 2;
    /// Classes of job size that the classifier can tell apart, equally large by work; 1 = sizes are unknown.
    std::uint32_t size_classes = 1;
};

/// "default, split, nearest, ...", in the order in which tables list them.
std::vector<std::string> known_dispatchers();

struct Quantiles {
    double mean = 0, p50 = 0, p95 = 0, p99 = 0, p999 = 0;
};

struct SiteOutcome {
    std::string name;
    double utilisation = 0; ///< of its workers (kBatching: of its batch), measured time
    double deviation = 0;   ///< standard deviation of the utilisation in one second
    double share = 0;       ///< of the measured jobs
    double energy_kwh = 0;  ///< whole run, PUE included; 0 when the scenario gives no watts
    double carbon_g = 0;    ///< by the intensity of each second
    double money = 0;       ///< for the energy, by the tariff of each second
};

/// One second of the run, for plots.
struct Second {
    double at_s = 0; ///< its end
    std::uint64_t arrived = 0, completed = 0, bounced = 0;
    ResponseHistogram responses;     ///< of the jobs that ended in it
    std::vector<double> utilisation; ///< per site, mean over the second
    std::vector<double> share;       ///< per site, of the jobs placed in the second
};

/// What the data plane's tables did, with FlowAffinity.
struct AffinityOutcome {
    std::uint64_t broken = 0;    ///< flows that changed their site while it was alive
    std::uint64_t full = 0;      ///< flows that could not be remembered: they stayed on their slot's site
    std::uint64_t most_kept = 0; ///< most exceptions of an ingress at once
    double most_moving = 0;      ///< most slots of an ingress that were moving at once, as a share
};

struct Outcome {
    std::string scenario, policy;
    std::uint64_t seed = 0;
    /// Conservation: arrived = completed + in_flight + refused, each counted by itself. A bounced job tries
    /// again.
    std::uint64_t arrived = 0, completed = 0, in_flight = 0, refused = 0, bounced = 0;
    std::uint64_t measured = 0;
    Quantiles response_s; ///< from the client's first packet to the answer
    Quantiles excess_s;   ///< response less the work at the fastest site's speed
    double bounce_bound =
        0;                  ///< what arrived within the detection time plus in flight, of all sites that died
    double moved_share = 0; ///< most traffic that one control period moved, of the whole
    double exception_share = 0; ///< mean share of exceptions among the live flows
    double exception_peak = 0;  ///< largest, after the warm-up
    double second_choices = 0;  ///< share of placements that took the second choice
    AffinityOutcome affinity;
    std::vector<SiteOutcome> sites;
    std::vector<Second> seconds;
};

/// Told the simulated time now and then; may be empty.
using Progress = std::function<void(double at_s)>;

/// kBadInput names the field of the scenario that makes no sense; kNotFound lists the known dispatchers.
Result<Outcome> simulate(const Scenario& scenario, const DispatcherSpec& spec, const Progress& progress = {});

/// What simulate() checks first.
Status check(const Scenario& scenario);

} // namespace suanlu::sim
