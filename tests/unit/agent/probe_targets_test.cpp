// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_targets.hpp"

#include <gtest/gtest.h>

#include "dataplane/agent/probe_sender.hpp"
#include "tests/unit/agent/agent_bench.hpp"

namespace suanlu {
namespace {

const LocalSid kLink{*Prefix6::parse("fc00:0:e001::/48"), SidBehaviour::kEndX, *Ip6::parse("2001:db8:1::2"),
                     "", 0};

/// Site 1's first path begins with a link of R1.
Plan plan_over_own_link() {
    Plan plan = AgentBench::plan(1);
    plan.local_sids.push_back(kLink);
    plan.sites[0].paths[0].segments.segments = {{"R1", 0xe001}, {"E1", 0xe1}};
    return plan;
}

TEST(FirstHop, IsTheDestinationUnlessThePathBeginsWithAnOwnLink) {
    const Plan plan = plan_over_own_link();
    const auto own = first_hop(plan, plan.sites[0].paths[0]);
    ASSERT_TRUE(own);
    EXPECT_EQ(*own, (FirstHop{kLink.next_hop, true, ""}));
    const auto routed = first_hop(plan, plan.sites[0].paths[1]);
    ASSERT_TRUE(routed);
    EXPECT_EQ(*routed, (FirstHop{AgentBench::destination(AgentBench::kA, 1), false, ""}));
}

TEST(FirstHop, LinkWithoutSidIsAnError) {
    Plan plan = plan_over_own_link();
    plan.local_sids.pop_back();
    const auto hop = first_hop(plan, plan.sites[0].paths[0]);
    ASSERT_FALSE(hop);
    EXPECT_NE(hop.error().detail.find("R1[e001]"), std::string::npos) << hop.error().detail;
}

TEST(FirstHop, AnotherRoutersLinkIsNoOwnLink) {
    Plan plan = plan_over_own_link();
    plan.sites[0].paths[0].segments.segments = {{"P1", 0xe001}, {"E1", 0xe1}};
    EXPECT_FALSE(first_hop(plan, plan.sites[0].paths[0])->is_own_link);
}

TEST(ProbeTargets, OwnLinksCarryTheirNextHopAndOthersGoByRoute) {
    const Plan plan = plan_over_own_link();
    const auto targets = probe_targets(plan, AgentBench::all_hops());
    ASSERT_EQ(targets.size(), 6U);
    EXPECT_EQ(targets[0].own_link, 0xe001);
    EXPECT_EQ(targets[0].hop, AgentBench::hop(10));
    EXPECT_EQ(targets[1].own_link, 0);
    const auto unresolved = probe_targets(plan, {});
    EXPECT_EQ(unresolved[0].own_link, 0xe001) << "not by route: that would probe another way";
    EXPECT_EQ(unresolved[0].hop.interface_index, 0U);
    EXPECT_TRUE(unresolved[0].is_same_session(targets[0]));
    ProbeTarget other = targets[0];
    other.own_link = 0xe003;
    EXPECT_FALSE(other.is_same_session(targets[0])) << "another link is another way";
}

TEST(ProbeTargets, PathsWithARoutingHeaderAreProbedOverIt) {
    Plan plan = AgentBench::plan(1);
    PathPlan& path = plan.sites[0].paths[0];
    path.mode = EncapMode::kEncapsRed;
    path.sids = {*Ip6::parse("fc00:0:a1::"), *Ip6::parse("fc00:0:b2::")};
    const auto targets = probe_targets(plan, AgentBench::all_hops());
    ASSERT_EQ(targets.size(), 6U);
    EXPECT_EQ(targets[0].mode, path.mode);
    EXPECT_EQ(targets[0].sids, path.sids);
    ProbeTarget other = targets[0];
    other.sids.pop_back();
    EXPECT_FALSE(other.is_same_session(targets[0])) << "another list is another way";
}

TEST(ProbeTargets, SitesThatOthersProbeAreLeftOut) {
    Plan plan = AgentBench::plan(1);
    plan.sites[1].is_probed = false;
    const auto targets = probe_targets(plan, AgentBench::all_hops());
    ASSERT_EQ(targets.size(), 4U);
    for (const ProbeTarget& target : targets) {
        EXPECT_NE(site_of(target.path), AgentBench::kB);
    }
}

TEST(ProbeBudget, IntervalGrowsWhenThereAreMorePathsThanTheBudgetTakes) {
    ProbeConfig config;
    EXPECT_EQ(config.interval_for(1), std::chrono::milliseconds(50));
    EXPECT_EQ(config.interval_for(100), std::chrono::milliseconds(50));
    EXPECT_EQ(config.interval_for(200), std::chrono::milliseconds(100));
    config.most_per_second = 40;
    EXPECT_EQ(config.interval_for(4), std::chrono::milliseconds(100));
}

} // namespace
} // namespace suanlu
