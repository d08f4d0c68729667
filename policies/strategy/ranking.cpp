// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "policies/strategy/site_filters.hpp"

namespace suanlu {

namespace {

bool is_number(const std::optional<double>& value, bool zero_is_fine) {
    return !value || (std::isfinite(*value) && (*value > 0 || (zero_is_fine && *value == 0)));
}

bool is_candidate(const RankedSite& site) {
    return site.rejected_by.empty();
}

RankedSite read_site(const TermQuestion& q) {
    RankedSite out;
    out.id = q.site.id;
    out.name = q.site.name;
    out.rejected_by = filter_site(q);
    for (const Term& term : q.policy.terms) {
        const TermReading reading = read_term(term.kind, q);
        out.terms.push_back({term.kind, reading.seconds, 0, q.policy.is_first(term.kind), reading.why});
        if (is_candidate(out) && !reading.seconds && term.unknown == UnknownRule::kReject) {
            out.rejected_by = std::string(to_text(term.kind)) + ": " + reading.why;
        }
    }
    return out;
}

/// Every site has its terms in the policy's order, so term t is the same one everywhere.
void count_term(const Term& term, std::size_t t, std::vector<RankedSite>& sites) {
    double worst = 0;
    for (const RankedSite& site : sites) {
        worst = is_candidate(site) ? std::max(worst, site.terms[t].seconds.value_or(0)) : worst;
    }
    const double unknown = term.unknown == UnknownRule::kFixed ? term.unknown_s : worst;
    for (RankedSite& site : sites) {
        RankedTerm& counted = site.terms[t];
        counted.counted_s = term.weight * counted.seconds.value_or(unknown);
        if (is_candidate(site) && !counted.is_first) {
            site.cost_s += counted.counted_s;
        }
    }
}

void make_keys(const PolicyDefinition& policy, RankedSite& site) {
    for (const FirstKey& key : policy.first) {
        for (const RankedTerm& term : site.terms) {
            if (term.kind == key.kind) {
                site.keys.push_back(key.within_s > 0 ? std::floor(term.counted_s / key.within_s)
                                                     : term.counted_s);
            }
        }
    }
}

bool is_before(const RankedSite& a, const RankedSite& b) {
    if (is_candidate(a) != is_candidate(b)) {
        return is_candidate(a);
    }
    if (!is_candidate(a)) {
        return std::tie(a.id, a.name) < std::tie(b.id, b.name);
    }
    return std::tie(a.keys, a.cost_s, a.id, a.name) < std::tie(b.keys, b.cost_s, b.id, b.name);
}

std::string nobody_left(const std::vector<RankedSite>& sites) {
    if (sites.empty()) {
        return "no sites to choose from";
    }
    // One reason for all is the answer; different ones are listed with the sites.
    const std::string& first = sites.front().rejected_by;
    const std::string filter = first.substr(0, first.find(':'));
    for (const RankedSite& site : sites) {
        if (site.rejected_by.substr(0, site.rejected_by.find(':')) != filter) {
            return "no site passes the filters";
        }
    }
    return filter == "admission" || filter == "latency"
               ? "refused: no site can meet the latency class; " + sites.front().name + ": " + first
               : "no site passes the filter '" + filter + "'; " + sites.front().name + ": " + first;
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
    for (const SiteAttributes& site : sites) {
        out.sites.push_back(read_site({policy, request, site, now}));
    }
    for (std::size_t t = 0; t < policy.terms.size(); ++t) {
        count_term(policy.terms[t], t, out.sites);
    }
    for (RankedSite& site : out.sites) {
        make_keys(policy, site);
    }
    std::sort(out.sites.begin(), out.sites.end(), is_before);
    if (out.candidates() == 0) {
        out.refusal = nobody_left(out.sites);
    }
    return out;
}

} // namespace suanlu
