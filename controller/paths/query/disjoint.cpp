// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/disjoint.hpp"

#include <algorithm>
#include <limits>

#include "controller/paths/query/disjoint_flow.hpp"
#include "controller/paths/query/ranking.hpp"

namespace suanlu::paths {

namespace {

std::string_view kind_text(Disjoint kind) {
    return kind == Disjoint::kLink ? "link" : kind == Disjoint::kNode ? "node" : "SRLG";
}

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    return list;
}

std::vector<std::uint32_t> between(const Graph& graph, const Walk& walk) {
    std::vector<std::uint32_t> out;
    for (std::size_t index = 0; index + 1 < walk.size(); ++index) {
        out.push_back(graph.to(walk[index]));
    }
    return sorted(std::move(out));
}

std::vector<std::uint32_t> risks(const Graph& graph, const Walk& walk) {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t link : walk) {
        out.insert(out.end(), graph.link(link).srlgs.begin(), graph.link(link).srlgs.end());
    }
    return sorted(std::move(out));
}

std::vector<std::uint32_t> both_ways(const Graph& graph, const Walk& walk) {
    std::vector<std::uint32_t> out(walk);
    for (const std::uint32_t link : walk) {
        if (const std::uint32_t back = graph.opposite(link); back != kNone) {
            out.push_back(back);
        }
    }
    return sorted(std::move(out));
}

std::vector<std::uint32_t> in_common(const std::vector<std::uint32_t>& a,
                                     const std::vector<std::uint32_t>& b) {
    std::vector<std::uint32_t> out;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
}

// By link: with how much of a walk it collides. A router is counted by the links that enter it.
std::vector<std::uint32_t> collisions(const Graph& graph, Disjoint kind, const Walk& walk) {
    std::vector<std::uint32_t> out(graph.links());
    for (const std::uint32_t link : both_ways(graph, walk)) {
        ++out[link];
    }
    if (kind == Disjoint::kNode) {
        for (const std::uint32_t router : between(graph, walk)) {
            for (const std::uint32_t link : graph.in(router)) {
                ++out[link];
            }
        }
    }
    if (kind == Disjoint::kSrlg) {
        const auto groups = risks(graph, walk);
        for (std::uint32_t link = 0; link < graph.links() && !groups.empty(); ++link) {
            out[link] += static_cast<std::uint32_t>(in_common(groups, graph.link(link).srlgs).size());
        }
    }
    return out;
}

Bound bound_of(Quantity quantity) {
    return quantity == Quantity::kDelay    ? Bound::kDelay
           : quantity == Quantity::kJitter ? Bound::kJitter
                                           : Bound::kHops;
}

// The choice among pairs: fewest shared, then cheapest.
class PairSearch {
public:
    PairSearch(const StateSpace& space, const PathQuery& query)
        : space_(space), query_(query), graph_(space.graph()), labels_(space, query.max_labels) {}

    Result<std::vector<FoundPath>> run();

private:
    void consider(const Walk& a, const Walk& b);
    void second_to(const Route& main);
    bool try_mains(); // false: a limit was reached
    Status try_sums();
    [[nodiscard]] std::uint64_t cost_of(const Walk& walk) const {
        return sum_of(space_, walk, Quantity::kCost);
    }
    [[nodiscard]] Error none(bool is_complete) const;
    [[nodiscard]] std::vector<FoundPath> answer(bool is_exact, std::uint64_t floor) const;

    const StateSpace& space_;
    const PathQuery& query_;
    const Graph& graph_;
    LabelSearch labels_;
    std::vector<Walk> best_;
    std::size_t shared_ = 0;
    std::uint64_t total_ = std::numeric_limits<std::uint64_t>::max();
    std::uint32_t tried_ = 0;
    bool hit_limit_ = false;
};

void PairSearch::consider(const Walk& a, const Walk& b) {
    const std::size_t shared = shared_by(graph_, query_.disjoint, a, b).count();
    const std::uint64_t total = cost_of(a) + cost_of(b);
    if ((shared > 0 && !query_.fewest_shared) || cost_of(a) > kFarthest || cost_of(b) > kFarthest ||
        !keeps_limits(space_, a) || !keeps_limits(space_, b)) {
        return;
    }
    if (best_.empty() || shared < shared_ || (shared == shared_ && total < total_)) {
        best_ = cost_of(b) < cost_of(a) ? std::vector<Walk>{b, a} : std::vector<Walk>{a, b};
        shared_ = shared;
        total_ = total;
    }
}

void PairSearch::second_to(const Route& main) {
    const auto colliding = collisions(graph_, query_.disjoint, main.arcs);
    std::vector<bool> blocked(colliding.size());
    for (std::size_t link = 0; link < colliding.size(); ++link) {
        blocked[link] = colliding[link] != 0;
    }
    SearchStart start;
    start.blocked_links = &blocked;
    SearchEnd end = labels_.run(start);
    hit_limit_ = hit_limit_ || end.hit_limit;
    if (!end.route && query_.fewest_shared) {
        start.blocked_links = nullptr;
        start.pricing.shared = colliding;
        end = labels_.run(start);
        hit_limit_ = hit_limit_ || end.hit_limit;
    }
    if (end.route) {
        consider(main.arcs, end.route->arcs);
    }
}

// The cheaper path of the best pair is among the mains whose cost is at most half of the pair's.
bool PairSearch::try_mains() {
    PathRanking ranking(space_, labels_);
    for (; tried_ < query_.max_candidates; ++tried_) {
        const auto main = ranking.next();
        hit_limit_ = hit_limit_ || ranking.hit_limit();
        if (!main || (!best_.empty() && shared_ == 0 && 2 * std::uint64_t{main->route.cost} >= total_)) {
            return !hit_limit_;
        }
        second_to(main->route);
    }
    return false;
}

// The pair with the least of a limited sum: it may keep all limits, and when its two paths together exceed
// twice the limit, so do those of every pair.
Status PairSearch::try_sums() {
    const bool are_apart = query_.disjoint == Disjoint::kNode;
    for (const Quantity quantity : {Quantity::kDelay, Quantity::kJitter, Quantity::kHops}) {
        const auto most = space_.limits().most[static_cast<std::size_t>(quantity)];
        if (!most) {
            continue;
        }
        Weights shares = space_.weights();
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            shares[link] = shares[link] < kInfinite ? space_.share(link, quantity) : kInfinite;
        }
        const FlowPair pair =
            flow_pair(graph_, shares, query_.from, query_.to, are_apart, query_.fewest_shared);
        if (pair.units == 2) {
            consider(pair.walks[0], pair.walks[1]);
            if (!query_.fewest_shared && pair.cost > 2 * std::uint64_t{*most}) {
                return Error{Errc::kRefused, std::move(none(true)).detail + ": the least of the " +
                                                 std::string(to_text(bound_of(quantity))) +
                                                 " of both is above twice the bound"};
            }
        }
    }
    return {};
}

Error PairSearch::none(bool is_complete) const {
    const auto& routers = graph_.view().routers;
    const std::string pair = "two " + std::string(kind_text(query_.disjoint)) + "-disjoint paths from " +
                             routers[query_.from].name + " to " + routers[query_.to].name;
    if (!is_complete) {
        return {Errc::kExhausted, "no " + pair + " found among the " + std::to_string(tried_) +
                                      " cheapest main paths; raise the limit or allow sharing"};
    }
    return {Errc::kRefused,
            "there are no " + pair +
                (space_.limits().count() > 0 ? " that both keep the bounds on their sums" : "")};
}

std::vector<FoundPath> PairSearch::answer(bool is_exact, std::uint64_t floor) const {
    std::vector<FoundPath> out;
    const auto least = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(is_exact ? total_ : floor, 2 * std::uint64_t{kFarthest}));
    std::string note;
    if (shared_ > 0) {
        const Shared shared = shared_by(graph_, query_.disjoint, best_[0], best_[1]);
        for (const std::uint32_t link : shared.links) {
            note += (note.empty() ? "shares " : ", ") + graph_.view().link_name(graph_.link(link));
        }
        for (const std::uint32_t router : shared.routers) {
            note += (note.empty() ? "shares " : ", ") + graph_.view().routers[router].name;
        }
        for (const std::uint32_t group : shared.srlgs) {
            note += (note.empty() ? "shares " : ", ") + std::string("risk group ") + std::to_string(group);
        }
    }
    if (!is_exact) {
        note += std::string(note.empty() ? "" : "; ") + "the best of " + std::to_string(tried_) +
                " main paths tried, not proven to be the best pair";
    }
    for (const Walk& walk : best_) {
        out.push_back(
            {walk, static_cast<std::uint32_t>(cost_of(walk)), least, is_exact, measure(graph_, walk), note});
    }
    return out;
}

Result<std::vector<FoundPath>> PairSearch::run() {
    const bool are_apart = query_.disjoint == Disjoint::kNode;
    const FlowPair pair =
        flow_pair(graph_, space_.weights(), query_.from, query_.to, are_apart, query_.fewest_shared);
    if (pair.units == 0) {
        return std::vector<FoundPath>{};
    }
    if (pair.units == 1) {
        return Error{Errc::kRefused, std::move(none(true)).detail + ": all pass " + pair.bottleneck};
    }
    consider(pair.walks[0], pair.walks[1]);
    // Without risk groups and limits of sums the flow is the answer; with them, if it happens to keep them.
    const bool is_relaxed = query_.disjoint == Disjoint::kSrlg || space_.limits().count() > 0;
    if (!best_.empty() && (!is_relaxed || (shared_ == 0 && total_ == pair.cost))) {
        return answer(true, total_);
    }
    SL_TRY_VOID(try_sums());
    const bool is_complete = try_mains();
    if (best_.empty()) {
        return none(is_complete);
    }
    // Risk groups of several links overlap, so the second with the fewest is found only if it shares none.
    const bool is_exact = is_complete && (query_.disjoint != Disjoint::kSrlg || shared_ == 0);
    return answer(is_exact, query_.fewest_shared ? 0 : pair.cost);
}

} // namespace

Shared shared_by(const Graph& graph, Disjoint kind, const Walk& a, const Walk& b) {
    Shared out;
    out.links = in_common(sorted(a), both_ways(graph, b));
    if (kind == Disjoint::kNode) {
        out.routers = in_common(between(graph, a), between(graph, b));
    }
    if (kind == Disjoint::kSrlg) {
        out.srlgs = in_common(risks(graph, a), risks(graph, b));
    }
    return out;
}

Result<std::vector<FoundPath>> disjoint_pair(const StateSpace& space, const PathQuery& query) {
    return PairSearch(space, query).run();
}

} // namespace suanlu::paths
