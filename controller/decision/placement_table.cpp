// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/placement_table.hpp"

#include <algorithm>
#include <cmath>

#include "policies/placement.hpp"

namespace suanlu {

namespace {

/// Two numbers closer than a tenth, or than the step, are one.
constexpr double kClose = 0.1;
constexpr std::uint32_t kWeightStep = 20'000;
constexpr std::uint32_t kTimeStep = 100;
constexpr std::uint32_t kRateStep = 2'000;
constexpr std::uint32_t kJobStep = 250;

std::uint32_t whole(double value, std::uint32_t least = 0) {
    const double most = kUnreachableDelay.value - 1;
    return std::isfinite(value)
               ? static_cast<std::uint32_t>(std::clamp(std::round(value), double(least), most))
               : static_cast<std::uint32_t>(most);
}

Microseconds us(double seconds, std::uint32_t least = 0) {
    return {whole(seconds * 1e6, least)};
}

void fill_delta(const SiteIndex& index, double load_weight, SitePlacement& out) {
    const std::uint32_t full = index.model().full_at();
    const auto steps = static_cast<std::uint32_t>(kMostDeltas - 1);
    out.stride = std::max(1U, (full + steps - 1) / steps);
    for (std::uint32_t jobs = 0;; jobs += out.stride) {
        out.delta.push_back(us(load_weight * index.at(jobs)));
        if (jobs >= full) {
            break;
        }
    }
    out.slope = us(load_weight * index.slope());
}

SitePlacement place(const SiteCandidate& candidate, const SiteIndex& index, double one_way_s,
                    double load_weight) {
    const ServiceModel& model = index.model();
    const double balance = model.balanced_jobs(index.arrivals());
    const double served = balance > 0 ? balance / index.arrivals() : model.service_s();
    const double spare = std::max(kLeastSpare, 1 - index.arrivals() / model.capacity());
    SitePlacement out;
    out.site = candidate.site;
    out.static_cost = us(candidate.path_delay_s + candidate.price_s +
                         load_weight * PlacementOptions{}.kappa * model.service_s());
    out.one_way = us(one_way_s);
    out.service_time = us(model.service_s(), 1);
    out.balance_millijobs = whole(balance * 1e3);
    out.relaxation = us(served, 1);
    out.drain_per_job = us(served / model.full_at() / spare);
    out.full_at = model.full_at();
    fill_delta(index, load_weight, out);
    return out;
}

bool is_close(std::uint32_t a, std::uint32_t b, std::uint32_t step) {
    const auto [least, most] = std::minmax(a, b);
    return most - least <= std::max<double>(step, kClose * most);
}

bool is_close(const SitePlacement& a, const SitePlacement& b) {
    const auto near = [](Microseconds x, Microseconds y) { return is_close(x.value, y.value, kTimeStep); };
    return a.site == b.site && a.full_at == b.full_at && a.stride == b.stride &&
           is_close(a.draw_ppm, b.draw_ppm, kWeightStep) && near(a.static_cost, b.static_cost) &&
           near(a.one_way, b.one_way) && near(a.service_time, b.service_time) &&
           is_close(a.balance_millijobs, b.balance_millijobs, kJobStep) && near(a.relaxation, b.relaxation) &&
           near(a.drain_per_job, b.drain_per_job) &&
           is_close(a.own_flows_per_ks, b.own_flows_per_ks, kRateStep) && near(a.slope, b.slope) &&
           std::equal(a.delta.begin(), a.delta.end(), b.delta.begin(), b.delta.end(), near);
}

} // namespace

std::vector<std::shared_ptr<const SiteIndex>>
site_indexes(const PolicyInput& input, const PolicyDecision& decided, const std::vector<double>& jobs_per_s) {
    std::vector<std::shared_ptr<const SiteIndex>> out;
    for (std::size_t j = 0; j < input.sites.size(); ++j) {
        const PolicySite& site = input.sites[j];
        const double slots =
            decided.ingresses.empty() ? site.slots : decided.ingresses.front().candidates[j].slots;
        const auto model = ServiceModel::workers({slots, site.rate_per_slot, site.cv2});
        const bool is_open = site.hosts_service && model;
        out.push_back(is_open ? std::make_shared<const SiteIndex>(*model, jobs_per_s[j] + site.other_jobs)
                              : nullptr);
    }
    return out;
}

PlacementTable placement_table(const PlacementSource& from) {
    PlacementTable out;
    const double kept = std::isfinite(from.exception_share) ? from.exception_share : 0;
    out.exception_ppm = whole(std::clamp(kept, 0.0, 1.0) * kWholeShare);
    out.most_age_millis = whole(PlacementOptions{}.most_age * 1e3);
    double capacity = 0;
    std::vector<std::size_t> open;
    for (std::size_t j = 0; j < from.decided.candidates.size(); ++j) {
        if (from.decided.candidates[j].rejected_by.empty() && from.indexes[j]) {
            capacity += from.indexes[j]->model().capacity();
            open.push_back(j);
        }
    }
    if (open.size() < 2 || out.exception_ppm == 0) {
        return {}; // nothing to choose between
    }
    for (const std::size_t j : open) {
        const SiteCandidate& candidate = from.decided.candidates[j];
        const SiteIndex& index = *from.indexes[j];
        SitePlacement site = place(candidate, index, from.one_way_s[j], from.load_weight);
        const double share = candidate.share_given;
        site.draw_ppm =
            whole((share + kExplore * index.model().capacity() / capacity) / (1 + kExplore) * kWholeShare);
        site.own_flows_per_ks = whole(from.flows_per_s * share * 1e3);
        out.sites.push_back(std::move(site));
    }
    std::sort(out.sites.begin(), out.sites.end(),
              [](const SitePlacement& a, const SitePlacement& b) { return a.site < b.site; });
    return out;
}

bool is_close(const PlacementTable& a, const PlacementTable& b) {
    return a.exception_ppm == b.exception_ppm && a.most_age_millis == b.most_age_millis &&
           std::equal(a.sites.begin(), a.sites.end(), b.sites.begin(), b.sites.end(),
                      [](const SitePlacement& x, const SitePlacement& y) { return is_close(x, y); });
}

} // namespace suanlu
