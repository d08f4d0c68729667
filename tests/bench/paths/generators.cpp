// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/paths/generators.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

namespace suanlu::bench {

namespace {

using Random = std::mt19937;

double unit(Random& random) {
    return (random() + 0.5) / 4294967296.0;
}

std::uint32_t log_uniform(Random& random, double low, double high) {
    return static_cast<std::uint32_t>(
        std::exp(std::log(low) + unit(random) * (std::log(high) - std::log(low))));
}

template <class T>
void shuffle(std::vector<T>& values, Random& random) {
    for (std::size_t i = values.size(); i > 1; --i) {
        std::swap(values[i - 1], values[random() % i]);
    }
}

// One carrier while it grows: cores come first, then aggregation, then access.
class Carrier {
public:
    Carrier(std::uint32_t routers, std::uint32_t seed)
        : random_(seed), cores_(std::max(12U, routers / 200)), aggregations_(routers / 10) {
        list_.routers = routers;
        for (std::uint32_t core = 0; core < cores_; ++core) {
            x_.push_back(unit(random_));
            y_.push_back(unit(random_));
        }
    }

    EdgeList build() {
        lay_ring();
        lay_core_links();
        lay_aggregation();
        lay_access();
        return std::move(list_);
    }

private:
    void join(std::uint32_t a, std::uint32_t b, std::uint32_t weight) {
        if (a != b && joined_.insert(std::minmax(a, b)).second) {
            list_.edges.push_back({a, b, weight});
        }
    }
    double length(std::uint32_t a, std::uint32_t b) const { return std::hypot(x_[a] - x_[b], y_[a] - y_[b]); }
    std::uint32_t core_delay(std::uint32_t a, std::uint32_t b) const {
        return static_cast<std::uint32_t>(50 + 15000 * length(a, b));
    }
    std::vector<std::uint32_t> nearest(std::uint32_t core, std::size_t count) const {
        std::vector<std::uint32_t> others;
        for (std::uint32_t other = 0; other < cores_; ++other) {
            if (other != core) {
                others.push_back(other);
            }
        }
        count = std::min(count, others.size());
        std::partial_sort(
            others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count), others.end(),
            [&](std::uint32_t a, std::uint32_t b) { return length(core, a) < length(core, b); });
        others.resize(count);
        return others;
    }

    void lay_ring() {
        std::vector<std::uint32_t> around(cores_);
        std::iota(around.begin(), around.end(), 0U);
        const auto angle = [&](std::uint32_t core) { return std::atan2(y_[core] - 0.5, x_[core] - 0.5); };
        std::sort(around.begin(), around.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return angle(a) < angle(b); });
        for (std::uint32_t i = 0; i < cores_; ++i) {
            join(around[i], around[(i + 1) % cores_], core_delay(around[i], around[(i + 1) % cores_]));
        }
    }
    void lay_core_links() {
        for (std::uint32_t core = 0; core < cores_; ++core) {
            for (const std::uint32_t other : nearest(core, 3)) {
                join(core, other, core_delay(core, other));
            }
            const auto chord = static_cast<std::uint32_t>(random_() % cores_);
            join(core, chord, core_delay(core, chord));
        }
    }
    void lay_aggregation() {
        for (std::uint32_t k = 0; k < aggregations_; ++k) {
            const std::uint32_t router = cores_ + k;
            const auto home = static_cast<std::uint32_t>(std::uint64_t{k} * cores_ / aggregations_);
            join(router, home, log_uniform(random_, 20, 500));
            join(router, nearest(home, 1).front(), log_uniform(random_, 100, 1500));
            if (k > 0 && static_cast<std::uint32_t>(std::uint64_t{k - 1} * cores_ / aggregations_) == home) {
                join(router, router - 1, log_uniform(random_, 20, 300));
            }
        }
    }
    void lay_access() {
        const std::uint32_t first = cores_ + aggregations_;
        for (std::uint32_t router = first; router < list_.routers; ++router) {
            const auto k = static_cast<std::uint32_t>(std::uint64_t{router - first} * aggregations_ /
                                                      (list_.routers - first));
            const auto kind = random_() % 10;
            join(router, cores_ + k, log_uniform(random_, 5, 200));
            if (kind < 7) {
                join(router, cores_ + (k + 1) % aggregations_, log_uniform(random_, 5, 300));
            } else if (router > first) {
                join(router, router - 1, log_uniform(random_, 5, 100));
            }
            if (kind < 4 && router > first + 1) {
                const auto back = static_cast<std::uint32_t>(random_() % std::min(40U, router - first - 1));
                join(router, router - 1 - back, log_uniform(random_, 5, 300));
            }
        }
    }

    Random random_;
    std::uint32_t cores_, aggregations_;
    std::vector<double> x_, y_; // of the cores
    std::set<std::pair<std::uint32_t, std::uint32_t>> joined_;
    EdgeList list_;
};

} // namespace

EdgeList hierarchical(std::uint32_t routers, std::uint32_t seed) {
    return Carrier(routers, seed).build();
}

EdgeList preferential(std::uint32_t routers, std::uint32_t links_each, std::uint32_t seed) {
    Random random(seed);
    EdgeList list{routers, {}};
    std::vector<std::uint32_t> ends; // a router as often as its degree
    const auto join = [&](std::uint32_t a, std::uint32_t b) {
        list.edges.push_back({a, b, log_uniform(random, 10, 10000)});
        ends.push_back(a);
        ends.push_back(b);
    };
    for (std::uint32_t a = 0; a <= links_each; ++a) {
        for (std::uint32_t b = 0; b < a; ++b) {
            join(a, b);
        }
    }
    for (std::uint32_t router = links_each + 1; router < routers; ++router) {
        std::set<std::uint32_t> chosen;
        while (chosen.size() < links_each) {
            chosen.insert(ends[random() % ends.size()]);
        }
        for (const std::uint32_t other : chosen) {
            join(router, other);
        }
    }
    return list;
}

EdgeList shuffled(EdgeList list, std::uint32_t seed) {
    Random random(seed);
    std::vector<std::uint32_t> number(list.routers);
    std::iota(number.begin(), number.end(), 0U);
    shuffle(number, random);
    for (Edge& edge : list.edges) {
        edge.a = number[edge.a];
        edge.b = number[edge.b];
    }
    shuffle(list.edges, random);
    return list;
}

EdgeList reweighted(EdgeList list, std::uint32_t seed) {
    Random random(seed);
    for (Edge& edge : list.edges) {
        edge.weight = log_uniform(random, 10, 10000);
    }
    return list;
}

std::shared_ptr<const TopologyView> view_of(const EdgeList& list) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(list.routers);
    for (std::uint32_t router = 0; router < list.routers; ++router) {
        view->routers[router].name = "r" + std::to_string(router);
        view->by_name.emplace(view->routers[router].name, router);
    }
    view->links.reserve(list.edges.size() * 2);
    for (const Edge& edge : list.edges) {
        TopologyLink link;
        link.from = edge.a;
        link.to = edge.b;
        link.igp_metric = edge.weight;
        link.delay = Microseconds{edge.weight};
        view->links.push_back(link);
        std::swap(link.from, link.to);
        view->links.push_back(link);
    }
    sort_links(view->links);
    return view;
}

} // namespace suanlu::bench
