// SPDX-License-Identifier: Apache-2.0
// Baseline "nearest": what plain anycast would do if it knew delays. Load does not matter to it, by
// definition: only a site that is dead or has no path is passed over, a full one is not.
#include <algorithm>
#include <cmath>

#include "policies/damping.hpp"
#include "policies/policy_set.hpp"

namespace suanlu {

namespace {

std::string reject(const PolicySite& site, bool is_alive, bool has_path) {
    if (!site.hosts_service) {
        return "does not host the service";
    }
    if (!is_alive) {
        return "not alive at this ingress";
    }
    return has_path ? "" : "no path";
}

class NearestPolicy final : public SteeringPolicy {
public:
    PolicyDecision decide(const PolicyInput& input, PolicyMemory& memory, MonoTime) const override {
        PolicyDecision out;
        out.verdict = "published: nearest site, whatever its load";
        for (const PolicyIngress& ingress : input.ingresses) {
            IngressDecision row{ingress.name, {}, {}};
            SiteCandidate* best = nullptr;
            row.candidates.resize(input.sites.size());
            for (std::size_t j = 0; j < input.sites.size(); ++j) {
                const PolicySite& site = input.sites[j];
                SiteCandidate& c = row.candidates[j];
                c = {site.id,
                     site.name,
                     reject(site, ingress.is_alive[j], ingress.delay_s[j].has_value()),
                     ingress.delay_s[j].value_or(0),
                     1 / site.rate_per_slot,
                     0,
                     site.price_s,
                     site.slots,
                     site.utilisation,
                     site.report_age_s,
                     0,
                     0,
                     {}};
                if (c.rejected_by.empty() && (best == nullptr || c.path_delay_s < best->path_delay_s)) {
                    best = &c;
                }
            }
            for (SiteCandidate& c : row.candidates) {
                c.share_wanted = c.share_given = &c == best ? 1 : 0;
                memory.shares[{ingress.name, c.site.value}] = c.share_given;
            }
            if (best != nullptr) {
                row.shares.push_back({best->site, kWholeShare});
            }
            out.ingresses.push_back(std::move(row));
        }
        return out;
    }
    /// The second nearest is what the nearest may fall back to, and what the others must reach.
    std::vector<FlipPoint> flips(const PolicyInput& input, const PolicyDecision& decided,
                                 std::size_t ingress) const override {
        std::vector<FlipPoint> out(input.sites.size());
        const std::vector<SiteCandidate>& row = decided.ingresses[ingress].candidates;
        for (std::size_t j = 0; j < row.size(); ++j) {
            double least_of_others = INFINITY;
            for (std::size_t k = 0; k < row.size(); ++k) {
                if (k != j && row[k].rejected_by.empty()) {
                    least_of_others = std::min(least_of_others, row[k].path_delay_s);
                }
            }
            if (row[j].rejected_by.empty() && std::isfinite(least_of_others)) {
                out[j] = {row[j].share_given > 0 ? FlipPoint::Kind::kLoses : FlipPoint::Kind::kGains,
                          least_of_others - row[j].path_delay_s};
            }
        }
        return out;
    }
    [[nodiscard]] bool is_damped() const override { return false; }
};

} // namespace

const SteeringPolicy& nearest_policy() {
    static const NearestPolicy policy;
    return policy;
}

} // namespace suanlu
