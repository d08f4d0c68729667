// SPDX-License-Identifier: Apache-2.0
// The functions that the GPU's kernel is made of, run on the host; and the kernel itself where there is a
// GPU.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/paths/engine/batch_engine.hpp"
#include "controller/paths/engine/cuda/gpu_layout.hpp"
#include "controller/paths/engine/cuda_engine.hpp"
#include "tests/unit/paths/engine/random_network.hpp"

namespace suanlu::paths {
namespace {

std::vector<std::uint32_t> every_router(const Graph& graph) {
    std::vector<std::uint32_t> roots(graph.routers());
    std::generate(roots.begin(), roots.end(), [next = 0U]() mutable { return next++; });
    return roots;
}

bool are_equal(const Distances& a, const Distances& b) {
    return a.routers == b.routers && a.stride == b.stride &&
           std::equal(a.rows.begin(), a.rows.end(), b.rows.begin());
}

// From everything contracted to everything in the core.
std::vector<EliminationLimits> limits() {
    std::vector<EliminationLimits> out(4);
    out[1].core_passes = 0;
    out[2].most_neighbours = 2;
    out[3].most_neighbours = 0;
    return out;
}

TEST(GpuSteps, OnTheHost_EqualTheSweepBitForBit) {
    for (const EliminationLimits& limit : limits()) {
        std::mt19937 random(21);
        for (std::uint32_t round = 0; round < 12; ++round) {
            const Graph graph = random_graph(random, 1 + round * 9, round * 25);
            const Weights weights = random_weights(random, graph.links(), round % 2 == 0 ? 5000 : kFarthest);
            SweepEngine sweep(graph, widest_isa(), limit);
            GpuLayout layout(sweep.contraction());
            sweep.set_weights(weights);
            layout.set_weights(sweep.contraction());
            for (const Direction direction : {Direction::kFrom, Direction::kTo}) {
                Distances ours;
                layout.run_on_host(every_router(graph), direction, ours);
                ASSERT_TRUE(are_equal(ours, sweep.many(every_router(graph), direction))) << "round " << round;
                const Tree tree = shortest_tree(graph, weights, 0, direction);
                for (std::uint32_t router = 0; router < graph.routers(); ++router) {
                    ASSERT_EQ(ours.at(router, 0), tree.distance[router]);
                }
            }
        }
    }
}

TEST(GpuSteps, MembersOfALevel_HaveArcsOnlyToEarlierLevelsAndTheCore) {
    std::mt19937 random(22);
    const Graph graph = random_graph(random, 120, 300);
    SweepEngine sweep(graph);
    const GpuLayout layout(sweep.contraction());
    const GpuJob job = layout.job(Direction::kFrom);
    for (std::uint32_t level = 0; level < job.levels; ++level) {
        for (std::uint32_t member = job.level_first[level]; member < job.level_first[level + 1]; ++member) {
            for (std::uint32_t arc = job.first[member]; arc < job.first[member + 1]; ++arc) {
                const std::uint32_t upper = job.member_of[job.up[arc]];
                EXPECT_TRUE(upper == kGpuNone || upper < job.level_first[level]);
            }
        }
    }
}

TEST(CudaEngine, WithoutAGpu_SaysWhyNot) {
    const Status available = cuda_available();
    if (available) {
        GTEST_SKIP() << "this machine has a GPU";
    }
    EXPECT_EQ(available.error().code, Errc::kUnsupported);
    EXPECT_FALSE(available.error().detail.empty());
    std::mt19937 random(23);
    const Graph graph = random_graph(random, 10, 20);
    SweepEngine sweep(graph);
    CudaEngine engine(sweep.contraction());
    Distances out;
    const std::uint32_t root = 0;
    EXPECT_FALSE(engine.many({&root, 1}, Direction::kTo, out));
    BatchOptions options;
    options.only = Engine::kCuda;
    BatchEngine batch(graph, options);
    batch.many_to_all({&root, 1}, Direction::kTo, out);
    EXPECT_EQ(batch.last_engine().engine, Engine::kSweep);
    EXPECT_NE(batch.last_engine().reason.find(available.error().detail), std::string::npos);
}

TEST(CudaEngine, OnTheGpu_EqualsTheSweepBitForBit) {
    const Status available = cuda_available();
    if (!available) {
        GTEST_SKIP() << available.error().detail;
    }
    for (const EliminationLimits& limit : limits()) {
        std::mt19937 random(24);
        for (std::uint32_t round = 0; round < 6; ++round) {
            const Graph graph = random_graph(random, 40 + round * 200, 100 + round * 600);
            SweepEngine sweep(graph, widest_isa(), limit);
            CudaEngine engine(sweep.contraction());
            sweep.set_weights(random_weights(random, graph.links(), 5000));
            engine.set_weights(sweep.contraction());
            for (const Direction direction : {Direction::kFrom, Direction::kTo}) {
                Distances ours;
                const Status done = engine.many(every_router(graph), direction, ours);
                ASSERT_TRUE(done) << done.error().text();
                ASSERT_TRUE(are_equal(ours, sweep.many(every_router(graph), direction))) << "round " << round;
            }
        }
    }
}

} // namespace
} // namespace suanlu::paths
