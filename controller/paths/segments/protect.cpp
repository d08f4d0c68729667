// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/protect.hpp"

#include <algorithm>

#include "controller/paths/segments/post_tree.hpp"

namespace suanlu::paths {

namespace {

const std::vector<bool> kEverything;

class Protector {
public:
    Protector(Forwarding& forwarding, const ProtectOptions& options)
        : forwarding_(forwarding), graph_(forwarding.graph()), options_(options),
          after_(forwarding, options.admitted), without_bounds_(forwarding, kEverything),
          is_hit_(graph_.links(), false), rows_(graph_.routers(), nullptr), states_(graph_.routers()) {
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            has_doubtful_ = has_doubtful_ || is_doubtful(link);
        }
        doubtful_.resize(has_doubtful_ ? graph_.routers() : 0);
    }

    RepairSet run(const Element& element);

private:
    /// How packets are brought to one router of the new tree.
    struct State {
        std::uint32_t round = 0; ///< of which repair; others are stale
        std::uint32_t start = kNone;
        std::uint32_t first_link = kNone;
        std::uint32_t first_segment = 0;
        std::uint32_t segments = 0;
        bool lacks_sid = false;
    };

    [[nodiscard]] bool is_doubtful(std::uint32_t link) const {
        const std::uint32_t metric = forwarding_.metric(link);
        return metric < kInfinite &&
               (metric == 0 || (!options_.admitted.empty() && !options_.admitted[link]));
    }
    const std::uint32_t* row(std::uint32_t from);
    const std::vector<bool>& doubtful_from(std::uint32_t from);
    bool may_hit(std::uint32_t from, std::uint32_t to);
    bool avoids(std::uint32_t from, std::uint32_t to);
    bool is_next_hop(std::uint32_t link, std::uint32_t target);
    bool needs_repair(std::uint32_t at, std::uint32_t target);
    const State& state_of(std::uint32_t at, std::uint32_t router);
    State continued(const State& before, std::uint32_t link);
    void append(State& state, const PathSegment& segment);
    void take_down(const Failure& failure);
    void repair_at(std::uint32_t at);
    void repair_for(std::uint32_t at, std::uint32_t target);
    UnprotectedReason why_cut_off(std::uint32_t at, std::uint32_t target);

    Forwarding& forwarding_;
    const Graph& graph_;
    const ProtectOptions& options_;
    PostTree after_, without_bounds_;
    bool has_doubtful_ = false;
    std::vector<std::vector<bool>>
        doubtful_; // from each router: some path uses a link outside the bounds, or metric 0
    Failure failure_;
    std::vector<std::uint32_t> hit_, local_;
    std::vector<bool> is_hit_;
    std::vector<const std::uint32_t*> rows_; // distances before the failure
    std::vector<State> states_;
    std::vector<std::uint32_t> chain_;
    std::uint32_t round_ = 0;
    RepairSet out_;
};

const std::uint32_t* Protector::row(std::uint32_t from) {
    if (rows_[from] == nullptr) {
        rows_[from] = forwarding_.tree(from).distance.data();
    }
    return rows_[from];
}

// By distances alone: true whenever a shortest path passes a failed element; near overloaded routers
// sometimes more.
bool Protector::may_hit(std::uint32_t from, std::uint32_t to) {
    const std::uint32_t* const start = row(from);
    for (const std::uint32_t link : failure_.links) {
        const std::uint32_t before = add(start[graph_.from(link)], forwarding_.metric(link));
        if (before <= start[to] && add(before, row(graph_.to(link))[to]) == start[to]) {
            return true;
        }
    }
    return std::any_of(failure_.routers.begin(), failure_.routers.end(), [&](std::uint32_t router) {
        return add(start[router], row(router)[to]) == start[to];
    });
}

const std::vector<bool>& Protector::doubtful_from(std::uint32_t from) {
    std::vector<bool>& out = doubtful_[from];
    if (!out.empty()) {
        return out;
    }
    out.assign(graph_.routers(), false);
    const Tree& tree = forwarding_.tree(from);
    const Weights weights = forwarding_.weights(from);
    std::vector<std::uint32_t> next;
    const auto reach = [&](std::uint32_t router) {
        if (!out[router]) {
            out[router] = true;
            next.push_back(router);
        }
    };
    for (std::uint32_t link = 0; link < graph_.links(); ++link) {
        if (weights[link] < kInfinite && is_doubtful(link) && is_tight(graph_, tree, weights, link)) {
            reach(graph_.to(link));
        }
    }
    while (!next.empty()) {
        const std::uint32_t router = next.back();
        next.pop_back();
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            if (weights[link] < kInfinite && is_tight(graph_, tree, weights, link)) {
                reach(graph_.to(link));
            }
        }
    }
    return out;
}

/// Every path on which routers that know of no failure forward from one to the other is whole and within the
/// bounds.
bool Protector::avoids(std::uint32_t from, std::uint32_t to) {
    return row(from)[to] < kInfinite && !may_hit(from, to) && (!has_doubtful_ || !doubtful_from(from)[to]);
}

bool Protector::is_next_hop(std::uint32_t link, std::uint32_t target) {
    const std::uint32_t to = graph_.to(link);
    return (to == target || forwarding_.carries(to)) &&
           add(forwarding_.metric(link), row(to)[target]) == row(graph_.from(link))[target];
}

bool Protector::needs_repair(std::uint32_t at, std::uint32_t target) {
    if (row(at)[target] == kInfinite || std::none_of(local_.begin(), local_.end(), [&](std::uint32_t link) {
            return is_next_hop(link, target);
        })) {
        return false;
    }
    for (auto [link, end] = graph_.out(at); link < end; ++link) {
        if (!is_hit_[link] && is_next_hop(link, target) && !may_hit(graph_.to(link), target)) {
            return false;
        }
    }
    return true;
}

void Protector::append(State& state, const PathSegment& segment) {
    const auto first = static_cast<std::uint32_t>(out_.segments.size());
    for (std::uint32_t index = 0; index < state.segments; ++index) {
        out_.segments.push_back(PathSegment(out_.segments[state.first_segment + index]));
    }
    out_.segments.push_back(segment);
    state.first_segment = first;
    ++state.segments;
    state.lacks_sid = state.lacks_sid || segment.usid == 0;
}

// One link further. The last segment start stays as long as forwarding from it avoids the failure, which
// makes the list the shortest for this path: parts of paths that avoid it avoid it, too.
Protector::State Protector::continued(const State& before, std::uint32_t link) {
    State state = before;
    const std::uint32_t from = graph_.from(link);
    const std::uint32_t to = graph_.to(link);
    if (avoids(state.start, to)) {
        return state;
    }
    if (state.start != from) {
        append(state, node_segment(graph_.view(), from));
        state.start = from;
        if (avoids(from, to)) {
            return state;
        }
    }
    append(state, adjacency_segment(graph_.view(), link));
    state.start = to;
    return state;
}

const Protector::State& Protector::state_of(std::uint32_t at, std::uint32_t router) {
    chain_.clear();
    while (states_[router].round != round_) {
        const std::uint32_t link = after_.parent(router);
        if (graph_.from(link) == at) {
            states_[router] = {round_, router, link, 0, 0, false};
            break;
        }
        chain_.push_back(link);
        router = graph_.from(link);
    }
    for (std::size_t left = chain_.size(); left-- > 0;) {
        router = graph_.to(chain_[left]);
        states_[router] = continued(states_[graph_.from(chain_[left])], chain_[left]);
    }
    return states_[router];
}

UnprotectedReason Protector::why_cut_off(std::uint32_t at, std::uint32_t target) {
    if (options_.admitted.empty()) {
        return UnprotectedReason::kCutOff;
    }
    without_bounds_.run(at, hit_);
    return without_bounds_.reaches(target) ? UnprotectedReason::kBound : UnprotectedReason::kCutOff;
}

void Protector::repair_for(std::uint32_t at, std::uint32_t target) {
    if (!after_.reaches(target)) {
        out_.unprotected.push_back({at, target, why_cut_off(at, target)});
        return;
    }
    const State& state = state_of(at, target);
    if (state.lacks_sid) {
        out_.unprotected.push_back({at, target, UnprotectedReason::kNoSid});
    } else if (state.segments > options_.max_segments) {
        out_.unprotected.push_back({at, target, UnprotectedReason::kTooManySegments});
    } else {
        out_.repairs.push_back({at, target, state.first_link, state.first_segment, state.segments});
    }
}

void Protector::repair_at(std::uint32_t at) {
    local_.clear();
    for (auto [link, end] = graph_.out(at); link < end; ++link) {
        if (is_hit_[link] && forwarding_.metric(link) < kInfinite) {
            local_.push_back(link);
        }
    }
    ++round_;
    bool is_ready = false;
    for (std::uint32_t target = 0; target < graph_.routers(); ++target) {
        const bool is_down =
            std::find(failure_.routers.begin(), failure_.routers.end(), target) != failure_.routers.end();
        if (target == at || is_down || !needs_repair(at, target)) {
            continue;
        }
        if (!is_ready) {
            after_.run(at, hit_);
            is_ready = true;
        }
        repair_for(at, target);
    }
}

void Protector::take_down(const Failure& failure) {
    for (const std::uint32_t link : hit_) {
        is_hit_[link] = false;
    }
    failure_ = failure;
    hit_ = failure.links;
    for (const std::uint32_t router : failure.routers) {
        for (auto [link, end] = graph_.out(router); link < end; ++link) {
            hit_.push_back(link);
        }
        hit_.insert(hit_.end(), graph_.in(router).begin(), graph_.in(router).end());
    }
    std::sort(hit_.begin(), hit_.end());
    hit_.erase(std::unique(hit_.begin(), hit_.end()), hit_.end());
    for (const std::uint32_t link : hit_) {
        is_hit_[link] = true;
    }
}

RepairSet Protector::run(const Element& element) {
    out_ = {};
    out_.element = element;
    take_down(failure_of(graph_, element));
    if (element.kind == ElementKind::kLink) {
        repair_at(graph_.from(element.index));
        return std::move(out_);
    }
    std::vector<std::uint32_t> neighbours;
    for (const std::uint32_t link : hit_) {
        const std::uint32_t from = graph_.from(link);
        if (std::find(failure_.routers.begin(), failure_.routers.end(), from) == failure_.routers.end()) {
            neighbours.push_back(from);
        }
    }
    // hit_ is in link order, hence sorted by first router.
    neighbours.erase(std::unique(neighbours.begin(), neighbours.end()), neighbours.end());
    for (const std::uint32_t at : neighbours) {
        repair_at(at);
    }
    return std::move(out_);
}

} // namespace

std::string_view to_text(UnprotectedReason reason) {
    switch (reason) {
    case UnprotectedReason::kCutOff:
        return "no other way";
    case UnprotectedReason::kBound:
        return "no other way within the bounds";
    case UnprotectedReason::kNoSid:
        return "a hop of the only way has no SID";
    case UnprotectedReason::kTooManySegments:
        return "the repair needs too many segments";
    }
    return "";
}

Failure failure_of(const Graph& graph, const Element& element) {
    Failure failure;
    if (element.kind == ElementKind::kNode) {
        failure.routers.push_back(element.index);
        return failure;
    }
    const auto take = [&](std::uint32_t link) {
        failure.links.push_back(link);
        if (graph.opposite(link) != kNone && graph.opposite(link) != link) {
            failure.links.push_back(graph.opposite(link));
        }
    };
    if (element.kind == ElementKind::kLink) {
        take(element.index);
        return failure;
    }
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        const auto& groups = graph.link(link).srlgs;
        if (std::binary_search(groups.begin(), groups.end(), element.index)) {
            take(link);
        }
    }
    std::sort(failure.links.begin(), failure.links.end());
    failure.links.erase(std::unique(failure.links.begin(), failure.links.end()), failure.links.end());
    return failure;
}

RepairSet protect(Forwarding& forwarding, const Element& element, const ProtectOptions& options) {
    return Protector(forwarding, options).run(element);
}

std::vector<RepairSet> protect_all_links(Forwarding& forwarding, const ProtectOptions& options) {
    Protector protector(forwarding, options);
    std::vector<RepairSet> out;
    out.reserve(forwarding.graph().links());
    for (std::uint32_t link = 0; link < forwarding.graph().links(); ++link) {
        out.push_back(protector.run({ElementKind::kLink, link}));
    }
    return out;
}

std::string to_text(const TopologyView& view, const Element& element, const Unprotected& entry) {
    std::string what = "SRLG " + std::to_string(element.index);
    if (element.kind == ElementKind::kLink) {
        what = view.link_name(view.links[element.index]);
    } else if (element.kind == ElementKind::kNode) {
        what = view.routers[element.index].name;
    }
    return view.routers[entry.at].name + ": no repair for " + view.routers[entry.destination].name +
           " when " + what + " fails: " + std::string(to_text(entry.reason));
}

} // namespace suanlu::paths
