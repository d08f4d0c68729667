// SPDX-License-Identifier: Apache-2.0
#include "simulator/decision_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace suanlu::sim {

namespace {

/// The run starts as if it had been going on: so many flows are known.
constexpr double kFlowsBefore = 10000;

} // namespace

DecisionLoop::DecisionLoop(const Surroundings& around, const SteeringPolicy& policy)
    : around_(around), policy_(policy), mix_(around.source.sizes().class_share, kFlowsBefore),
      flows_(around.scenario.ingresses.size(), 0), of_class_(classes(), 0),
      shares_(around.scenario.ingresses.size() * classes()), is_alive_(around.scenario.sites.size(), true),
      index_(around.scenario.sites.size()) {
    const Arrivals& arrivals = around.scenario.arrivals;
    const double jobs_per_flow = (arrivals.least_jobs_per_flow + arrivals.most_jobs_per_flow) / 2.0;
    for (const double flows_per_s : around.source.flows_per_s()) {
        arrivals_.emplace_back(flows_per_s);
    }
    jobs_per_flow_.count(1000, 1000 * jobs_per_flow, 1e-9);
    for (std::size_t j = 0; j < index_.size(); ++j) {
        reports_.push_back({j, 0, 1, 0});
    }
    decide(0);
}

void DecisionLoop::set_alive(std::size_t site, bool is_alive, double now_s) {
    is_alive_[site] = is_alive;
    decide(now_s);
}

double DecisionLoop::control(double now_s, double jobs_begun) {
    const double passed = now_s - last_s_;
    last_s_ = now_s;
    take_counts(jobs_begun, passed);
    return decide(now_s);
}

void DecisionLoop::take_counts(double jobs_begun, double passed_s) {
    for (std::size_t i = 0; i < flows_.size(); ++i) {
        arrivals_[i].count(flows_[i], passed_s);
    }
    mix_.count(of_class_, passed_s);
    jobs_per_flow_.count(std::accumulate(flows_.begin(), flows_.end(), 0.0), jobs_begun, passed_s);
    std::fill(flows_.begin(), flows_.end(), 0);
    std::fill(of_class_.begin(), of_class_.end(), 0);
}

/// Every size class of an ingress is an ingress of its own that counts work instead of jobs: a job of twice
/// the mean work is two jobs, each with half of the delay.
PolicyInput DecisionLoop::input(double now_s) const {
    PolicyInput in;
    in.service = around_.scenario.name;
    in.wall_s =
        static_cast<std::int64_t>(around_.scenario.wall_start_s + now_s * around_.scenario.clock_speed);
    const double mean_jobs_per_flow = jobs_per_flow_.value();
    for (std::size_t j = 0; j < index_.size(); ++j) {
        const SimSite& site = around_.scenario.sites[j];
        const Servers servers = around_.source.model_of(site, reports_[j].capacity).as_servers();
        PolicySite s;
        s.id = {static_cast<std::uint16_t>(j + 1)};
        s.name = site.name;
        s.slots = reports_[j].capacity > 0 ? servers.slots : 0;
        s.rate_per_slot = servers.rate_per_slot;
        s.cv2 = servers.cv2;
        s.price_s = around_.price_s[j];
        s.report_age_s = now_s - reports_[j].made_at_s;
        s.utilisation = std::min(1.0, reports_[j].jobs / std::max(servers.slots, 1.0));
        in.sites.push_back(std::move(s));
    }
    for (std::size_t i = 0; i < around_.rtt_s.size(); ++i) {
        for (std::size_t k = 0; k < classes(); ++k) {
            const double size = around_.source.sizes().relative_size[k];
            PolicyIngress ingress{std::to_string(i) + "/" + std::to_string(k), 0, {}, is_alive_};
            ingress.jobs_per_s = flow_rate(i, k) * mean_jobs_per_flow * size;
            for (const double rtt : around_.rtt_s[i]) {
                ingress.delay_s.push_back(rtt < 0 ? std::nullopt : std::optional<double>(rtt / size));
            }
            in.ingresses.push_back(std::move(ingress));
        }
    }
    return in;
}

double DecisionLoop::decide(double now_s) {
    const PolicyInput in = input(now_s);
    const auto now = MonoTime{std::chrono::nanoseconds(static_cast<std::int64_t>(now_s * 1e9))};
    const PolicyDecision decision = policy_.decide(in, memory_, now);
    double moved = 0;
    double all = 0;
    for (std::size_t r = 0; r < shares_.size(); ++r) {
        std::vector<double> shares(index_.size(), 0);
        for (const SiteShare& share : decision.ingresses[r].shares) {
            shares[share.site.value - 1U] = static_cast<double>(share.ppm) / kWholeShare;
        }
        const double jobs = in.ingresses[r].jobs_per_s;
        all += jobs;
        for (std::size_t j = 0; j < shares.size() && !shares_[r].empty(); ++j) {
            moved += jobs * std::fabs(shares[j] - shares_[r][j]) / 2;
        }
        shares_[r] = std::move(shares);
    }
    for (std::size_t j = 0; j < index_.size(); ++j) {
        double arrivals = 0;
        for (std::size_t r = 0; r < shares_.size(); ++r) {
            arrivals += in.ingresses[r].jobs_per_s * shares_[r][j];
        }
        index_[j] = std::make_shared<const SiteIndex>(
            around_.source.model_of(around_.scenario.sites[j], reports_[j].capacity), arrivals);
    }
    return all > 0 ? moved / all : 0;
}

double DecisionLoop::rate(std::size_t ingress, std::size_t site) const {
    double out = 0;
    for (std::size_t k = 0; k < classes(); ++k) {
        out += flow_rate(ingress, k) * shares(ingress, k)[site] * jobs_per_flow_.value();
    }
    return out;
}

std::vector<double> DecisionLoop::ingress_shares(std::size_t ingress) const {
    std::vector<double> out(index_.size(), 0);
    for (std::size_t k = 0; k < classes(); ++k) {
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] += shares(ingress, k)[j] * around_.source.sizes().class_share[k];
        }
    }
    return out;
}

PlacementPlan DecisionLoop::plan_for(std::size_t ingress) const {
    PlacementPlan plan;
    for (std::size_t j = 0; j < index_.size(); ++j) {
        const double rtt = around_.rtt_s[ingress][j];
        const bool is_closed = rtt < 0 || !is_alive_[j] || reports_[j].capacity <= 0;
        const double path = is_closed ? -1 : rtt + around_.price_s[j];
        plan.sites.push_back({path, std::max(0.0, rtt) / 2, rate(ingress, j), index_[j]});
    }
    plan.weights.clear();
    plan.relative_size = around_.source.sizes().relative_size;
    for (std::size_t k = 0; k < classes(); ++k) {
        plan.weights.push_back(shares(ingress, k));
    }
    return plan;
}

} // namespace suanlu::sim
