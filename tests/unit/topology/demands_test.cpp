// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "controller/topology/files/demands_file.hpp"

namespace suanlu {
namespace {

constexpr std::string_view kDemands = "DEMANDS 3\n"
                                      "label src dest bw\n"
                                      "demand_0 0 1 300632\n"
                                      "demand_1 1 0 0.5\n"
                                      "demand_2 1 1 8\n";

TEST(Demands, KilobitsAndPositions_AreRead) {
    const auto demands = read_demands("x.demands", kDemands, 2);
    ASSERT_TRUE(demands) << demands.error().detail;
    const std::vector<Demand> expected{{0, 1, {300632e3 / 8}}, {1, 0, {62.5}}, {1, 1, {1000}}};
    EXPECT_EQ(*demands, expected) << "a demand of a router to itself is kept";
}

TEST(Demands, EveryFault_IsRefusedWithItsLine) {
    struct Row {
        const char* from;
        const char* to;
        const char* complaint;
    };
    const Row rows[] = {
        {"DEMANDS 3", "EDGES 3", "x.demands:1: 'EDGES' '3' is not 'DEMANDS n'"},
        {"DEMANDS 3", "DEMANDS 3x", "x.demands:1: 'DEMANDS' '3x' is not 'DEMANDS n'"},
        {"DEMANDS 3", "DEMANDS 4000001", "x.demands:1: more than 4000000 DEMANDS"},
        {"DEMANDS 3", "DEMANDS 2", "x.demands:5: 'demand_2 1 1 8' after the last row"},
        {"DEMANDS 3", "DEMANDS 4",
         "x.demands:5: the file ends where a demand 'label src dest bw' is expected"},
        {"label src dest bw", "label src dest", "x.demands:2: 'label src dest' is not the header"},
        {"demand_1 1 0", "demand_1 2 0", "x.demands:4: '2' is no position of one of 2 routers"},
        {"demand_1 1 0", "demand_1 1 -0", "x.demands:4: '-0' is no position of one of 2 routers"},
        {"0.5", "-0.5", "x.demands:4: bw '-0.5' is no bandwidth in kbit/s"},
        {"0.5", "0.5 1", "x.demands:4: 'demand_1 1 0 0.5 1' is not a demand 'label src dest bw'"},
    };
    for (const Row& row : rows) {
        std::string text(kDemands);
        text.replace(text.find(row.from), std::string_view(row.from).size(), row.to);
        const auto demands = read_demands("x.demands", text, 2);
        ASSERT_FALSE(demands) << row.to;
        EXPECT_TRUE(demands.error().detail.starts_with(row.complaint))
            << demands.error().detail << "\nexpected: " << row.complaint;
    }
    EXPECT_EQ(read_demands("x.demands", "", 2).error().detail,
              "x.demands:0: the file ends where 'DEMANDS n' is expected");
}

TEST(Demands, EveryPublishedFile_HasThePublishedCount) {
    const char* configured = std::getenv("SUANLU_DATA");
    const std::filesystem::path folder =
        std::filesystem::path(configured != nullptr ? configured : "../shared/data") / "topologies/repetita";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "no test data at " << folder << " (set SUANLU_DATA)";
    }
    const std::tuple<const char*, const char*, std::size_t> files[] = {
        {"Chinanet", "0000.demands", 1722},        {"Chinanet", "0001.demands", 1722},
        {"Cernet", "0000.demands", 1640},          {"Cernet", "0001.demands", 1640},
        {"Abilene", "0000.demands", 110},          {"Abilene", "0001.demands", 110},
        {"Geant2012", "0000.demands", 1560},       {"Geant2012", "0001.demands", 1560},
        {"Cogentco", "0000.demands.gz", 38612},    {"Colt", "0000.demands.gz", 23256},
        {"GtsCe", "0000.demands.gz", 22052},       {"Interoute", "0000.demands.gz", 11990},
        {"AttMpls", "0000.demands", 600},          {"Uninett2010", "0000.demands", 5402},
        {"rf1221_real_hard", "demands.gz", 10695}, {"rf1239_real_hard", "demands.gz", 96057},
    };
    for (const auto& [network, ending, count] : files) {
        const auto topology = load_topology((folder / (std::string(network) + ".graph")).string());
        ASSERT_TRUE(topology) << topology.error().detail;
        const std::string path = (folder / network).string() + "." + ending;
        const auto demands = load_demands(path, topology->view);
        ASSERT_TRUE(demands) << demands.error().detail;
        EXPECT_EQ(demands->size(), count) << path;
    }
}

} // namespace
} // namespace suanlu
