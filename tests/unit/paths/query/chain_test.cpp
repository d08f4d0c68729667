// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/chain.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

constexpr std::uint64_t kNoChain = ~std::uint64_t{0};

ChainQuery random_chain(std::mt19937& random, std::uint32_t routers) {
    ChainQuery query;
    query.to = routers - 1;
    query.view.metric = random() % 2 == 0 ? Metric::kDelay : Metric::kIgp;
    query.view.respects_overload = false;
    for (std::uint32_t index = 0; index < 1 + random() % 2; ++index) {
        ChainFunction function{"f" + std::to_string(index), {}};
        for (std::uint32_t site = 0; site < 1 + random() % 3; ++site) {
            function.sites.push_back({static_cast<std::uint32_t>(random() % routers),
                                      {static_cast<std::uint32_t>(random() % 20)},
                                      static_cast<std::uint32_t>(random() % 5)});
        }
        query.functions.push_back(function);
    }
    if (random() % 2 == 0) {
        query.bounds.max_delay = Microseconds{static_cast<std::uint32_t>(random() % 60)};
    }
    return query;
}

// Every choice of sites with every choice of loopless parts between them.
std::uint64_t cheapest_of_all(const Graph& graph, const ChainQuery& query, std::size_t function,
                              std::uint32_t at, std::uint64_t cost, std::uint64_t delay) {
    const Weights weights = [&] {
        Weights masked = weights_of(graph, query.view);
        mask(graph, query.bounds, query.from, query.to, masked);
        return masked;
    }();
    std::uint64_t best = kNoChain;
    const bool is_last = function == query.functions.size();
    const std::vector<FunctionSite> stops =
        is_last ? std::vector<FunctionSite>{{query.to, {}, 0}} : query.functions[function].sites;
    for (const FunctionSite& stop : stops) {
        for (const Walk& walk : all_walks(graph, weights, at, stop.router)) {
            std::uint64_t later = delay + stop.processing.value;
            for (const std::uint32_t link : walk) {
                later += graph.link(link).delay.value;
            }
            const std::uint64_t dearer = cost + cost_of(weights, walk) + stop.cost +
                                         (query.view.metric == Metric::kDelay ? stop.processing.value : 0);
            if (query.bounds.max_delay && later > query.bounds.max_delay->value) {
                continue;
            }
            best = std::min(
                best,
                is_last ? dearer : cheapest_of_all(graph, query, function + 1, stop.router, dearer, later));
        }
    }
    return best;
}

TEST(FindChain, RandomNetworks_SameAsTryingEverySite) {
    std::mt19937 random(21);
    std::size_t answered = 0;
    for (int round = 0; round < 500; ++round) {
        const auto routers = 2 + static_cast<std::uint32_t>(random() % 3);
        const Graph graph =
            graph_of(random_view(random, routers, 3 + static_cast<std::uint32_t>(random() % 6)));
        const ChainQuery query = random_chain(random, routers);
        const std::uint64_t best = cheapest_of_all(graph, query, 0, query.from, 0, 0);
        const auto found = find_chain(graph, query);
        ASSERT_EQ(found.has_value(), best != kNoChain) << round << (found ? "" : found.error().text());
        if (!found) {
            continue;
        }
        ++answered;
        ASSERT_EQ(found->path.cost, best) << round;
        ASSERT_EQ(found->sites.size(), query.functions.size());
        const auto visited = graph.visited(query.from, found->path.links);
        for (std::size_t index = 0; index < found->sites.size(); ++index) {
            EXPECT_EQ(visited[found->after_links[index]],
                      query.functions[index].sites[found->sites[index]].router);
        }
    }
    EXPECT_GT(answered, 100U);
}

TEST(FindChain, NearestSiteFirst_IsNotTheBestChain) {
    // The firewall next door leads away from the only model; one further on lies on the way.
    const Graph graph = graph_of(sketch(4, {{0, 1, 1}, {0, 2, 3}, {2, 3, 1}, {1, 3, 9}}));
    ChainQuery query;
    query.to = 3;
    query.view.metric = Metric::kIgp;
    query.functions = {{"firewall", {{1, {}, 0}, {2, {}, 0}}}, {"model", {{3, {}, 0}}}};
    const auto found = find_chain(graph, query);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path.cost, 4U);
    EXPECT_EQ(found->sites, (std::vector<std::uint32_t>{1, 0}));
    EXPECT_EQ(found->after_links, (std::vector<std::uint32_t>{1, 2}));
}

TEST(FindChain, NoSiteOrNoTime_IsARefusalThatSaysWhy) {
    const Graph graph = graph_of(sketch(2, {{0, 1, 1, 10}}));
    ChainQuery query;
    query.to = 1;
    query.functions = {{"cache", {}}};
    EXPECT_EQ(find_chain(graph, query).error().detail, "no site offers cache");
    query.functions[0].sites = {{1, {90}, 0}};
    query.bounds.max_delay = Microseconds{50};
    EXPECT_NE(find_chain(graph, query).error().detail.find("the least is 100 us"), std::string::npos);
}

} // namespace
} // namespace suanlu::paths
