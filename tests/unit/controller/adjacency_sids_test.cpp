// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/adjacency_sids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "controller/paths/site_paths.hpp"
#include "tests/unit/controller/repetita.hpp"

namespace suanlu {
namespace {

constexpr MonoTime kStart{std::chrono::seconds(50)};
const Prefix6 kBlock = *Prefix6::parse("fc00:0::/32");

LinkState link(const char* from, const char* to, const char* local, std::uint32_t delay = 100,
               std::uint32_t metric = 10) {
    LinkState l;
    l.from = from;
    l.to = to;
    l.local = *Ip6::parse(local);
    l.delay = Microseconds{delay};
    l.igp_metric = metric;
    return l;
}

/// R0 = R1 by two links (the second one faster, but of higher metric), R1 - R2.
std::vector<LinkState> parallel() {
    return {link("R0", "R1", "2001:db8:1::1", 900),     link("R1", "R0", "2001:db8:1::2", 900),
            link("R0", "R1", "2001:db8:2::1", 100, 20), link("R1", "R0", "2001:db8:2::2", 100, 20),
            link("R1", "R2", "2001:db8:3::1"),          link("R2", "R1", "2001:db8:3::2")};
}

std::vector<Router> three() {
    return {test::make_router(0), test::make_router(1), test::make_router(2)};
}

Topology topology_of(std::vector<LinkState> links, FunctionIds functions = {}) {
    Topology out(three(), {}, {1500}, std::chrono::seconds(10));
    out.set_functions(std::move(functions));
    (void)out.report("P1", std::move(links), kStart);
    return out;
}

std::vector<AdjacencySid> numbered(const std::vector<LinkState>& links, const FunctionIds& functions = {},
                                   const std::vector<Router>& routers = three()) {
    std::vector<const LinkState*> all;
    for (const LinkState& each : links) {
        all.push_back(&each);
    }
    return number_adjacencies(routers, all, functions);
}

TEST(AdjacencySids, OrderAndNeighboursDoNotChangeAnId) {
    const auto whole = numbered(parallel());
    ASSERT_EQ(whole.size(), 6U);
    auto mixed = parallel();
    std::shuffle(mixed.begin(), mixed.end(), std::mt19937(3));
    EXPECT_EQ(numbered(mixed), whole);
    auto fewer = parallel();
    fewer.erase(fewer.begin() + 2, fewer.begin() + 4);
    for (const AdjacencySid& sid : numbered(fewer)) {
        EXPECT_NE(std::find(whole.begin(), whole.end(), sid), whole.end()) << sid.from << ">" << sid.to;
    }
}

TEST(AdjacencySids, IdsAreLocalUniqueAndFreeOfNodesAndFunctions) {
    const auto first = numbered(parallel());
    std::vector<Router> routers = three();
    // Takes the very ids that were given: a node elsewhere, a function and a binding at home.
    routers[2].locator.address.bytes[4] = static_cast<std::uint8_t>(first[0].usid >> 8);
    routers[2].locator.address.bytes[5] = static_cast<std::uint8_t>(first[0].usid);
    routers[0].bindings = {{first[1].usid, {"R2"}}};
    const auto second = numbered(parallel(), {{"R1", {first[2].usid}}}, routers);
    ASSERT_EQ(second.size(), 6U);
    std::set<std::pair<std::string, std::uint16_t>> seen;
    for (const AdjacencySid& sid : second) {
        EXPECT_GE(sid.usid, kFirstLocalUsid);
        EXPECT_TRUE(seen.emplace(sid.from, sid.usid).second);
        EXPECT_NE(sid.usid, first[0].usid);
        EXPECT_FALSE(sid.from == "R0" && sid.usid == first[1].usid);
        EXPECT_FALSE(sid.from == "R1" && sid.usid == first[2].usid);
    }
}

TEST(AdjacencySids, NextHopIsTheFarAddressOfTheSameSubnet) {
    for (const AdjacencySid& sid : numbered(parallel())) {
        Ip6 far = sid.local;
        far.bytes[15] = far.bytes[15] == 1 ? 2 : 1;
        EXPECT_EQ(sid.next_hop, far);
    }
    auto links = parallel();
    links[0].remote = *Ip6::parse("2001:db8:1::99");
    EXPECT_EQ(numbered(links)[0].next_hop, links[0].remote) << "what the source says counts";
}

TEST(AdjacencySids, NoAddressNoSid_ForeignRouterNoSid) {
    auto links = parallel();
    links[4].local = links[5].local = {};
    EXPECT_EQ(numbered(links).size(), 4U);
    links[1].local = *Ip6::parse("2001:db8:7::2"); // neither of the two ways back fits the first link
    EXPECT_EQ(numbered(links).size(), 2U);
    std::vector<Router> routers = three();
    routers[0].srv6_owner = SrOwner::kFrr;
    for (const AdjacencySid& sid : numbered(parallel(), {}, routers)) {
        EXPECT_NE(sid.from, "R0");
    }
}

TEST(AdjacencySids, LinkThatIsDownKeepsItsSid) {
    auto links = parallel();
    const auto before = topology_of(links).adjacencies();
    links[2].up = links[3].up = false;
    EXPECT_EQ(topology_of(links).adjacencies(), before);
}

TEST(AdjacencySids, LocalSidIsBlockAndIdWithNoNode) {
    const Topology topology = topology_of(parallel());
    const auto sids = local_sids_of(three()[2], kBlock, topology.adjacencies());
    ASSERT_EQ(sids.size(), 1U);
    EXPECT_EQ(sids[0].behaviour, SidBehaviour::kEndX);
    EXPECT_EQ(sids[0].sid.length, 48);
    EXPECT_EQ(locator_usid(sids[0].sid), topology.adjacencies().back().usid);
    EXPECT_EQ(sids[0].next_hop, *Ip6::parse("2001:db8:3::1"));
}

Site site_at(const char* egress, std::size_t number) {
    Attachment a;
    a.egress = egress;
    a.sid6 = test::make_router(number).locator.address;
    a.sid6.bytes[6] = 0xf0;
    a.sid6.bytes[7] = 0x06;
    Site site;
    site.id = {7};
    site.name = "mec";
    site.attachments = {a};
    return site;
}

std::vector<PathPlan> paths_of(const Topology& topology, const std::string& from, const Site& site) {
    const paths::Graph graph(topology.view());
    paths::Forwarding forwarding(graph);
    auto found = compile_site_paths(forwarding, {&site, from, kBlock, {}});
    EXPECT_TRUE(found) << (found ? "" : found.error().detail);
    for (const PathPlan& path : found ? *found : std::vector<PathPlan>{}) {
        EXPECT_TRUE(check_path(forwarding, from, path));
    }
    return found ? *found : std::vector<PathPlan>{};
}

TEST(AdjacencyPaths, FasterParallelLinkInTheCoreIsNamed) {
    const Topology topology = topology_of(parallel());
    const auto paths = paths_of(topology, "R2", site_at("R0", 0));
    ASSERT_EQ(paths.size(), 2U);
    const auto& wanted = topology.adjacencies().at(3); // R1>R0 over 2001:db8:2::
    ASSERT_EQ(wanted.local, *Ip6::parse("2001:db8:2::2"));
    EXPECT_EQ(paths[0].segments.segments, (std::vector<Segment>{{"R1", 2}, {"R1", wanted.usid}, {"R0", 1}}));
    EXPECT_EQ(paths[0].delay, Microseconds{200});
    EXPECT_EQ(usid_at(paths[0].destination6, kF3216, 1), wanted.usid);
    EXPECT_EQ(paths[1].delay, Microseconds{1000}) << "the other parallel link is the backup";
}

TEST(AdjacencyPaths, OwnLinkOfTheIngressIsNotWritten) {
    const Topology topology = topology_of(parallel());
    const auto paths = paths_of(topology, "R0", site_at("R2", 2));
    ASSERT_EQ(paths.size(), 2U);
    ASSERT_TRUE(starts_with_own_link(paths[0].segments, "R0")) << paths[0].segments.text();
    EXPECT_EQ(paths[0].delay, Microseconds{200});
    EXPECT_EQ(usid_at(paths[0].destination6, kF3216, 0), 3) << paths[0].destination6.text();
    EXPECT_FALSE(starts_with_own_link(paths[1].segments, "R0"));
}

TEST(AdjacencyPaths, WithoutSidsTheFasterLinkCannotBeUsed) {
    auto links = parallel();
    for (LinkState& each : links) {
        each.local = {};
    }
    const auto paths = paths_of(topology_of(links), "R2", site_at("R0", 0));
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(paths[0].delay, Microseconds{1000});
}

} // namespace
} // namespace suanlu
