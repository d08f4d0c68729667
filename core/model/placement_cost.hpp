// SPDX-License-Identifier: Apache-2.0
// What one more flow costs at a site, from the integers of a Plan and the freshest report of the site: the
// formula of docs/decision.md, "Numbers for the data plane". The numbers are those of policies/placement.hpp,
// which has the reasons. Pure; numbers that make no sense give kNoCost.
#pragma once

#include <cstdint>

#include "core/model/plan.hpp"

namespace suanlu {

/// Which site is compared with the first draw. kDrawn: one drawn by the weights, where every other site keeps
/// a small chance. kCheapest: the cheapest of all others; with few second choices it loses less, with many
/// all ingresses run after the same report.
enum class SecondSite : std::uint8_t { kDrawn, kCheapest };

/// Up to this exception_share the cheapest site is the better second one.
inline constexpr double kFewExceptions = 0.25;

constexpr SecondSite second_site(double exception_share) {
    return exception_share <= kFewExceptions ? SecondSite::kCheapest : SecondSite::kDrawn;
}

/// As the data plane keeps it: microseconds, saturating; refreshed with every report and every period.
struct CostWord {
    std::uint32_t cost_us = 0;     ///< of one more flow now
    std::uint32_t per_flow_us = 0; ///< more for each flow sent there since the refresh
    bool operator==(const CostWord&) const = default;
};
inline constexpr std::uint32_t kNoCost = 0xffffffff; ///< no usable news: take the first draw

/// What an ingress knows of a site.
struct SiteNews {
    double jobs = 0;
    double age_s = 0;
    /// Flows of this ingress that the report cannot know.
    double own_flows = 0;
};

CostWord cost_word(const SitePlacement& site, const SiteNews& news);

/// How old a report of the site may be and still be news.
double most_age_s(const PlacementTable& table, const SitePlacement& site);

} // namespace suanlu
