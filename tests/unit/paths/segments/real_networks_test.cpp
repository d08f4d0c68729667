// SPDX-License-Identifier: Apache-2.0
// Lists and repairs on published topologies (Topology Zoo and Rocketfuel, as REPETITA files).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "controller/paths/segments/encode.hpp"
#include "controller/topology/files/topology_file.hpp"
#include "tests/unit/paths/segments/repair_proof.hpp"
#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

std::string folder() {
    const char* root = std::getenv("SUANLU_DATA");
    return std::string(root == nullptr ? "../shared/data" : root) + "/topologies/repetita";
}

std::vector<std::string> networks() {
    std::vector<std::string> out;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder(), none)) {
        if (entry.path().extension() == ".graph") {
            out.push_back(entry.path().string());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::string name_of(const std::string& path) {
    return std::filesystem::path(path).stem().string();
}

Graph load(const std::string& path) {
    auto read = load_topology(path);
    EXPECT_TRUE(read.has_value()) << read.error().text();
    return read ? graph_of(std::move(read->view)) : graph_of({});
}

#define SKIP_WITHOUT_DATA()                                                                                  \
    if (networks().empty()) {                                                                                \
        GTEST_SKIP() << "no REPETITA files in " << folder() << " (set SUANLU_DATA)";                         \
    }                                                                                                        \
    static_assert(true)

TEST(RealNetworks, DelayOptimalWalks_AreEncodedAndWalked) {
    SKIP_WITHOUT_DATA();
    for (const std::string& path : networks()) {
        const Graph graph = load(path);
        ASSERT_GT(graph.routers(), 0U);
        Forwarding forwarding(graph);
        const Weights weights = weights_of(graph, MetricView{});
        EncodeOptions options;
        options.max_segments = 30;
        options.packing.mode = ListMode::kSid;
        std::mt19937 random(5);
        TreeSearch search(graph);
        Tree tree;
        for (int pick = 0; pick < 20; ++pick) {
            search.run(weights, random() % graph.routers(), Direction::kFrom, tree);
            for (int end = 0; end < 15; ++end) {
                const Walk walk = walk_of(graph, tree, random() % graph.routers());
                const auto encoding = encode(forwarding, tree.root, walk, options);
                ASSERT_TRUE(encoding.has_value()) << name_of(path) << ": " << encoding.error().text();
                const auto walked = walk_list(forwarding, tree.root, encoding->segments);
                ASSERT_TRUE(walked.has_value()) << name_of(path) << ": " << walked.error().text();
                if (encoding->kind == EncodingKind::kPinned) {
                    ASSERT_EQ(walked->walk, walk);
                }
                EXPECT_EQ(encoding->longest_delay, walked->longest_delay);
            }
        }
    }
}

TEST(RealNetworks, AtLeast94Percent_NeedNoSrh) {
    SKIP_WITHOUT_DATA();
    for (const std::string& path : networks()) {
        const Graph graph = load(path);
        Forwarding forwarding(graph);
        const SegmentCounts counts = count_segments(forwarding);
        EXPECT_GE(counts.share(5), 0.94) << name_of(path);
        EXPECT_EQ(counts.none, 0U) << name_of(path);
        RecordProperty(name_of(path) + "_share_of_5_ids", std::to_string(counts.share(5)));
    }
}

TEST(RealNetworks, LinkRepairs_AreProven) {
    SKIP_WITHOUT_DATA();
    for (const std::string& path : networks()) {
        const Graph graph = load(path);
        Forwarding forwarding(graph);
        std::size_t at = 0;
        std::size_t repaired = 0;
        for (const RepairSet& set : protect_all_links(forwarding)) {
            for (const Repair& repair : set.repairs) {
                ++repaired;
                if (++at % (1 + graph.links() / 60) == 0) { // as many as a sanitizer build can take
                    ASSERT_TRUE(is_proven(forwarding, set, repair)) << name_of(path);
                }
            }
        }
        EXPECT_GT(repaired, graph.routers()) << name_of(path);
    }
}

TEST(RealNetworks, NodeRepairs_AreProven) {
    SKIP_WITHOUT_DATA();
    for (const std::string& path : networks()) {
        const Graph graph = load(path);
        Forwarding forwarding(graph);
        for (std::uint32_t router = 0; router < graph.routers(); router += 1 + graph.routers() / 10) {
            const RepairSet set = protect(forwarding, {ElementKind::kNode, router});
            for (std::size_t index = 0; index < set.repairs.size(); index += 7) {
                ASSERT_TRUE(is_proven(forwarding, set, set.repairs[index])) << name_of(path);
            }
        }
    }
}

} // namespace
} // namespace suanlu::paths::test
