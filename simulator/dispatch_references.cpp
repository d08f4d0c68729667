// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "policies/policy_set.hpp"
#include "simulator/dispatch_kinds.hpp"

namespace suanlu::sim {

ReferenceDispatcher::ReferenceDispatcher(const Surroundings& around, Reference kind)
    : around_(around), kind_(kind), loop_(around, default_policy()), free_s_(around.scenario.sites.size()),
      was_up_(around.scenario.sites.size(), true), is_open_(around.scenario.sites.size(), true) {
    for (const SimSite& site : around.scenario.sites) {
        models_.push_back(around.source.model_of(site));
    }
    follow_truth(0);
}

/// Workers come and go with the truth, at once.
void ReferenceDispatcher::follow_truth(double now_s) {
    for (std::size_t j = 0; j < free_s_.size(); ++j) {
        const SimSite& site = around_.scenario.sites[j];
        if (site.discipline != Discipline::kFcfs) {
            continue;
        }
        if (!around_.truth.is_up[j] && was_up_[j]) {
            free_s_[j].clear();
        }
        was_up_[j] = around_.truth.is_up[j];
        const auto workers = static_cast<std::size_t>(std::round(site.workers * around_.truth.capacity[j]));
        while (free_s_[j].size() < workers) {
            free_s_[j].insert(now_s);
        }
        while (free_s_[j].size() > workers) {
            free_s_[j].erase(free_s_[j].begin());
        }
    }
}

bool ReferenceDispatcher::is_open(std::size_t ingress, std::size_t site) const {
    const bool has_workers =
        around_.scenario.sites[site].discipline != Discipline::kFcfs || !free_s_[site].empty();
    return around_.truth.is_up[site] && is_open_[site] && has_workers && around_.rtt_s[ingress][site] >= 0;
}

double ReferenceDispatcher::service_s(const NewFlow& flow, std::size_t site) const {
    const ServiceModel& model = models_[site];
    const double relative_size = flow.alone_s / around_.source.mean_alone_s();
    if (around_.scenario.sites[site].discipline == Discipline::kFcfs) {
        return relative_size * model.service_s();
    }
    // Everybody present slows the job down for as long as it stays, as far as anyone can tell beforehand.
    const double there = around_.truth.jobs[site] + around_.truth.on_wire[site] + 1;
    return relative_size * there / model.departure_rate(there) / std::max(1e-3, around_.truth.capacity[site]);
}

double ReferenceDispatcher::start_s(std::size_t site, double there_s) {
    if (around_.scenario.sites[site].discipline != Discipline::kFcfs) {
        return there_s;
    }
    if (kind_ != Reference::kInstantJoint) {
        return std::max(there_s, *free_s_[site].begin());
    }
    const double workers = static_cast<double>(free_s_[site].size());
    const double waiting = around_.truth.jobs[site] + around_.truth.on_wire[site] + 1 - workers;
    const SiteIndex& index = *loop_.index(site);
    return there_s + std::max(0.0, waiting) / index.model().capacity();
}

double ReferenceDispatcher::externality_s(const NewFlow& flow, std::size_t site) const {
    const SiteIndex& index = *loop_.index(site);
    const ServiceModel& model = index.model();
    const double there = around_.truth.jobs[site] + around_.truth.on_wire[site];
    const double own = std::max(0.0, there + 1 - model.full_at()) / model.capacity() + model.service_s();
    return std::max(0.0, index.at(there) - own) * flow.alone_s / around_.source.mean_alone_s();
}

double ReferenceDispatcher::cost(const NewFlow& flow, std::size_t site, double there_s) {
    const double back = around_.rtt_s[flow.ingress][site] / 2 + around_.price_s[site];
    if (kind_ == Reference::kInstantJoint) {
        NewFlow mean = flow;
        mean.alone_s = around_.source.mean_alone_s();
        return start_s(site, there_s) + service_s(mean, site) + back;
    }
    const double own = start_s(site, there_s) + service_s(flow, site) + back;
    return kind_ == Reference::kClairvoyantGreedy ? own : own + externality_s(flow, site);
}

Choice ReferenceDispatcher::place(const NewFlow& flow) {
    follow_truth(flow.now_s);
    loop_.flow_placed(flow.ingress, std::min(flow.size_class, loop_.classes() - 1));
    std::size_t best = kNoSite;
    double least = 0;
    for (std::size_t j = 0; j < free_s_.size(); ++j) {
        if (!is_open(flow.ingress, j)) {
            continue;
        }
        const double value = cost(flow, j, flow.now_s + around_.rtt_s[flow.ingress][j] / 2);
        if (best == kNoSite || value < least) {
            best = j;
            least = value;
        }
    }
    if (best != kNoSite && around_.scenario.sites[best].discipline == Discipline::kFcfs) {
        std::multiset<double>& workers = free_s_[best];
        const double there = flow.now_s + around_.rtt_s[flow.ingress][best] / 2;
        const double start = std::max(there, *workers.begin());
        workers.erase(workers.begin());
        workers.insert(start + service_s(flow, best));
    }
    return {best, best, 0};
}

void ReferenceDispatcher::site_report(const SiteReport& report, double) {
    loop_.site_report(report);
}

void ReferenceDispatcher::set_alive(std::size_t site, bool is_alive, double now_s) {
    is_open_[site] = is_alive;
    loop_.set_alive(site, is_alive, now_s);
}

double ReferenceDispatcher::control(double now_s, double jobs_begun) {
    return loop_.control(now_s, jobs_begun);
}

} // namespace suanlu::sim
