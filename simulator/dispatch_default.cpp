// SPDX-License-Identifier: Apache-2.0
#include "simulator/dispatch_kinds.hpp"

#include <numeric>

namespace suanlu::sim {

namespace {

std::mt19937_64 stream(const Scenario& scenario) {
    return std::mt19937_64(scenario.seed * 49979687 + 6);
}

/// A number that draws this site by the weights; `otherwise` when it has none.
double draw_of(const std::vector<double>& weights, std::size_t site, double otherwise) {
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    const auto at = weights.begin() + static_cast<std::ptrdiff_t>(site);
    return *at > 0 ? (std::accumulate(weights.begin(), at, 0.0) + *at / 2) / all : otherwise;
}

} // namespace

SteeredDispatcher::SteeredDispatcher(const Surroundings& around, const DispatcherSpec& spec,
                                     const SteeringPolicy& policy, bool has_second_choice, bool is_fixed)
    : around_(around), loop_(around, policy), random_(stream(around.scenario)),
      has_second_choice_(has_second_choice), is_fixed_(is_fixed) {
    PlacementOptions options;
    options.kappa = spec.kappa;
    options.exception_share = has_second_choice ? spec.exception_share : 0;
    for (std::size_t i = 0; i < around.scenario.ingresses.size(); ++i) {
        placers_.emplace_back(options);
    }
    publish();
}

void SteeredDispatcher::publish() {
    for (std::size_t i = 0; i < placers_.size(); ++i) {
        placers_[i].set_plan(loop_.plan_for(i));
    }
}

Choice SteeredDispatcher::place(const NewFlow& flow) {
    const std::size_t size_class = std::min(flow.size_class, loop_.classes() - 1);
    loop_.flow_placed(flow.ingress, size_class);
    std::uniform_real_distribution<double> unit(0, 1);
    double first = unit(random_);
    if (flow.slot_site != kNoSite) {
        first = draw_of(loop_.shares(flow.ingress, size_class), flow.slot_site, first);
    }
    const double second = unit(random_);
    return placers_[flow.ingress].place(flow.now_s, first, second, size_class);
}

void SteeredDispatcher::site_report(const SiteReport& report, double now_s) {
    loop_.site_report(report);
    if (has_second_choice_) { // the controller hands them on with its next word to the ingress
        for (FlowPlacer& placer : placers_) {
            placer.report(report.site, {report.jobs, report.made_at_s}, now_s);
        }
    }
}

void SteeredDispatcher::direct_report(std::size_t ingress, std::size_t site, JobsReport news, double now_s) {
    if (has_second_choice_) {
        placers_[ingress].report(site, news, now_s);
    }
}

void SteeredDispatcher::set_alive(std::size_t site, bool is_alive, double now_s) {
    loop_.set_alive(site, is_alive, now_s);
    for (FlowPlacer& placer : placers_) {
        placer.set_alive(site, is_alive);
    }
    publish();
}

double SteeredDispatcher::control(double now_s, double jobs_begun) {
    if (is_fixed_) {
        return 0;
    }
    const double moved = loop_.control(now_s, jobs_begun);
    publish();
    return moved;
}

void SteeredDispatcher::flow_ended(std::size_t ingress, bool was_exception) {
    placers_[ingress].flow_ended(was_exception);
}

} // namespace suanlu::sim
