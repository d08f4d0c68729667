// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/transfer.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/query/small_network.hpp"

namespace suanlu::paths {
namespace {

TransferQuery transfer(std::uint32_t to, std::uint64_t volume,
                       std::vector<std::vector<std::uint64_t>> spare) {
    TransferQuery query;
    query.to = to;
    query.view.metric = Metric::kIgp;
    query.volume_bytes = volume;
    query.deadline = static_cast<std::uint32_t>(spare.size());
    query.spare = std::move(spare);
    return query;
}

// What arrives before `end`: the smallest cut over every split of (router, slot) copies. An oracle apart from
// flows.
std::uint64_t smallest_cut(const Graph& graph, const TransferQuery& query, std::uint32_t end) {
    const std::uint32_t routers = graph.routers();
    const std::uint32_t copies = (end - query.earliest) * routers;
    const auto is_here = [&](std::uint32_t set, std::uint32_t slot, std::uint32_t router) {
        return ((set >> ((slot - query.earliest) * routers + router)) & 1) != 0;
    };
    std::uint64_t least = ~std::uint64_t{0};
    for (std::uint32_t set = 0; set < 1U << copies; ++set) {
        std::uint64_t cut = 0;
        bool is_cut = true;
        for (std::uint32_t slot = query.earliest; slot < end && is_cut; ++slot) {
            is_cut = is_here(set, slot, query.from) && !is_here(set, slot, query.to);
            for (std::uint32_t link = 0; link < graph.links(); ++link) {
                if (is_here(set, slot, graph.from(link)) && !is_here(set, slot, graph.to(link))) {
                    cut += query.spare[slot][link] * query.slot_seconds;
                }
            }
            for (const auto& [router, room] : query.storage) {
                if (slot + 1 < end && is_here(set, slot, router) && !is_here(set, slot + 1, router)) {
                    cut += room;
                }
            }
        }
        least = is_cut ? std::min(least, cut) : least;
    }
    return least;
}

// Bytes in equal bytes out and kept, no link above what is spare, everything at the destination.
void expect_sound(const Graph& graph, const TransferQuery& query, const TransferSchedule& plan) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> balance; // (slot, router)
    std::int64_t arrived = 0;
    for (const TransferLeg& leg : plan.legs) {
        EXPECT_LE(leg.rate, query.spare[leg.slot][leg.link]);
        EXPECT_LE(leg.bytes, leg.rate * query.slot_seconds);
        EXPECT_TRUE(leg.slot >= query.earliest && leg.slot <= plan.complete_after);
        balance[{leg.slot, graph.from(leg.link)}] -= static_cast<std::int64_t>(leg.bytes);
        balance[{leg.slot, graph.to(leg.link)}] += static_cast<std::int64_t>(leg.bytes);
    }
    for (const TransferHold& hold : plan.holds) {
        EXPECT_LE(hold.bytes, query.storage.at(hold.router));
        balance[{hold.slot, hold.router}] -= static_cast<std::int64_t>(hold.bytes);
        balance[{hold.slot + 1, hold.router}] += static_cast<std::int64_t>(hold.bytes);
    }
    for (const auto& [at, bytes] : balance) {
        if (at.second == query.to) {
            arrived += bytes;
        } else if (at.second != query.from) {
            EXPECT_EQ(bytes, 0) << "slot " << at.first << " router " << at.second;
        }
    }
    EXPECT_EQ(arrived, static_cast<std::int64_t>(query.volume_bytes));
}

TEST(PlanTransfer, RandomNetworks_CompletesAsEarlyAsTheSmallestCutAllows) {
    std::mt19937 random(31);
    std::size_t planned = 0;
    for (int round = 0; round < 250; ++round) {
        const auto routers = 2 + static_cast<std::uint32_t>(random() % 2);
        std::vector<LinkSketch> links;
        for (std::uint32_t index = 0; index < 2 + random() % 5; ++index) {
            links.push_back({static_cast<std::uint32_t>(random() % routers),
                             static_cast<std::uint32_t>(random() % routers),
                             static_cast<std::uint32_t>(random() % 5)});
        }
        const Graph graph = graph_of(sketch(routers, links, random() % 2 == 0));
        std::vector<std::vector<std::uint64_t>> spare(4, std::vector<std::uint64_t>(graph.links()));
        for (auto& slot : spare) {
            for (auto& rate : slot) {
                rate = random() % 3;
            }
        }
        TransferQuery query = transfer(routers - 1, 1 + random() % 40, spare);
        query.slot_seconds = 1 + static_cast<std::uint32_t>(random() % 4);
        query.earliest = static_cast<std::uint32_t>(random() % 2);
        if (random() % 2 == 0) {
            query.storage[static_cast<std::uint32_t>(random() % routers)] = random() % 9;
        }
        const auto plan = plan_transfer(graph, query);
        const std::uint64_t fits = smallest_cut(graph, query, 4);
        ASSERT_EQ(plan.has_value(), fits >= query.volume_bytes) << round;
        if (!plan) {
            if (plan.error().code == Errc::kRefused) {
                EXPECT_NE(plan.error().detail.find("only " + std::to_string(fits) + " arrive"),
                          std::string::npos);
            }
            continue;
        }
        ++planned;
        expect_sound(graph, query, *plan);
        EXPECT_GE(smallest_cut(graph, query, plan->complete_after + 1), query.volume_bytes);
        EXPECT_TRUE(plan->complete_after == query.earliest ||
                    smallest_cut(graph, query, plan->complete_after) < query.volume_bytes);
    }
    EXPECT_GT(planned, 40U);
}

TEST(PlanTransfer, TimeAllows_TakesTheCheapSlotAndLink) {
    // Two slots are needed for 30 bytes; the dear link carries only what the cheap one cannot.
    const Graph graph = graph_of(sketch(2, {{0, 1, 1}, {0, 1, 5}}, true));
    const auto plan = plan_transfer(graph, transfer(1, 30, {{10, 10}, {10, 10}}));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->complete_after, 1U);
    EXPECT_DOUBLE_EQ(plan->mean_cost, (20 * 1 + 10 * 5) / 30.0);
}

TEST(PlanTransfer, CheapestOfAllSchedules_ByTryingEveryByte) {
    std::mt19937 random(32);
    for (int round = 0; round < 60;
         ++round) { // parallel links: the cheapest bytes of all slots until completion
        const Graph graph = graph_of(sketch(2, {{0, 1, 1}, {0, 1, 2}, {0, 1, 4}}, true));
        std::vector<std::vector<std::uint64_t>> spare(3, std::vector<std::uint64_t>(3));
        for (auto& slot : spare) {
            for (auto& rate : slot) {
                rate = random() % 6;
            }
        }
        const TransferQuery query = transfer(1, 1 + random() % 20, spare);
        const auto plan = plan_transfer(graph, query);
        if (!plan) {
            continue;
        }
        std::vector<std::uint32_t> prices;
        for (std::uint32_t slot = 0; slot <= plan->complete_after; ++slot) {
            for (std::uint32_t link = 0; link < 3; ++link) {
                prices.insert(prices.end(), spare[slot][link], graph.link(link).igp_metric);
            }
        }
        std::sort(prices.begin(), prices.end());
        double sum = 0;
        for (std::size_t byte = 0; byte < query.volume_bytes; ++byte) {
            sum += prices[byte];
        }
        EXPECT_NEAR(plan->mean_cost * static_cast<double>(query.volume_bytes), sum, 1e-6) << round;
    }
}

TEST(PlanTransfer, StorageOnTheWay_CarriesOverTheGap) {
    // The first hop is free now, the second later.
    const Graph graph = graph_of(sketch(3, {{0, 1, 1}, {1, 2, 1}}, true));
    TransferQuery query = transfer(2, 5, {{5, 0}, {0, 5}});
    EXPECT_EQ(plan_transfer(graph, query).error().detail, "of 5 bytes only 0 arrive by the end of slot 1");
    query.storage = {{1, 5}};
    const auto plan = plan_transfer(graph, query);
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->holds.size(), 1U);
    EXPECT_EQ(plan->holds[0].bytes, 5U);
}

TEST(PlanTransfer, BadQueries_AreErrors) {
    const Graph graph = graph_of(sketch(2, {{0, 1, 1}}, true));
    TransferQuery query = transfer(1, 5, {{5}});
    query.bounds.max_delay = Microseconds{9};
    EXPECT_EQ(plan_transfer(graph, query).error().code, Errc::kUnsupported);
    query.bounds = {};
    query.deadline = 2;
    EXPECT_EQ(plan_transfer(graph, query).error().code, Errc::kBadInput);
    query.deadline = 1;
    query.volume_bytes = 0;
    EXPECT_EQ(plan_transfer(graph, query).error().code, Errc::kOutOfRange);
    query.volume_bytes = std::uint64_t{1} << 60;
    query.spare = {{~std::uint64_t{0}}};
    EXPECT_TRUE(plan_transfer(graph, query));
}

} // namespace
} // namespace suanlu::paths
