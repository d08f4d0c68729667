// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "controller/paths/segments/encode.hpp"

namespace suanlu::paths {

namespace {

class Counter {
public:
    explicit Counter(Forwarding& forwarding) : forwarding_(forwarding), graph_(forwarding.graph()) {}

    SegmentCounts run();

private:
    void measure(const Weights& weights, std::uint32_t from);
    void expand(std::uint32_t from, std::uint32_t router);
    void count_from(std::uint32_t from);

    Forwarding& forwarding_;
    const Graph& graph_;
    std::vector<std::vector<std::uint32_t>> delay_; // least delays from each router
    std::vector<std::vector<bool>> is_exact_;       // the node segment has the least delay over every path
    // Of one start: ids that bring a packet to a router, ids of a list that ends with its node.
    std::vector<std::uint32_t> reached_, ended_, queue_;
    SegmentCounts out_;
};

void Counter::measure(const Weights& weights, std::uint32_t from) {
    delay_.push_back(shortest_tree(graph_, weights, from).distance);
    const Reach& reach = forwarding_.reach(from);
    is_exact_.emplace_back(graph_.routers());
    for (std::uint32_t router = 0; router < graph_.routers(); ++router) {
        is_exact_.back()[router] = reach.slowest[router] == delay_.back()[router] &&
                                   delay_.back()[router] < kInfinite &&
                                   node_segment(graph_.view(), router).usid != 0;
    }
}

void Counter::expand(std::uint32_t from, std::uint32_t router) {
    const auto& least = delay_[from];
    const std::uint32_t ids = reached_[router] + 1;
    const auto arrive = [&](std::uint32_t target) {
        if (reached_[target] == kNone) {
            reached_[target] = ids;
            queue_.push_back(target);
        }
    };
    for (std::uint32_t target = 0; target < graph_.routers(); ++target) {
        if (ended_[target] == kNone && is_exact_[router][target] &&
            add(least[router], delay_[router][target]) == least[target]) {
            ended_[target] = ids;
            arrive(target);
        }
    }
    for (auto [link, end] = graph_.out(router); link < end; ++link) {
        if (graph_.link(link).adjacency_usid != 0 && !forwarding_.is_failed(link) &&
            (router == from || forwarding_.carries(router)) && least[graph_.to(link)] < kInfinite &&
            add(least[router], forwarding_.delay(link)) == least[graph_.to(link)]) {
            arrive(graph_.to(link));
        }
    }
}

// Breadth first: routers come in the order of the ids they need.
void Counter::count_from(std::uint32_t from) {
    reached_.assign(graph_.routers(), kNone);
    ended_.assign(graph_.routers(), kNone);
    reached_[from] = 0;
    queue_.assign(1, from);
    for (std::size_t next = 0; next < queue_.size(); ++next) {
        expand(from, queue_[next]);
    }
    for (std::uint32_t target = 0; target < graph_.routers(); ++target) {
        if (target == from || delay_[from][target] == kInfinite) {
            continue;
        }
        ++out_.pairs;
        const std::uint32_t ids = ended_[target];
        if (ids == kNone) {
            ++out_.none;
            continue;
        }
        if (out_.by_ids.size() <= ids) {
            out_.by_ids.resize(ids + 1, 0);
        }
        ++out_.by_ids[ids];
    }
}

SegmentCounts Counter::run() {
    Weights weights;
    for (std::uint32_t from = 0; from < graph_.routers(); ++from) {
        MetricView view;
        weights = weights_of(graph_, view, std::span(&from, 1));
        for (std::uint32_t link = 0; link < graph_.links(); ++link) {
            weights[link] = forwarding_.is_failed(link) ? kInfinite : weights[link];
        }
        measure(weights, from);
    }
    for (std::uint32_t from = 0; from < graph_.routers(); ++from) {
        count_from(from);
    }
    return std::move(out_);
}

} // namespace

double SegmentCounts::share(std::uint32_t ids) const {
    std::uint64_t within = 0;
    for (std::size_t count = 0; count < by_ids.size() && count <= ids; ++count) {
        within += by_ids[count];
    }
    return pairs == 0 ? 1.0 : static_cast<double>(within) / static_cast<double>(pairs);
}

SegmentCounts count_segments(Forwarding& forwarding) {
    return Counter(forwarding).run();
}

} // namespace suanlu::paths
