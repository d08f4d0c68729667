// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/chain.hpp"

#include <algorithm>

#include "controller/paths/query/label_search.hpp"
#include "controller/paths/query/refusal.hpp"

namespace suanlu::paths {

namespace {

bool is_delay(Metric metric) {
    return metric == Metric::kDelay || metric == Metric::kDelayMin || metric == Metric::kDelayMax;
}

Result<std::vector<std::vector<StageStep>>> stages_of(const Graph& graph, const ChainQuery& query) {
    if (query.from >= graph.routers() || query.to >= graph.routers()) {
        return Error{Errc::kNotFound, "the query names a router that the network does not have"};
    }
    if (query.functions.size() > 64) {
        return Error{Errc::kOutOfRange, "at most 64 functions in a chain"};
    }
    std::vector<std::vector<StageStep>> stages;
    for (const ChainFunction& function : query.functions) {
        auto& steps = stages.emplace_back();
        for (const FunctionSite& site : function.sites) {
            if (site.router >= graph.routers()) {
                return Error{Errc::kNotFound,
                             function.name + " has a site behind a router that is not known"};
            }
            const std::uint32_t wait = std::min(site.processing.value, kInfinite);
            const std::uint32_t cost = std::min(site.cost, kInfinite);
            if (wait == kInfinite || cost == kInfinite) {
                continue; // as good as closed
            }
            steps.push_back({site.router, is_delay(query.view.metric) ? add(cost, wait) : cost, wait,
                             static_cast<std::uint32_t>(&site - function.sites.data())});
        }
        if (steps.empty()) {
            return Error{Errc::kRefused, "no site offers " + function.name};
        }
    }
    return stages;
}

FoundChain chain_of(const StateSpace& space, const Cheapest& cheapest) {
    FoundChain out;
    std::uint32_t processing = 0;
    for (const std::uint32_t arc : cheapest.route->arcs) {
        if (space.is_step(arc)) {
            out.sites.push_back(space.step(arc).site);
            out.after_links.push_back(static_cast<std::uint32_t>(out.path.links.size()));
            processing = add(processing, space.step(arc).delay);
        } else {
            out.path.links.push_back(arc);
        }
    }
    out.processing = {processing};
    out.path.cost = cheapest.route->cost;
    out.path.cost_at_least = cheapest.cost_at_least;
    out.path.is_exact = cheapest.is_exact;
    out.path.measures = measure(space.graph(), out.path.links);
    if (!cheapest.is_exact) {
        out.path.note = "the search reached its limit of labels: a chain of cost " +
                        std::to_string(cheapest.cost_at_least) + " or more may be better";
    }
    return out;
}

} // namespace

Result<FoundChain> find_chain(const Graph& graph, const ChainQuery& query) {
    SL_TRY(const auto stages, stages_of(graph, query));
    const Weights weights = weights_from(graph, query.view, query.from, query.to);
    Weights masked = weights;
    mask(graph, query.bounds, query.from, query.to, masked);
    const StateSpace space(graph, std::move(masked), query.from, query.to, stages,
                           SumLimits::of(query.bounds));
    LabelSearch search(space, query.max_labels);
    const Cheapest cheapest = cheapest_within(space, search);
    if (cheapest.route) {
        return chain_of(space, cheapest);
    }
    if (!cheapest.is_exact) {
        return Error{Errc::kExhausted,
                     "no chain found within the bounds before the search reached its limit of " +
                         std::to_string(query.max_labels) + " labels"};
    }
    return why_no_path(graph, weights, query.bounds, query.from, query.to, stages);
}

} // namespace suanlu::paths
