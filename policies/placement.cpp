// SPDX-License-Identifier: Apache-2.0
#include "policies/placement.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace suanlu {

namespace {

/// Weights that sum to less than this leave nothing to draw from.
constexpr double kLeastWeight = 1e-9;
/// Own flows kept per site; more than a site can have unreported.
constexpr std::size_t kMostSent = 4096;

} // namespace

void FlowPlacer::set_plan(PlacementPlan plan) {
    plan_ = std::move(plan);
    news_.resize(plan_.sites.size());
    double capacity = 0;
    for (const PlacementSite& s : plan_.sites) {
        capacity += s.index && s.path_s >= 0 ? s.index->model().capacity() : 0;
    }
    second_weights_ = plan_.weights;
    for (std::vector<double>& row : second_weights_) {
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (std::size_t j = 0; j < row.size(); ++j) {
            const PlacementSite& s = plan_.sites[j];
            const bool may_be_used = s.index && s.path_s >= 0;
            row[j] = may_be_used ? row[j] + kExplore * sum * s.index->model().capacity() / capacity : 0;
        }
    }
}

void FlowPlacer::set_alive(std::size_t site, bool is_alive) {
    news_.at(site).is_alive = is_alive;
}

void FlowPlacer::forget(News& news, double until_s) {
    while (!news.sent_s.empty() && news.sent_s.front() <= until_s) {
        news.sent_s.pop_front();
    }
}

void FlowPlacer::report(std::size_t site, JobsReport report, double now_s) {
    News& news = news_.at(site);
    report.at_s = std::min(report.at_s, now_s);
    if (!(report.at_s > news.last.at_s) || !(report.jobs >= 0) || !std::isfinite(report.jobs)) {
        return;
    }
    news.last = report;
    forget(news, report.at_s);
}

std::size_t FlowPlacer::draw(const std::vector<double>& weights, double at, std::size_t without) const {
    double sum = 0;
    const auto weight = [&](std::size_t j) { return j != without && news_[j].is_alive ? weights[j] : 0; };
    for (std::size_t j = 0; j < weights.size(); ++j) {
        sum += weight(j);
    }
    if (sum < kLeastWeight) {
        return kNoSite;
    }
    double left = at * sum;
    std::size_t last = kNoSite;
    for (std::size_t j = 0; j < weights.size(); ++j) {
        if (weight(j) > 0) {
            last = j;
            left -= weight(j);
            if (left < 0) {
                break;
            }
        }
    }
    return last;
}

bool FlowPlacer::is_usable(std::size_t site, double now_s) const {
    const PlacementSite& s = plan_.sites[site];
    return s.index && s.path_s >= 0 && news_[site].is_alive && is_fresh(site, now_s);
}

std::size_t FlowPlacer::second_site(std::size_t base, double now_s, double at, std::size_t size_class) const {
    if (!is_usable(base, now_s)) {
        return kNoSite;
    }
    if (suanlu::second_site(options_.exception_share) == SecondSite::kDrawn) {
        const std::size_t drawn = draw(second_weights_[size_class], at, base);
        return drawn != kNoSite && is_usable(drawn, now_s) ? drawn : kNoSite;
    }
    std::size_t best = kNoSite;
    double least = 0;
    for (std::size_t j = 0; j < plan_.sites.size(); ++j) {
        if (j == base || second_weights_[size_class][j] <= 0 || !is_usable(j, now_s)) {
            continue;
        }
        const double cost = cost_s(j, now_s, plan_.relative_size[size_class]);
        if (best == kNoSite || cost < least) {
            best = j;
            least = cost;
        }
    }
    return best;
}

bool FlowPlacer::is_fresh(std::size_t site, double now_s) const {
    const SiteIndex& index = *plan_.sites[site].index;
    return now_s - news_[site].last.at_s <= options_.most_age * index.model().service_s();
}

JobsEstimate FlowPlacer::estimate(std::size_t site, double now_s) const {
    const PlacementSite& s = plan_.sites[site];
    const News& news = news_[site];
    return estimate_jobs(*s.index, news.last.jobs, now_s + s.one_way_s - news.last.at_s,
                         static_cast<double>(news.sent_s.size()), s.own_rate);
}

double FlowPlacer::cost_s(std::size_t site, double now_s, double relative_size) const {
    const PlacementSite& s = plan_.sites[site];
    const SiteIndex& index = *s.index;
    const ServiceModel& model = index.model();
    const JobsEstimate jobs = estimate(site, now_s);
    const double service = model.service_s();
    const double delta = index.expected(jobs.mean, jobs.deviation);
    if (relative_size == 1) {
        return s.path_s + delta + options_.kappa * service;
    }
    // A job waits whatever its size; its own work and what it does to others grow with it.
    const double queue = std::max(0.0, jobs.mean + 1 - model.full_at()) / model.capacity();
    return s.path_s + queue + relative_size * (delta - queue + options_.kappa * service);
}

Choice FlowPlacer::place(double now_s, double first, double second, std::size_t size_class) {
    Choice out;
    const std::vector<double>& weights = plan_.weights.at(size_class);
    out.base = out.site = draw(weights, first, kNoSite);
    if (out.base == kNoSite) {
        return out;
    }
    const std::size_t other =
        options_.exception_share > 0 ? second_site(out.base, now_s, second, size_class) : kNoSite;
    if (other != kNoSite) {
        const double size = plan_.relative_size[size_class];
        out.saving_s = cost_s(out.base, now_s, size) - cost_s(other, now_s, size);
        if (budget_.grants(out.saving_s)) {
            out.site = other;
        }
    }
    budget_.flow_started(out.is_exception());
    News& news = news_[out.site];
    news.sent_s.push_back(now_s + plan_.sites[out.site].one_way_s);
    if (news.sent_s.size() > kMostSent) {
        news.sent_s.pop_front();
    }
    return out;
}

} // namespace suanlu
