// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/loosen.hpp"

#include <algorithm>

namespace suanlu::paths {

LooseSearch::LooseSearch(Forwarding& forwarding, std::uint32_t from, const Walk& walk,
                         const LooseKinds& kinds, const WalkRules& rules)
    : forwarding_(forwarding), walk_(walk), kinds_(kinds), rules_(rules),
      routers_(forwarding.graph().visited(from, walk)), steps_(routers_.size()) {
    of_one_.admitted = rules.admitted;
    of_one_.broken = rules.broken;
    of_one_.mtu = rules.mtu;
    const TopologyView& view = forwarding.graph().view();
    for (std::size_t place = 0; place < routers_.size(); ++place) {
        add_nodes(place); // before adjacencies: of equals the first is taken
        if (place < walk.size() && view.links[walk[place]].adjacency_usid != 0) {
            add_step(place, place + 1, adjacency_segment(view, walk[place]));
        }
        if (kinds.with_bindings) {
            add_bindings(place);
        }
    }
    best_.emplace_back(routers_.size());
    best_.front().front().delay = 0;
}

void LooseSearch::add_nodes(std::size_t from) {
    for (const std::uint8_t algorithm : forwarding_.algorithms()) {
        if (algorithm != 0 && !kinds_.with_algorithms) {
            break;
        }
        // At the walk's end the node itself may follow an adjacency, so that a function can follow the node.
        const std::size_t first = from + 1 == routers_.size() ? from : from + 1;
        for (std::size_t to = first; to < routers_.size(); ++to) {
            const PathSegment segment = node_segment(forwarding_.graph().view(), routers_[to], algorithm);
            if (segment.usid != 0) {
                add_step(from, to, segment);
            }
        }
    }
}

void LooseSearch::add_bindings(std::size_t from) {
    const TopologyView& view = forwarding_.graph().view();
    for (const BindingSid& binding : view.routers[routers_[from]].bindings) {
        PathSegment segment;
        segment.kind = SegmentKind::kBinding;
        segment.router = routers_[from];
        segment.usid = binding.usid;
        const std::uint32_t end = end_of(view, segment);
        for (std::size_t to = from + 1; to < routers_.size(); ++to) {
            if (routers_[to] == end) {
                add_step(from, to, segment);
            }
        }
    }
}

void LooseSearch::add_step(std::size_t from, std::size_t to, const PathSegment& segment) {
    const auto walked = walk_list(forwarding_, routers_[from], std::span(&segment, 1), of_one_);
    if (walked && walked->longest_delay <= rules_.delay_bound) {
        steps_[from].push_back({to, walked->longest_delay, segment});
    }
}

void LooseSearch::advance() {
    const std::vector<Best>& before = best_.back();
    std::vector<Best> next(routers_.size());
    for (std::size_t place = 0; place < routers_.size(); ++place) {
        for (std::size_t step = 0; before[place].delay < kInfinite && step < steps_[place].size(); ++step) {
            const Step& taken = steps_[place][step];
            const std::uint32_t delay = add(before[place].delay, taken.delay);
            if (delay < next[taken.to].delay && delay <= rules_.delay_bound) {
                next[taken.to] = {delay, place, step};
            }
        }
    }
    best_.push_back(std::move(next));
}

PathList LooseSearch::with(std::size_t count) {
    while (best_.size() <= count) {
        advance();
    }
    const std::size_t end = routers_.size() - 1;
    const auto& before = best_[count - 1];
    Best last;
    for (std::size_t place = 0; place <= end; ++place) {
        for (std::size_t step = 0; before[place].delay < kInfinite && step < steps_[place].size(); ++step) {
            const Step& taken = steps_[place][step];
            const std::uint32_t delay = add(before[place].delay, taken.delay);
            const bool may_end =
                taken.to == end && (!rules_.has_function || taken.segment.kind == SegmentKind::kNode);
            if (may_end && delay < last.delay && delay <= rules_.delay_bound) {
                last = {delay, place, step};
            }
        }
    }
    PathList list;
    for (std::size_t left = count; last.delay < kInfinite && left > 0; --left) {
        list.push_back(steps_[last.from][last.step].segment);
        last = left > 1 ? best_[left - 1][last.from] : last;
    }
    std::reverse(list.begin(), list.end());
    return list;
}

} // namespace suanlu::paths
