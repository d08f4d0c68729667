// SPDX-License-Identifier: Apache-2.0
// Ranks sites for one request: filters, then the keys of `first` in their order, then the weighted sum of the
// other terms, then the site id. A site that does not state a term's inputs counts as the worst known
// candidate in that term (UnknownRule), so that silence never wins. Deterministic; pure.
#pragma once

#include <span>

#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct RankedTerm {
    TermKind kind = TermKind::kLoad;
    /// As the site stated; nothing = unknown.
    std::optional<double> seconds;
    /// With the rule for unknowns and the weight.
    double counted_s = 0;
    bool is_first = false; ///< compared before the sum, not part of it
    std::string why;
};

struct RankedSite {
    SiteId id;
    std::string name;
    /// Empty = a candidate; otherwise the filter and what failed.
    std::string rejected_by;
    std::vector<RankedTerm> terms;
    /// In the order of `first`, whole steps where a step is stated.
    std::vector<double> keys;
    double cost_s = 0;
};

struct Ranking {
    /// Why nothing was ranked or nobody is left; empty = the first site is the place.
    std::string refusal;
    /// Candidates, best first, then the rejected ones by id.
    std::vector<RankedSite> sites;

    [[nodiscard]] std::size_t candidates() const;
};

/// Without `now` tariffs are unknown.
Ranking rank(const PolicyDefinition& policy, const Request& request, std::span<const SiteAttributes> sites,
             std::optional<WallTime> now);

/// What is wrong with a request, so that no term has to divide by it; empty = nothing.
std::string request_refusal(const Request& request);

} // namespace suanlu
