// SPDX-License-Identifier: Apache-2.0
// Baselines as shares: what load balancers would give by the last reports.
#include "policies/baselines/flow_chooser.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "tests/unit/policies/strategy/flow_cases.hpp"

#include <random>

namespace suanlu {
namespace {

std::vector<double> shares_by(const std::string& name, const PolicyInput& input) {
    PolicyMemory memory;
    const auto decision = FlowPolicy(*find_builtin_policy(name), {}).decide(input, memory, MonoTime{});
    std::vector<double> out;
    for (const SiteCandidate& c : decision.ingresses[0].candidates) {
        out.push_back(c.share_given);
    }
    return out;
}

PolicyInput uneven() {
    PolicyInput out = three_sites(60);
    out.sites[1].slots = 20;
    out.sites[2].slots = 70;
    out.sites[0].utilisation = 0.5;
    out.sites[1].utilisation = 0.9;
    out.sites[2].utilisation = 0.8;
    return out;
}

TEST(FixedShares, ByCapacityAndFreeCapacity) {
    EXPECT_NEAR(shares_by("static", uneven())[2], 0.7, 1e-12);
    const auto free = shares_by("free-capacity", uneven()); // 5, 2 and 14 slots
    EXPECT_NEAR(free[0], 5.0 / 21, 1e-12);
    EXPECT_NEAR(free[2], 14.0 / 21, 1e-12);
}

TEST(FixedShares, FreeCapacityOfASilentSite_IsThatOfTheBusiest) {
    PolicyInput input = uneven();
    input.sites[0].utilisation = -1;
    EXPECT_NEAR(shares_by("free-capacity", input)[0], 1.0 / (1 + 2 + 14), 1e-12);
    for (PolicySite& site : input.sites) {
        site.utilisation = 1;
    }
    EXPECT_NEAR(shares_by("free-capacity", input)[2], 0.7, 1e-12); // nobody starves
}

TEST(FixedShares, RoundRobin_IsEvenOverTheLiving) {
    PolicyInput input = uneven();
    input.ingresses[0].is_alive[1] = false;
    EXPECT_EQ(shares_by("round-robin", input), (std::vector<double>{0.5, 0, 0.5}));
}

/// The chooser that places flow by flow, on the same report, is the witness.
TEST(FixedShares, BestOfTwo_IsWhatTheChooserDoesOnAverage) {
    PolicyInput input = uneven();
    const auto shares = shares_by("jsq2", input);
    std::vector<ChooserSite> sites;
    for (const PolicySite& site : input.sites) {
        sites.push_back({0, site.slots, 1 / site.rate_per_slot, site.utilisation * site.slots, true});
    }
    sites[0].jobs = 0; // the order of the load term: a, c, b would need other figures
    input.sites[0].utilisation = 0;
    input.sites[1].utilisation = 0.95;
    sites[1].jobs = 19;
    const auto ours = shares_by("jsq2", input);
    const auto chooser = make_chooser("jsq2");
    std::mt19937_64 random(3);
    const Draw draw = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
    std::vector<double> count(3);
    constexpr int kFlows = 200'000;
    for (int i = 0; i < kFlows; ++i) {
        count[(*chooser)->choose(sites, 0, draw)] += 1.0 / kFlows;
    }
    for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR(ours[j], count[j], 0.005) << j;
    }
    EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-12);
}

TEST(FixedShares, BestOfTwo_OfOneSite_IsThatSite) {
    PolicyInput input = uneven();
    input.ingresses[0].is_alive = {false, true, false};
    EXPECT_EQ(shares_by("jsq2", input), (std::vector<double>{0, 1, 0}));
}

TEST(FixedShares, NoTerms_AreFineOnlyWhereSharesDoNotFollowFromThem) {
    EXPECT_TRUE(read_policy("policy: p\nshares: even\n", "f").complaints.empty());
    EXPECT_FALSE(read_policy("policy: p\nshares: best-of-two\n", "f").complaints.empty());
    EXPECT_FALSE(read_policy("policy: p\n", "f").complaints.empty());
}

} // namespace
} // namespace suanlu
