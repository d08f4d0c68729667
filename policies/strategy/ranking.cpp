// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/ranking.hpp"

#include <algorithm>
#include <cmath>

#include "policies/strategy/site_judge.hpp"

namespace suanlu {

namespace {

bool is_number(const std::optional<double>& value, bool zero_is_fine) {
    return !value || (std::isfinite(*value) && (*value > 0 || (zero_is_fine && *value == 0)));
}

bool is_candidate(const RankedSite& site) {
    return site.rejected_by.empty();
}

} // namespace

std::size_t Ranking::candidates() const {
    return static_cast<std::size_t>(std::count_if(sites.begin(), sites.end(), is_candidate));
}

std::string request_refusal(const Request& request) {
    if (!is_number(request.work, false)) {
        return "the request's work is not above zero";
    }
    if (!is_number(request.tokens, false) || !is_number(request.size_bytes, true)) {
        return "the request's tokens or size are no usable number";
    }
    if (!is_number(request.needs.latency_s, false)) {
        return "the request's latency class is not above zero";
    }
    return {};
}

Ranking rank(const PolicyDefinition& policy, const Request& request, std::span<const SiteAttributes> sites,
             std::optional<WallTime> now) {
    Ranking out;
    out.refusal = kind_refusal(policy, request.kind);
    if (out.refusal.empty()) {
        out.refusal = request_refusal(request);
    }
    if (!out.refusal.empty()) {
        return out;
    }
    SiteJudge judge(policy, request, sites, now, true);
    out.sites = std::move(judge.judge());
    std::sort(out.sites.begin(), out.sites.end(), is_better);
    if (out.candidates() == 0) {
        out.refusal = nobody_left(out.sites);
    }
    return out;
}

} // namespace suanlu
