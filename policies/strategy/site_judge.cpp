// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/site_judge.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "policies/strategy/site_filters.hpp"

namespace suanlu {

namespace {

bool is_candidate(const RankedSite& site) {
    return site.rejected_by.empty();
}

} // namespace

SiteJudge::SiteJudge(const PolicyDefinition& policy, const Request& request,
                     std::span<const SiteAttributes> sites, std::optional<WallTime> now, bool is_explained)
    : policy_(policy), request_(request), sites_(sites), now_(now), is_explained_(is_explained) {
    for (std::size_t j = 0; j < sites.size(); ++j) {
        RankedSite& site = ranked_.emplace_back();
        site.id = sites[j].id;
        site.name = sites[j].name;
        rejected_by_place_.push_back(filter_place(question(j)));
        for (const Term& term : policy.terms) {
            RankedTerm& read = site.terms.emplace_back();
            read.kind = term.kind;
            read.is_first = policy.is_first(term.kind);
            if (!depends_on_path(term.kind)) {
                TermReading reading = read_term(term.kind, question(j));
                read.seconds = reading.seconds;
                read.why = std::move(reading.why);
            }
        }
    }
}

TermQuestion SiteJudge::question(std::size_t j) const {
    return {policy_, request_, sites_[j], now_, is_explained_};
}

void SiteJudge::read_path(std::size_t j) {
    RankedSite& site = ranked_[j];
    site.cost_s = 0;
    site.keys.clear();
    site.rejected_by = filter_state(question(j));
    if (site.rejected_by.empty()) {
        site.rejected_by = rejected_by_place_[j];
    }
    if (site.rejected_by.empty()) {
        site.rejected_by = filter_path_and_load(question(j));
    }
    for (RankedTerm& term : site.terms) {
        if (depends_on_path(term.kind)) {
            TermReading reading = read_term(term.kind, question(j));
            term.seconds = reading.seconds;
            term.why = std::move(reading.why);
        }
    }
    reject_unknown(j);
}

void SiteJudge::reject_unknown(std::size_t j) {
    RankedSite& site = ranked_[j];
    for (std::size_t t = 0; t < site.terms.size() && is_candidate(site); ++t) {
        if (!site.terms[t].seconds && policy_.terms[t].unknown == UnknownRule::kReject) {
            TermQuestion asked = question(j);
            asked.is_explained = true;
            const TermKind kind = site.terms[t].kind;
            site.rejected_by = std::string(to_text(kind)) + ": " + read_term(kind, asked).why;
        }
    }
}

/// Every site has its terms in the policy's order, so term t is the same one everywhere.
void SiteJudge::count_term(std::size_t t) {
    const Term& term = policy_.terms[t];
    double worst = 0;
    for (const RankedSite& site : ranked_) {
        worst = is_candidate(site) ? std::max(worst, site.terms[t].seconds.value_or(0)) : worst;
    }
    const double unknown = term.unknown == UnknownRule::kFixed ? term.unknown_s : worst;
    for (RankedSite& site : ranked_) {
        RankedTerm& counted = site.terms[t];
        counted.counted_s = term.weight * counted.seconds.value_or(unknown);
        if (is_candidate(site) && !counted.is_first) {
            site.cost_s += counted.counted_s;
        }
    }
}

void SiteJudge::make_keys(RankedSite& site) const {
    for (const FirstKey& key : policy_.first) {
        for (const RankedTerm& term : site.terms) {
            if (term.kind == key.kind) {
                site.keys.push_back(key.within_s > 0 ? std::floor(term.counted_s / key.within_s)
                                                     : term.counted_s);
            }
        }
    }
}

std::vector<RankedSite>& SiteJudge::judge() {
    for (std::size_t j = 0; j < ranked_.size(); ++j) {
        read_path(j);
    }
    for (std::size_t t = 0; t < policy_.terms.size(); ++t) {
        count_term(t);
    }
    for (RankedSite& site : ranked_) {
        make_keys(site);
    }
    return ranked_;
}

bool is_better(const RankedSite& a, const RankedSite& b) {
    if (is_candidate(a) != is_candidate(b)) {
        return is_candidate(a);
    }
    if (!is_candidate(a)) {
        return std::tie(a.id, a.name) < std::tie(b.id, b.name);
    }
    return std::tie(a.keys, a.cost_s, a.id, a.name) < std::tie(b.keys, b.cost_s, b.id, b.name);
}

std::string nobody_left(std::span<const RankedSite> sites) {
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

} // namespace suanlu
