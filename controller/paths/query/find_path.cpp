// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/find_path.hpp"

#include <algorithm>

#include "controller/paths/query/disjoint.hpp"
#include "controller/paths/query/ranking.hpp"
#include "controller/paths/query/refusal.hpp"

namespace suanlu::paths {

namespace {

Status check_query(const Graph& graph, const PathQuery& query) {
    const auto is_known = [&](std::uint32_t router) { return router < graph.routers(); };
    if (!is_known(query.from) || !is_known(query.to) ||
        !std::all_of(query.via.begin(), query.via.end(), is_known)) {
        return Error{Errc::kNotFound, "the network has " + std::to_string(graph.routers()) +
                                          " routers, the query names one beyond them"};
    }
    if (query.k == 0 || query.k > kMostPaths) {
        return Error{Errc::kOutOfRange, "k is 1 to " + std::to_string(kMostPaths)};
    }
    if (query.via.size() > 64) {
        return Error{Errc::kOutOfRange, "at most 64 via routers"};
    }
    if (query.disjoint != Disjoint::kNone && (query.k != 1 || !query.via.empty())) {
        return Error{Errc::kUnsupported, "a disjoint pair takes neither k nor via routers"};
    }
    if (query.disjoint != Disjoint::kNone && query.from == query.to) {
        return Error{Errc::kBadInput, "from a router to itself there is no pair of paths"};
    }
    return {};
}

FoundPath found(const StateSpace& space, const Ranked& ranked, std::uint32_t max_labels) {
    FoundPath out;
    std::copy_if(ranked.route.arcs.begin(), ranked.route.arcs.end(), std::back_inserter(out.links),
                 [&](std::uint32_t arc) { return !space.is_step(arc); });
    out.cost = ranked.route.cost;
    out.cost_at_least = ranked.cost_at_least;
    out.is_exact = out.cost == out.cost_at_least;
    out.measures = measure(space.graph(), out.links);
    if (!out.is_exact) {
        out.note = "the search ended after " + std::to_string(max_labels) + " labels: a path of cost " +
                   std::to_string(out.cost_at_least) + " or more may be better";
    }
    return out;
}

Result<std::vector<FoundPath>> ranked_paths(const StateSpace& space, const PathQuery& query) {
    LabelSearch search(space, query.max_labels);
    PathRanking ranking(space, search);
    std::vector<FoundPath> out;
    while (out.size() < query.k) {
        const auto next = ranking.next();
        if (!next) {
            break;
        }
        out.push_back(found(space, *next, query.max_labels));
    }
    if (out.empty() && ranking.hit_limit()) {
        return Error{Errc::kExhausted, "no path found within the bounds before the search ended after " +
                                           std::to_string(query.max_labels) + " labels"};
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const FoundPath& a, const FoundPath& b) { return a.cost < b.cost; });
    return out;
}

} // namespace

Result<std::vector<FoundPath>> find_paths(const Graph& graph, const PathQuery& query) {
    SL_TRY_VOID(check_query(graph, query));
    const Weights weights = weights_from(graph, query.view, query.from, query.to);
    std::vector<std::vector<StageStep>> stages;
    for (const std::uint32_t router : query.via) {
        stages.push_back({{router, 0, 0, 0}});
    }
    Weights masked = weights;
    mask(graph, query.bounds, query.from, query.to, masked);
    const StateSpace space(graph, std::move(masked), query.from, query.to, stages,
                           SumLimits::of(query.bounds));
    SL_TRY(auto out,
           query.disjoint == Disjoint::kNone ? ranked_paths(space, query) : disjoint_pair(space, query));
    if (out.empty()) {
        return why_no_path(graph, weights, query.bounds, query.from, query.to, stages);
    }
    return out;
}

} // namespace suanlu::paths
