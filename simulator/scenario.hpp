// SPDX-License-Identifier: Apache-2.0
// What a simulation is told: places, servers, clients, what goes wrong, and how stale the news is. Filled
// from a scenario file (scenario_file.hpp) or by a benchmark; every quantity in SI units. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/course.hpp"

namespace suanlu::sim {

/// How a site serves. kFcfs: workers take one job each, others wait in order. kProcessorSharing: all jobs
/// share the workers, none gets more than one. kBatching: continuous batching of an inference server; see
/// BatchModel.
enum class Discipline : std::uint8_t { kFcfs, kProcessorSharing, kBatching };

/// Continuous batching: with b requests in the batch a step takes base_s + per_request_s * b and yields one
/// token each; a prompt token costs prefill_s; at most `batch` requests and `kv_tokens` cached tokens run at
/// once.
struct BatchModel {
    double base_s = 0.02;
    double per_request_s = 0.0005;
    double prefill_s = 0.00005;
    std::uint32_t batch = 64;
    double kv_tokens = 400'000;
};

struct SimSite {
    std::string name;
    Discipline discipline = Discipline::kFcfs;
    std::uint32_t workers = 1; ///< kFcfs, kProcessorSharing
    double speed = 1;          ///< work done per second by one worker
    BatchModel batching;       ///< kBatching
    double price_s = 0;        ///< what a job's price is worth, seconds; what follows is added to it
    /// Money per MWh, and the seconds that one unit of money per MWh is worth to a policy.
    Course tariff;
    double tariff_worth_s = 0;
    /// Watts at idle and at full load, power usage effectiveness: for energy, money and CO2 in the report.
    double idle_w = 0, full_w = 0, pue = 1;
    /// Grams of CO2 per kWh, and the seconds that one of them per kWh is worth to a policy.
    Course carbon;
    double carbon_worth_s = 0;

    /// What a policy is told that a job costs at a time. A negative tariff (others pay for the electricity)
    /// counts as none, as no policy steers by a price below nothing.
    [[nodiscard]] double price_at(double at_s) const;
};

struct SimIngress {
    std::string name;
    double weight = 1; ///< its share of the arrivals, relative to the others
};

/// Sizes of jobs, in seconds of work at speed 1 (kBatching: tokens).
struct Sizes {
    enum class Kind : std::uint8_t { kLognormal, kExponential, kConstant, kTrace } kind = Kind::kLognormal;
    double mean = 1;
    double sigma = 1;           ///< of the logarithm
    std::vector<double> values; ///< kTrace: drawn one after the other, from a random start, round and round
    /// kBatching: tokens of the prompt and of the answer, drawn together.
    std::vector<std::pair<double, double>> tokens;
};

/// When jobs come. kPoisson at `load`; kTrace: gaps between arrivals, scaled to `load`.
struct Arrivals {
    enum class Kind : std::uint8_t { kPoisson, kTrace } kind = Kind::kPoisson;
    double load = 0.8; ///< of the capacity of all sites
    std::vector<double> gaps;
    /// Jobs per connection (keep-alive): 1 = every job is a new flow; otherwise drawn uniformly from the
    /// range.
    std::uint32_t least_jobs_per_flow = 1, most_jobs_per_flow = 1;
    double think_s = 0; ///< pause between the jobs of one flow
};

/// Something that happens at a time.
struct Happening {
    enum class Kind : std::uint8_t {
        kSiteDies, ///< jobs there bounce back to their ingress
        kSiteReturns,
        kDrain,       ///< takes no new flows
        kLoadStep,    ///< arrivals of `ingresses` times `factor`
        kCapacity,    ///< workers of `site` times `factor`
        kLinkSlower,  ///< delay between `ingresses` and `site` times `factor`
        kReportsLost, ///< share `factor` of all reports from then on
    } kind = Kind::kSiteDies;
    double at_s = 0;
    std::uint32_t site = 0;
    std::vector<std::uint32_t> ingresses; ///< empty = all
    double factor = 1;
};

/// How the news travels.
struct News {
    double report_period_s = 1; ///< from the sites to the controller
    double report_delay_s = 0.02;
    double direct_period_s = 0.1;   ///< from the sites to the ingresses; 0 = none
    bool on_return_packets = false; ///< the number of jobs rides back with every answer
    double report_loss = 0;         ///< share of reports that get lost
    double control_period_s = 1;    ///< the controller decides
    double detection_s = 0.15;      ///< liveness by probes
    double bounce_s = 1;            ///< until a client whose site died tries again (at most)
};

/// Data that every job brings along from its ingress, over links that all transfers share.
struct JobVolume {
    double bytes = 0;                     ///< 0 = none
    std::vector<double> link_bytes_per_s; ///< of each link, above 0
    /// [ingress][site] links of the way; empty = the site is beside the ingress.
    std::vector<std::vector<std::vector<std::uint32_t>>> routes;
};

/// Flows are kept on their sites by the data plane's own slots and exceptions; without it every flow is
/// remembered by itself.
struct FlowAffinity {
    std::uint32_t slots = 0;          ///< of the service at every ingress; 0 = no slots
    double timeout_s = 300;           ///< G: a move is final when nothing of the flow was seen for this long
    std::uint32_t exceptions = 65536; ///< most remembered flows of an ingress
};

struct Scenario {
    std::string name;
    std::string title; ///< one sentence for people
    std::vector<SimSite> sites;
    std::vector<SimIngress> ingresses;
    /// [ingress][site] round trip, seconds; half of it each way. Negative = no path.
    std::vector<std::vector<double>> rtt_s;
    double rtt_jitter = 0.1; ///< uniform, share of the way in
    Sizes sizes;
    Arrivals arrivals;
    JobVolume data;
    FlowAffinity affinity;
    News news;
    std::vector<Happening> happenings;
    std::string currency; ///< of all tariffs
    /// Unix seconds at the begin, and how much faster than the simulation the clock of tariffs goes. Courses
    /// are in the simulation's time already.
    double wall_start_s = 0;
    double clock_speed = 1;
    double seconds = 900;
    double warm_up_share = 0.15; ///< of the time; not measured
    /// Jobs that start in [first, second) are measured; absent = all after the warm-up.
    std::optional<std::pair<double, double>> window_s;
    std::uint64_t seed = 1;
};

} // namespace suanlu::sim
