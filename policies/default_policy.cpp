// SPDX-License-Identifier: Apache-2.0
// The default policy: convex split plus damping (design.md section 6, step 1).
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "policies/damping.hpp"
#include "policies/filters.hpp"
#include "policies/flip.hpp"
#include "policies/policy_set.hpp"
#include "policies/split.hpp"

namespace suanlu {

namespace {

// An ingress without measured arrivals still needs well-defined shares.
constexpr double kLeastArrivals = 0.01;
// Shares below this cost a slot edit each and carry next to nothing ...
constexpr double kLeastShare = 1e-3;
// ... unless many sites have such a share: what leaves them must not overfill the others.
constexpr double kMostDropped = 0.01;

using Rows = std::vector<std::vector<SiteCandidate>>;

struct Frame {
    SplitProblem problem;
    SplitShares last;
    /// Index of the ingress in the input, for rows that have a candidate at all.
    std::vector<std::size_t> ingress;
    bool has_history = true;
    double load_weight = 1;
};

bool is_allowed(const SiteCandidate& c) {
    return c.rejected_by.empty();
}

double sum_of(const std::vector<CandidateTerm>& terms) {
    double sum = 0;
    for (const CandidateTerm& term : terms) {
        sum += std::isfinite(term.seconds) ? term.seconds : 0;
    }
    return sum;
}

/// The way to a site with the terms, which differ by ingress, in seconds of load: the split counts service
/// and queue once, so everything else is divided by their weight.
double way_to(const SiteCandidate& c, double load_weight) {
    return std::max(c.path_delay_s + sum_of(c.terms), 0.0) / load_weight;
}

Frame make_frame(const PolicyInput& input, const PolicyMemory& memory, const Rows& rows) {
    Frame frame;
    frame.load_weight = usable_load_weight(input);
    for (const PolicySite& site : input.sites) {
        // Filtered sites stay in the problem, so that indices agree; their figures only have to be numbers.
        const double rate =
            site.rate_per_slot > 0 && std::isfinite(site.rate_per_slot) ? site.rate_per_slot : 1;
        const double slots = usable_slots(site);
        const double cv2 = site.cv2 >= 0 && std::isfinite(site.cv2) ? site.cv2 : 1;
        const double price = std::isfinite(site.price_s) ? site.price_s : 0;
        frame.problem.sites.push_back(
            {{slots > 1e-3 && std::isfinite(slots) ? slots : 1e-3, rate, cv2}, price / frame.load_weight});
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::none_of(rows[i].begin(), rows[i].end(), is_allowed)) {
            continue;
        }
        frame.ingress.push_back(i);
        const double jobs = input.ingresses[i].jobs_per_s;
        frame.problem.arrivals.push_back(std::isfinite(jobs) ? std::max(jobs, kLeastArrivals)
                                                             : kLeastArrivals);
        std::vector<double> delays;
        std::vector<double> last;
        double kept = 0;
        for (const SiteCandidate& c : rows[i]) {
            delays.push_back(is_allowed(c) ? way_to(c, frame.load_weight) : -1);
            const auto known = memory.shares.find({input.ingresses[i].name, c.site.value});
            last.push_back(is_allowed(c) && known != memory.shares.end() ? known->second : 0);
            kept += last.back();
        }
        for (double& share : last) {
            share = kept > 0 ? share / kept : 0;
        }
        frame.has_history = frame.has_history && kept > 0;
        frame.problem.delay_s.push_back(std::move(delays));
        frame.last.push_back(std::move(last));
    }
    return frame;
}

/// A site that was lost or gained, or whose capacity fell by more than a fifth: followed at once.
bool is_failure(const PolicyInput& input, PolicyMemory& memory, const Rows& rows) {
    bool failure = false;
    for (std::size_t j = 0; j < input.sites.size(); ++j) {
        const PolicySite& site = input.sites[j];
        const double capacity = site.slots * site.rate_per_slot;
        const auto known = memory.capacity.find(site.id.value);
        failure =
            failure || (known != memory.capacity.end() && capacity < known->second * (1 - kCapacityLoss));
        // The reference follows slow drift down only with a published loss, so that small losses add up.
        if (known == memory.capacity.end() || capacity > known->second ||
            capacity < known->second * (1 - kCapacityLoss)) {
            memory.capacity[site.id.value] = capacity;
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const bool allowed = is_allowed(rows[i][j]);
            const auto known_pair =
                memory.allowed.try_emplace({input.ingresses[i].name, site.id.value}, allowed).first;
            failure = failure || (known_pair->second && !allowed);
            known_pair->second = allowed;
        }
    }
    return failure;
}

/// An ingress whose counters say nothing usable is reckoned as a quiet one, and the verdict says so.
std::string why_no_arrivals(const PolicyInput& input) {
    for (const PolicyIngress& ingress : input.ingresses) {
        if (!std::isfinite(ingress.jobs_per_s) || ingress.jobs_per_s < 0) {
            return "; arrivals at " + ingress.name + " are no usable number, counted as none";
        }
    }
    return {};
}

std::string why_even(const Status& solved) {
    return solved ? "" : "; even shares, as there is nothing to solve: " + solved.error().text();
}

void drop_trifles(SplitShares& shares) {
    for (std::vector<double>& row : shares) {
        double dropped = 0;
        for (const double x : row) {
            dropped += x < kLeastShare ? x : 0;
        }
        if (dropped > kMostDropped) {
            continue;
        }
        for (double& x : row) {
            x = x < kLeastShare ? 0 : x / (1 - dropped);
        }
    }
}

void fill(IngressDecision& out, const std::vector<double>& wanted, const std::vector<double>& given,
          const std::vector<double>& marginal, const PolicyInput& input, PolicyMemory& memory) {
    const std::vector<std::uint32_t> ppm = to_ppm(given);
    for (std::size_t j = 0; j < given.size(); ++j) {
        SiteCandidate& c = out.candidates[j];
        c.share_wanted = wanted[j];
        c.share_given = given[j];
        c.queue_price_s = is_allowed(c) ? marginal[j] - c.path_delay_s - c.service_time_s - c.price_s : 0;
        memory.shares[{out.ingress, c.site.value}] = given[j];
        if (ppm[j] > 0) {
            out.shares.push_back({input.sites[j].id, ppm[j]});
        }
    }
}

class DefaultPolicy final : public SteeringPolicy {
public:
    PolicyDecision decide(const PolicyInput& input, PolicyMemory& memory, MonoTime now) const override {
        Rows rows = filter_sites(input, memory, now);
        const bool failure = is_failure(input, memory, rows);
        const Frame frame = make_frame(input, memory, rows);
        const std::string notes = why_nobody(input, rows) + why_no_arrivals(input);
        PolicyDecision out;
        out.load_weight = frame.load_weight;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            out.ingresses.push_back({input.ingresses[i].name, {}, std::move(rows[i])});
        }
        if (frame.ingress.empty()) {
            out.verdict = "published" + notes;
            return out;
        }
        SplitResult best = split(frame.problem, frame.last);
        drop_trifles(best.shares);
        out.cost_after = frame.load_weight * split_cost(frame.problem, best.shares);
        out.cost_before =
            frame.has_history ? frame.load_weight * split_cost(frame.problem, frame.last) : out.cost_after;
        const double gain = out.cost_before > 0 ? 1 - out.cost_after / out.cost_before : 0;
        const bool at_once = failure || !frame.has_history;
        const bool hold = !at_once && gain <= kLeastGain;
        out.verdict = verdict(at_once, hold, gain) + notes + why_even(best.status);
        const SplitShares given = hold ? frame.last : followed(frame, best.shares, at_once);
        auto marginal = marginal_costs(frame.problem, given);
        for (std::size_t k = 0; k < frame.ingress.size(); ++k) {
            for (double& seconds : marginal[k]) {
                seconds *= frame.load_weight;
            }
            fill(out.ingresses[frame.ingress[k]], best.shares[k], given[k], marginal[k], input, memory);
        }
        return out;
    }

    std::vector<FlipPoint> flips(const PolicyInput& input, const PolicyDecision& decided,
                                 std::size_t ingress) const override {
        Rows rows;
        for (const IngressDecision& row : decided.ingresses) {
            rows.push_back(row.candidates);
        }
        std::vector<FlipPoint> out(input.sites.size());
        const Frame frame = make_frame(input, {}, rows);
        const auto found = std::find(frame.ingress.begin(), frame.ingress.end(), ingress);
        if (found == frame.ingress.end()) {
            return out;
        }
        const SplitShares best = split(frame.problem).shares;
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] =
                flip_point(frame.problem, best, static_cast<std::size_t>(found - frame.ingress.begin()), j);
            out[j].change_s *= frame.load_weight;
        }
        return out;
    }

private:
    static SplitShares followed(const Frame& frame, const SplitShares& wanted, bool at_once) {
        SplitShares out;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            out.push_back(follow(frame.last[k], wanted[k], at_once));
        }
        return out;
    }
    static std::string verdict(bool at_once, bool hold, double gain) {
        char text[96];
        if (at_once) {
            return "published: first decision, or a site or more than 20 % of its capacity was lost";
        }
        std::snprintf(text, sizeof text,
                      hold ? "held: predicted gain %.1f %% is not above 2 %%"
                           : "published: predicted gain %.1f %%, at most 10 %% moves per decision",
                      gain * 100);
        return text;
    }
};

} // namespace

const SteeringPolicy& default_policy() {
    static const DefaultPolicy policy;
    return policy;
}

} // namespace suanlu
