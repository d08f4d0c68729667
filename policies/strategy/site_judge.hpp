// SPDX-License-Identifier: Apache-2.0
// What a policy says of the sites of one request: filters, terms with the rules for unknowns, keys and cost,
// in the order of the sites. Reads once what does not depend on the way to a site, so that a network of many
// ingresses is judged in about the time of one (flow_policy.hpp); `rank` sorts what comes out. Refers to
// policy, request and sites, which outlive it. One thread.
#pragma once

#include <span>

#include "policies/strategy/ranking.hpp"
#include "policies/strategy/terms.hpp"

namespace suanlu {

class SiteJudge {
public:
    /// `is_explained`: RankedTerm::why is filled.
    SiteJudge(const PolicyDefinition& policy, const Request& request, std::span<const SiteAttributes> sites,
              std::optional<WallTime> now, bool is_explained);

    /// Reads anew which sites are up and their paths. Valid until the next call; may be taken apart by the
    /// caller.
    std::vector<RankedSite>& judge();
    [[nodiscard]] std::span<const RankedSite> sites() const { return ranked_; }

private:
    [[nodiscard]] TermQuestion question(std::size_t j) const;
    void read_path(std::size_t j);
    void reject_unknown(std::size_t j);
    void count_term(std::size_t t);
    void make_keys(RankedSite& site) const;

    const PolicyDefinition& policy_;
    const Request& request_;
    std::span<const SiteAttributes> sites_;
    std::optional<WallTime> now_;
    bool is_explained_;
    std::vector<std::string> rejected_by_place_;
    std::vector<RankedSite> ranked_;
};

/// The first is the better place: fewer seconds in the keys, then in the sum, then the smaller id; candidates
/// before the rejected.
bool is_better(const RankedSite& a, const RankedSite& b);
/// Why no site of these is a candidate.
std::string nobody_left(std::span<const RankedSite> sites);

} // namespace suanlu
