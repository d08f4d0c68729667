// SPDX-License-Identifier: Apache-2.0
// The published networks of the shared data: each loads with the counts that its README states. Skipped where
// the data is not there: they are other people's and not part of this repository.
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "tests/unit/topology/read_text.hpp"

namespace suanlu::topology_test {
namespace {

struct PublishedFile {
    const char* path;
    const char* format;
    std::size_t routers;
    std::size_t links;  ///< lines of the file
    std::size_t placed; ///< routers with coordinates
    std::size_t rated;  ///< links with a bandwidth
    std::size_t loops = 0;
    bool is_directed = false;
};

void PrintTo(const PublishedFile& file, std::ostream* out) {
    *out << file.path;
}

std::filesystem::path folder() {
    const char* given = std::getenv("SUANLU_DATA");
    return std::filesystem::path(given != nullptr ? given : "../shared/data") / "topologies";
}

class PublishedFiles : public testing::TestWithParam<PublishedFile> {};

TEST_P(PublishedFiles, Load_WithTheStatedCounts) {
    const PublishedFile& file = GetParam();
    const std::filesystem::path path = folder() / file.path;
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "no " << path.string() << "; set SUANLU_DATA to the folder of the published networks";
    }
    const auto read = load_topology(path.string());
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->facts.format, file.format);
    EXPECT_EQ(read->view.routers.size(), file.routers);
    EXPECT_EQ(read->view.by_name.size(), file.routers);
    const std::size_t directions = file.is_directed ? 1 : 2;
    EXPECT_EQ(read->view.links.size(), directions * (file.links - file.loops));
    EXPECT_EQ(read->facts.links_dropped, file.loops);
    EXPECT_EQ(read->view.routers.size() - read->facts.routers_without_place, file.placed);
    std::size_t rated = 0;
    for (const TopologyLink& link : read->view.links) {
        rated += link.bandwidth.has_value();
        EXPECT_NE(link.adjacency_usid, 0);
    }
    EXPECT_EQ(rated, directions * file.rated);
    EXPECT_TRUE(read->facts.is_numbered);
}

INSTANTIATE_TEST_SUITE_P(Graphml, PublishedFiles,
                         testing::Values(PublishedFile{"zoo/Chinanet.graphml", "graphml", 42, 66, 38, 0},
                                         PublishedFile{"zoo/Cernet.graphml", "graphml", 41, 59, 37, 53},
                                         PublishedFile{"zoo/Abilene.graphml", "graphml", 11, 14, 11, 0},
                                         PublishedFile{"zoo/Geant2012.graphml", "graphml", 40, 61, 37, 39},
                                         PublishedFile{"zoo/Cogentco.graphml", "graphml", 197, 245, 186, 0},
                                         PublishedFile{"zoo/Kdl.graphml.gz", "graphml", 754, 899, 726, 0},
                                         PublishedFile{"zoo/AttMpls.graphml", "graphml", 25, 57, 25, 0},
                                         PublishedFile{"zoo/Uninett2010.graphml", "graphml", 74, 101, 74, 98},
                                         PublishedFile{"zoo/Interoute.graphml", "graphml", 110, 158, 96, 0,
                                                       2},
                                         PublishedFile{"zoo/Colt.graphml", "graphml", 153, 191, 149, 0},
                                         PublishedFile{"zoo/Sprint.graphml", "graphml", 11, 18, 11, 0},
                                         PublishedFile{"zoo/GtsCe.graphml", "graphml", 149, 193, 141, 0}));
INSTANTIATE_TEST_SUITE_P(
    Gml, PublishedFiles,
    testing::Values(PublishedFile{"zoo/Chinanet.gml", "gml", 42, 66, 38, 0},
                    PublishedFile{"zoo/Cernet.gml", "gml", 41, 59, 37, 53},
                    PublishedFile{"zoo/Abilene.gml", "gml", 11, 14, 11, 0},
                    PublishedFile{"zoo/Geant2012.gml", "gml", 40, 61, 37, 39},
                    PublishedFile{"zoo/Kdl.gml", "gml", 754, 899, 726, 0},
                    PublishedFile{"topohub/backbone-eurasia.gml.gz", "gml", 2031, 2848, 2031, 0},
                    PublishedFile{"topohub/caida-as7018.gml", "gml", 594, 1674, 594, 0}));
// Modules that are installed already exist in Abilene only.
INSTANTIATE_TEST_SUITE_P(
    Sndlib, PublishedFiles,
    testing::Values(PublishedFile{"sndlib/abilene.xml", "sndlib-xml", 12, 15, 12, 15},
                    PublishedFile{"sndlib/abilene.txt", "sndlib-native", 12, 15, 12, 15},
                    PublishedFile{"sndlib/geant.xml", "sndlib-xml", 22, 36, 22, 0},
                    PublishedFile{"sndlib/geant.txt", "sndlib-native", 22, 36, 22, 0},
                    PublishedFile{"sndlib/nobel-germany.xml", "sndlib-xml", 17, 26, 17, 0},
                    PublishedFile{"sndlib/germany50.xml", "sndlib-xml", 50, 88, 50, 0},
                    PublishedFile{"sndlib/polska.xml", "sndlib-xml", 12, 18, 12, 0},
                    PublishedFile{"sndlib/janos-us-ca.xml.gz", "sndlib-xml", 39, 122, 39, 0},
                    PublishedFile{"sndlib/dfn-gwin.xml", "sndlib-xml", 11, 47, 11, 0}));
INSTANTIATE_TEST_SUITE_P(NodeLink, PublishedFiles,
                         testing::Values(PublishedFile{"aslevel/B4.json", "node-link-json", 12, 38, 0, 0, 0,
                                                       true}));

TEST(PublishedPairs, BothFormatsOfTheZoo_GiveTheSameNetwork) {
    for (const char* name : {"Chinanet", "Cernet", "Abilene", "Geant2012"}) {
        const std::filesystem::path path = folder() / "zoo" / name;
        if (!std::filesystem::exists(path.string() + ".gml")) {
            GTEST_SKIP() << "no " << path.string() << ".gml";
        }
        const auto xml = load_topology(path.string() + ".graphml");
        const auto gml = load_topology(path.string() + ".gml");
        ASSERT_TRUE(xml && gml);
        EXPECT_EQ(xml->view.links, gml->view.links) << name;
    }
}

TEST(RepositoryLab, SmartSecurity_Loads) {
    const auto read = load_topology("lab/smart-security/smart-security.clab.yml");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->facts.format, "containerlab");
    EXPECT_EQ(read->view.routers.size(), 15U);
    EXPECT_EQ(read->view.links.size(), 2 * 21U);
    EXPECT_EQ(link(*read, "R1", "P1").mtu.value, 2000U);
    EXPECT_EQ(link(*read, "cam1", "R1").mtu.value, 1500U);
}

} // namespace
} // namespace suanlu::topology_test
