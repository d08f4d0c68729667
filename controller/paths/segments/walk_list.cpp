// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/walk_list.hpp"

#include <algorithm>

#include "core/model/segment_list.hpp"

namespace suanlu::paths {

namespace {

class Walker {
public:
    Walker(Forwarding& forwarding, std::uint32_t from, const WalkRules& rules)
        : forwarding_(forwarding), graph_(forwarding.graph()), view_(graph_.view()), rules_(rules), at_(from),
          is_down_(graph_.links(), false), is_passed_(graph_.routers(), false),
          state_(graph_.routers(), kNew), shortest_(graph_.routers(), 0), longest_(graph_.routers(), 0) {
        is_passed_[from] = true;
        for (const std::uint32_t link : rules.broken.links) {
            is_down_[link] = true;
        }
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            for (const std::uint32_t router : rules.broken.routers) {
                is_down_[link] = is_down_[link] || graph_.from(link) == router || graph_.to(link) == router;
            }
        }
    }

    Status follow(const PathSegment& segment);
    WalkedList finish();

private:
    static constexpr std::uint8_t kNew = 0, kOpen = 1, kDone = 2;

    [[nodiscard]] const std::string& name(std::uint32_t router) const { return view_.routers[router].name; }
    [[nodiscard]] std::string name_of(std::uint32_t link) const { return view_.link_name(graph_.link(link)); }
    Status use(std::uint32_t link);
    Status pass(std::uint32_t router);
    Status to_node(std::uint32_t target, std::uint8_t algorithm);
    Status over_adjacency(const PathSegment& segment);
    Status through_binding(const PathSegment& segment);
    Status spread(std::uint32_t target, std::uint8_t algorithm);
    void gather(std::uint32_t target, std::uint8_t algorithm);

    Forwarding& forwarding_;
    const Graph& graph_;
    const TopologyView& view_;
    const WalkRules& rules_;
    WalkedList out_;
    std::uint32_t at_;
    std::vector<bool> is_down_, is_passed_;
    // Of one node segment: routers that packets may visit, in the order in which the search left them, and
    // what remains from each to the target.
    std::vector<std::uint8_t> state_;
    std::vector<std::uint32_t> left_, shortest_, longest_;
};

Status Walker::use(std::uint32_t link) {
    if (is_down_[link] || forwarding_.is_failed(link)) {
        return Error{Errc::kBadInput, "link " + name_of(link) + " is down"};
    }
    if (!rules_.admitted.empty() && !rules_.admitted[link]) {
        return Error{Errc::kRefused, "link " + name_of(link) + " is outside the bounds"};
    }
    const Bytes mtu = graph_.link(link).mtu;
    if (mtu < rules_.mtu) {
        return Error{Errc::kOutOfRange, "link " + name_of(link) + " carries " + std::to_string(mtu.value) +
                                            " bytes, " + std::to_string(rules_.mtu.value) + " are needed"};
    }
    out_.mtu = std::min(out_.mtu, mtu);
    out_.links.push_back(link);
    return {};
}

Status Walker::pass(std::uint32_t router) {
    if (is_passed_[router] && !rules_.may_revisit) {
        return Error{Errc::kBadInput, "loop: packets may come to " + name(router) + " twice"};
    }
    is_passed_[router] = true;
    return {};
}

// Depth first over all next hops that the routers themselves would use for the target.
Status Walker::spread(std::uint32_t target, std::uint8_t algorithm) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> path; // router, its next link to look at
    path.emplace_back(at_, graph_.out(at_).first);
    state_[at_] = kOpen;
    while (!path.empty()) {
        auto& [router, link] = path.back();
        if (router == target || link == graph_.out(router).second) {
            state_[router] = kDone;
            left_.push_back(router);
            path.pop_back();
            continue;
        }
        const std::uint32_t over = link++;
        if (!forwarding_.is_next_hop(over, target, algorithm)) {
            continue;
        }
        SL_TRY_VOID(use(over));
        const std::uint32_t next = graph_.to(over);
        if (state_[next] == kOpen) {
            return Error{Errc::kBadInput, "loop: metric 0 lets " + name(graph_.from(over)) + " and " +
                                              name(next) + " send packets for " + name(target) +
                                              " in a circle"};
        }
        if (state_[next] == kNew) {
            SL_TRY_VOID(pass(next));
            state_[next] = kOpen;
            path.emplace_back(next, graph_.out(next).first);
        }
    }
    return {};
}

// The target was left first, every other router after all that follow it.
void Walker::gather(std::uint32_t target, std::uint8_t algorithm) {
    for (const std::uint32_t router : left_) {
        shortest_[router] = router == target ? 0 : kInfinite;
        longest_[router] = 0;
        std::uint32_t hops = 0;
        for (auto [link, end] = graph_.out(router); router != target && link < end; ++link) {
            if (forwarding_.is_next_hop(link, target, algorithm)) {
                const std::uint32_t delay = forwarding_.delay(link);
                shortest_[router] = std::min(shortest_[router], add(delay, shortest_[graph_.to(link)]));
                longest_[router] = std::max(longest_[router], add(delay, longest_[graph_.to(link)]));
                ++hops;
            }
        }
        out_.is_single = out_.is_single && hops <= 1;
    }
    out_.shortest_delay = add(out_.shortest_delay, shortest_[at_]);
    out_.longest_delay = add(out_.longest_delay, longest_[at_]);
    while (out_.is_single && at_ != target) {
        std::uint32_t link = graph_.out(at_).first;
        while (!forwarding_.is_next_hop(link, target, algorithm)) {
            ++link;
        }
        out_.walk.push_back(link);
        at_ = graph_.to(link);
    }
}

Status Walker::to_node(std::uint32_t target, std::uint8_t algorithm) {
    if (at_ == target) {
        return {};
    }
    if (forwarding_.distance_to(target, algorithm)[at_] == kInfinite) {
        return Error{Errc::kBadInput,
                     "black hole: " + name(at_) + " has no route to " + name(target) +
                         (algorithm == 0 ? "" : " in algorithm " + std::to_string(algorithm))};
    }
    SL_TRY_VOID(spread(target, algorithm));
    gather(target, algorithm);
    for (const std::uint32_t router : left_) {
        state_[router] = kNew;
    }
    left_.clear();
    at_ = target;
    return {};
}

Status Walker::over_adjacency(const PathSegment& segment) {
    const std::uint32_t link = segment.link;
    if (link >= graph_.links() || graph_.link(link).adjacency_usid == 0 ||
        graph_.link(link).adjacency_usid != segment.usid) {
        return Error{Errc::kBadInput, "an adjacency SID that no router has"};
    }
    if (graph_.from(link) != at_) {
        return Error{Errc::kBadInput, "black hole: the packet is at " + name(at_) + ", which does not know " +
                                          name_of(link) + "'s local SID"};
    }
    SL_TRY_VOID(use(link));
    SL_TRY_VOID(pass(graph_.to(link)));
    out_.shortest_delay = add(out_.shortest_delay, forwarding_.delay(link));
    out_.longest_delay = add(out_.longest_delay, forwarding_.delay(link));
    out_.walk.push_back(link);
    at_ = graph_.to(link);
    return {};
}

Status Walker::through_binding(const PathSegment& segment) {
    const BindingSid* binding = binding_of(view_, segment);
    if (binding == nullptr || segment.router != at_) {
        return Error{Errc::kBadInput,
                     "black hole: the packet is at " + name(at_) + ", which does not have the binding SID"};
    }
    for (const std::string& visit : binding->visits) {
        SL_TRY(const std::uint32_t router, view_.find(visit));
        SL_TRY_VOID(to_node(router, 0));
    }
    return {};
}

Status Walker::follow(const PathSegment& segment) {
    if (segment.kind == SegmentKind::kAdjacency) {
        return over_adjacency(segment);
    }
    if (segment.router >= graph_.routers() || segment.usid == 0) {
        return Error{Errc::kBadInput, "a SID that no router has"};
    }
    if (segment.kind == SegmentKind::kBinding) {
        return through_binding(segment);
    }
    const Prefix6* locator = locator_of(view_.routers[segment.router], segment.algorithm);
    if (!forwarding_.has(segment.algorithm) || locator == nullptr || locator_usid(*locator) != segment.usid) {
        return Error{Errc::kBadInput, name(segment.router) + " has no such SID in algorithm " +
                                          std::to_string(segment.algorithm)};
    }
    return to_node(segment.router, segment.algorithm);
}

WalkedList Walker::finish() {
    std::sort(out_.links.begin(), out_.links.end());
    out_.links.erase(std::unique(out_.links.begin(), out_.links.end()), out_.links.end());
    if (!out_.is_single) {
        out_.walk.clear();
    }
    out_.end = at_;
    return std::move(out_);
}

} // namespace

Result<WalkedList> walk_list(Forwarding& forwarding, std::uint32_t from, std::span<const PathSegment> list,
                             const WalkRules& rules) {
    const TopologyView& view = forwarding.graph().view();
    Walker walker(forwarding, from, rules);
    for (const PathSegment& segment : list) {
        SL_TRY_VOID(walker.follow(segment));
    }
    WalkedList out = walker.finish();
    if (rules.delay_bound < kInfinite && out.longest_delay > rules.delay_bound) {
        const std::string found =
            out.longest_delay == kInfinite ? "an unknown delay" : std::to_string(out.longest_delay) + " us";
        return Error{Errc::kRefused,
                     "packets may need " + found + ", bound " + std::to_string(rules.delay_bound) + " us"};
    }
    if (rules.has_function && (list.empty() || list.back().kind != SegmentKind::kNode)) {
        return Error{Errc::kBadInput, "the list does not end at the router that owns the service's function"};
    }
    if (rules.depths && !list.empty()) {
        SL_TRY_VOID(check_depths(view, from, list, rules.has_function, *rules.depths));
    }
    return out;
}

} // namespace suanlu::paths
