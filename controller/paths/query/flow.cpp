// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/flow.hpp"

#include <algorithm>
#include <limits>
#include <queue>

namespace suanlu::paths {

namespace {
constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kNoLevel = ~std::uint32_t{0};
} // namespace

std::uint32_t FlowNetwork::add_arc(std::uint32_t from, std::uint32_t to, std::uint64_t capacity,
                                   std::uint64_t cost) {
    const auto arc = static_cast<std::uint32_t>(to_.size());
    to_.insert(to_.end(), {to, from});
    capacity_.insert(capacity_.end(), {capacity, 0});
    cost_.insert(cost_.end(), {static_cast<std::int64_t>(cost), -static_cast<std::int64_t>(cost)});
    next_.insert(next_.end(), {first_[from], kNoArc});
    first_[from] = arc;
    next_[arc + 1] = first_[to];
    first_[to] = arc + 1;
    return arc;
}

bool FlowNetwork::is_usable(std::uint32_t from, std::uint32_t arc) const {
    return capacity_[arc] > 0 &&
           (potential_.empty() || cost_[arc] + potential_[from] - potential_[to_[arc]] == 0);
}

// Shortest distances over reduced costs become part of the potentials; what is not reached, or farther than
// the sink, moves as far as the sink does, which keeps every reduced cost at zero or above.
bool FlowNetwork::raise_potentials(std::uint32_t source, std::uint32_t sink) {
    std::vector<std::int64_t> distance(first_.size(), kFar);
    using Entry = std::pair<std::int64_t, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    distance[source] = 0;
    open.emplace(0, source);
    while (!open.empty()) {
        const auto [at, node] = open.top();
        open.pop();
        if (at != distance[node]) {
            continue;
        }
        if (node == sink) {
            break;
        }
        for (std::uint32_t arc = first_[node]; arc != kNoArc; arc = next_[arc]) {
            const std::int64_t sum = at + cost_[arc] + potential_[node] - potential_[to_[arc]];
            if (capacity_[arc] > 0 && sum < distance[to_[arc]]) {
                distance[to_[arc]] = sum;
                open.emplace(sum, to_[arc]);
            }
        }
    }
    if (distance[sink] == kFar) {
        return false;
    }
    for (std::size_t node = 0; node < first_.size(); ++node) {
        potential_[node] += std::min(distance[node], distance[sink]);
    }
    return true;
}

bool FlowNetwork::set_levels(std::uint32_t source, std::uint32_t sink) {
    level_.assign(first_.size(), kNoLevel);
    level_[source] = 0;
    std::vector<std::uint32_t> queue{source};
    for (std::size_t head = 0; head < queue.size() && level_[sink] == kNoLevel; ++head) {
        const std::uint32_t node = queue[head];
        for (std::uint32_t arc = first_[node]; arc != kNoArc; arc = next_[arc]) {
            if (level_[to_[arc]] == kNoLevel && is_usable(node, arc)) {
                level_[to_[arc]] = level_[node] + 1;
                queue.push_back(to_[arc]);
            }
        }
    }
    return level_[sink] != kNoLevel;
}

// Depth first without recursion: a time-expanded path is as long as the network has slots.
std::uint64_t FlowNetwork::block(std::uint32_t source, std::uint32_t sink, std::uint64_t amount) {
    cursor_ = first_;
    std::uint64_t pushed = 0;
    std::vector<std::uint32_t> path;
    for (std::uint32_t node = source; pushed < amount;) {
        if (node == sink) {
            std::uint64_t least = amount - pushed;
            for (const std::uint32_t arc : path) {
                least = std::min(least, capacity_[arc]);
            }
            for (const std::uint32_t arc : path) {
                capacity_[arc] -= least;
                capacity_[arc ^ 1] += least;
            }
            pushed += least;
            path.clear();
            node = source;
            continue;
        }
        std::uint32_t& arc = cursor_[node];
        while (arc != kNoArc && !(level_[to_[arc]] == level_[node] + 1 && is_usable(node, arc))) {
            arc = next_[arc];
        }
        if (arc != kNoArc) {
            path.push_back(arc);
            node = to_[arc];
        } else if (path.empty()) {
            break;
        } else {
            level_[node] = kNoLevel;
            node = to_[path.back() ^ 1];
            path.pop_back();
        }
    }
    return pushed;
}

std::uint64_t FlowNetwork::push_most(std::uint32_t source, std::uint32_t sink, std::uint64_t amount) {
    potential_.clear();
    std::uint64_t pushed = 0;
    while (pushed < amount && set_levels(source, sink)) {
        pushed += block(source, sink, amount - pushed);
    }
    return pushed;
}

std::uint64_t FlowNetwork::push_cheapest(std::uint32_t source, std::uint32_t sink, std::uint64_t amount) {
    potential_.assign(first_.size(), 0);
    std::uint64_t pushed = 0;
    while (pushed < amount && raise_potentials(source, sink)) {
        while (pushed < amount && set_levels(source, sink)) {
            pushed += block(source, sink, amount - pushed);
        }
    }
    return pushed;
}

std::vector<bool> FlowNetwork::reachable(std::uint32_t source) const {
    std::vector<bool> seen(first_.size());
    seen[source] = true;
    std::vector<std::uint32_t> queue{source};
    for (std::size_t head = 0; head < queue.size(); ++head) {
        for (std::uint32_t arc = first_[queue[head]]; arc != kNoArc; arc = next_[arc]) {
            if (capacity_[arc] > 0 && !seen[to_[arc]]) {
                seen[to_[arc]] = true;
                queue.push_back(to_[arc]);
            }
        }
    }
    return seen;
}

} // namespace suanlu::paths
