// SPDX-License-Identifier: Apache-2.0
// Every strategy on cases that can be worked out by hand.
#include <cmath>

#include "policies/strategy/builtin_policies.hpp"
#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {
namespace {

using Sites = std::vector<SiteAttributes>;

Ranking by(const std::string& terms, const Request& request, const Sites& sites,
           std::optional<WallTime> now = std::nullopt) {
    return rank(policy_of("policy: t\nterms:\n" + terms), request, sites, now);
}

double cost(const Ranking& ranking, const std::string& name) {
    return ranked(ranking, name).cost_s;
}

TEST(Strategies, ManualOrder_IsFollowed_AndOthersAreNoCandidates) {
    const Sites sites{plain_site(1, "a"), plain_site(2, "b"), plain_site(3, "c")};
    const Ranking ranking = by("  manual: {order: [c, a]}\n", job(), sites);
    EXPECT_EQ(order_of(ranking), "c a | b");
    EXPECT_EQ(ranked(ranking, "b").rejected_by, "manual: not listed");
}

TEST(Strategies, ManualShares_RankByShare_AndZeroIsNoCandidate) {
    const Sites sites{plain_site(1, "a"), plain_site(2, "b"), plain_site(3, "c")};
    EXPECT_EQ(order_of(by("  manual: {shares: {a: 30%, b: 70%, c: 0%}}\n", job(), sites)), "b a | c");
}

TEST(Strategies, Fcfs_StartsWhereTheQueueEndsFirst) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b"), plain_site(3, "c")};
    sites[0].waiting = 3; // 4 jobs at 1 job/s: 4 s
    sites[0].utilisation = 1;
    sites[1].waiting = 5; // 6 jobs at 2 x 1 job/s: 3 s
    sites[1].slots = 2;
    sites[1].utilisation = 1;
    const Ranking ranking = by("  fcfs: {}\n", job(), sites);
    EXPECT_EQ(order_of(ranking), "c b a");
    EXPECT_DOUBLE_EQ(cost(ranking, "a"), 4);
    EXPECT_DOUBLE_EQ(cost(ranking, "b"), 3);
    EXPECT_DOUBLE_EQ(cost(ranking, "c"), 0);
}

TEST(Strategies, FcfsAndMovingData_AreRefusedForFlowsWithTheReason) {
    Request flow;
    EXPECT_EQ(by("  fcfs: {}\n", flow, {plain_site(1, "a")}).refusal,
              "fcfs is for jobs and transfers only: a flow cannot wait in a queue before it is sent");
    EXPECT_EQ(by("  data: {}\n", flow, {plain_site(1, "a")}).refusal,
              "data is for jobs and transfers only: nothing is moved for a flow");
}

TEST(Strategies, Load_IsMeanWaitOfMM1PlusService) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b")};
    sites[0].utilisation = 0.5; // M/M/1: rho / (mu - lambda) = 0.5 / 0.5 = 1 s, plus 1 s of service
    sites[1].rate_per_slot = 0.4;
    const Ranking ranking = by("  load: {}\n", job(), sites);
    EXPECT_NEAR(cost(ranking, "a"), 2, 1e-9);
    EXPECT_NEAR(cost(ranking, "b"), 2.5, 1e-9);
    EXPECT_EQ(order_of(ranking), "a b");
}

TEST(Strategies, LoadOfReservedSlots_IsClosedToOthersAndOpenToTheEntitled) {
    Sites sites{plain_site(1, "a")};
    sites[0].slots = 4;
    sites[0].utilisation = 0.5;
    sites[0].reserved = 0.25;
    const PolicyDefinition policy =
        policy_of("policy: t\nadmission: {entitled: [gold]}\nterms:\n  load: {}\n");
    Request gold = job();
    gold.user_class = "gold";
    EXPECT_LT(rank(policy, gold, sites, {}).sites[0].cost_s, rank(policy, job(), sites, {}).sites[0].cost_s);
    sites[0].utilisation = 0.76;
    EXPECT_EQ(rank(policy, job(), sites, {}).sites[0].rejected_by,
              "reserved: 76 % busy, the last 25 % are kept for entitled users");
    EXPECT_EQ(rank(policy, gold, sites, {}).candidates(), 1U);
}

TEST(Strategies, Energy_CountsPowerPueAndCarbon) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b"), plain_site(3, "c")};
    Request request = job();
    request.work = 3600; // an hour at 1 kW: 1 kWh
    sites[1].pue = 2;
    sites[2].carbon_g_per_kwh = 1000;
    const Ranking ranking = by("  energy: {energy: 10 s/kWh, carbon: 50 s/kg}\n", request, sites);
    EXPECT_NEAR(cost(ranking, "a"), 10 + 5, 1e-9);
    EXPECT_NEAR(cost(ranking, "b"), 20 + 10, 1e-9);
    EXPECT_NEAR(cost(ranking, "c"), 10 + 50, 1e-9);
    EXPECT_EQ(order_of(ranking), "a b c");
}

Tariff day_and_night(std::int32_t offset_hours) {
    return {offset_hours * 60, {{8 * 60, 22 * 60, {0.2, "EUR"}}, {22 * 60, 8 * 60, {0.1, "EUR"}}}};
}

TEST(Strategies, Price_FollowsTheSitesOwnClock) {
    Sites sites{plain_site(1, "east"), plain_site(2, "west")};
    sites[0].tariff = day_and_night(8);
    sites[1].tariff = day_and_night(0);
    Request request = job();
    request.work = 3600;
    const auto at = [&](const char* time) {
        return by("  price: {worth: [10 s/EUR]}\n", request, sites, WallTime::parse(time));
    };
    EXPECT_EQ(order_of(at("2026-03-02T16:00Z")), "east west"); // midnight there
    EXPECT_EQ(order_of(at("2026-03-02T02:00Z")), "west east"); // 10:00 there
    EXPECT_NEAR(cost(at("2026-03-02T02:00Z"), "east"), 2, 1e-9);
    EXPECT_EQ(order_of(at("2026-03-02T23:59Z")), "east west"); // 07:59 there
    EXPECT_EQ(order_of(at("2026-03-03T00:00Z")), "west east"); // 08:00 there
}

TEST(Strategies, PriceInACurrencyWithoutWorth_IsUnknownNotZero) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b")};
    sites[0].tariff = Tariff{0, {{0, 1440, {0.01, "CNY"}}}};
    sites[1].tariff = Tariff{0, {{0, 1440, {0.1, "EUR"}}}};
    Request request = job();
    request.work = 3600;
    const Ranking ranking = by("  price: {worth: [10 s/EUR]}\n  network: {}\n", request, sites, WallTime{0});
    EXPECT_FALSE(ranked(ranking, "a").terms[0].seconds);
    EXPECT_EQ(ranked(ranking, "a").terms[0].why, "tariff is in CNY, the policy states no worth of it");
    EXPECT_DOUBLE_EQ(ranked(ranking, "a").terms[0].counted_s, 1);
}

TEST(Strategies, Network_SumsDelayJitterLossAndBytes) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b")};
    sites[1].path = {0.020, 0.0, 0.001, 12.5e6};
    Request request = job();
    request.size_bytes = 125e6;
    const Ranking ranking =
        by("  network: {delay: 1, jitter: 2, loss: 20ms/%, bandwidth: 1}\n", request, sites);
    EXPECT_NEAR(cost(ranking, "a"), 0.010 + 0.002 + 1, 1e-9);
    EXPECT_NEAR(cost(ranking, "b"), 0.020 + 0.002 + 10, 1e-9);
}

TEST(Strategies, Data_MovesTheDataOrTheJobWhicheverIsCheaper) {
    Sites sites{plain_site(1, "holder"), plain_site(2, "home"), plain_site(3, "else")};
    for (SiteAttributes& site : sites) {
        site.bandwidth_from = {{"holder", 1e9}, {"home", 1e9}};
    }
    Request request = job();
    request.origin = "home";
    request.size_bytes = 2e9;
    request.dataset = Dataset{"d", {"holder"}, 100e9, true};
    Ranking ranking = by("  data: {}\n", request, sites);
    EXPECT_EQ(order_of(ranking), "holder home else");
    EXPECT_DOUBLE_EQ(cost(ranking, "holder"), 2);
    EXPECT_DOUBLE_EQ(cost(ranking, "home"), 100);
    EXPECT_DOUBLE_EQ(cost(ranking, "else"), 102);
    request.dataset->volume_bytes = 1e9;
    EXPECT_EQ(order_of(by("  data: {}\n", request, sites)), "home holder else");
    request.dataset->is_movable = false;
    ranking = by("  data: {}\n", request, sites);
    EXPECT_EQ(order_of(ranking), "holder | home else");
    EXPECT_EQ(ranked(ranking, "home").rejected_by, "data: d must not leave holder");
}

TEST(Strategies, Qos_ComesBeforeEveryWeight) {
    Sites sites{plain_site(1, "far"), plain_site(2, "near")};
    for (SiteAttributes& site : sites) {
        site.first_token_s = 0.020;
    }
    sites[0].path.delay_s = 0.040; // 60 ms: over the class, but free of charge
    sites[1].path.delay_s = 0.020; // 40 ms: within
    sites[0].watts_per_slot = 0;
    sites[1].watts_per_slot = 1e9;
    Request request = job();
    request.needs.latency_s = 0.050;
    const std::string energy = "terms:\n  energy: {energy: 1000 s/kWh}\n";
    EXPECT_EQ(
        order_of(rank(policy_of("policy: t\nfirst: [qos]\n" + energy + "  qos: {}\n"), request, sites, {})),
        "near | far"); // 60 ms idle is a filter already
    sites[0].first_token_s = 0.005;
    sites[0].slots = 1;
    sites[0].rate_per_slot = 10;
    sites[0].utilisation = 0.2; // waits 25 ms: 70 ms
    EXPECT_EQ(
        order_of(rank(policy_of("policy: t\nfirst: [qos]\n" + energy + "  qos: {}\n"), request, sites, {})),
        "near far");
    EXPECT_EQ(order_of(rank(policy_of("policy: t\n" + energy), request, sites, {})), "far near");
}

TEST(Strategies, Admission_RefusesWhenNoSiteMeetsTheClass) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b")};
    sites[0].utilisation = 0.9;
    sites[1].utilisation = 0.95;
    for (SiteAttributes& site : sites) {
        site.first_token_s = 0.010;
    }
    Request request = job();
    request.needs.latency_s = 0.050;
    const Ranking ranking = rank(*find_builtin_policy("qos"), request, sites, {});
    EXPECT_EQ(ranking.candidates(), 0U);
    EXPECT_EQ(ranking.refusal,
              "refused: no site can meet the latency class; a: admission: 9020 ms (network 10 + queue 9000 + "
              "first token 10 ms), the class is 50 ms");
    request.needs.latency_s = 10;
    EXPECT_EQ(order_of(rank(*find_builtin_policy("qos"), request, sites, {})), "a | b");
}

TEST(Strategies, Shortage_LetsOnlyPriorityThrough) {
    Sites sites{plain_site(1, "a")};
    sites[0].utilisation = 0.9;
    const PolicyDefinition policy =
        policy_of("policy: t\nadmission:\n  priority: {services: {chat: 1}, users: "
                  "{gold: 3}}\n  shortage: [{above: 85%, least_priority: 2}]\n"
                  "terms:\n  load: {}\n");
    Request request = job();
    request.service = "chat";
    EXPECT_EQ(rank(policy, request, sites, {}).sites[0].rejected_by,
              "shortage: 90 % busy, priority 1 is below 2");
    request.user_class = "gold";
    EXPECT_EQ(rank(policy, request, sites, {}).candidates(), 1U);
}

TEST(Strategies, FirstKeyInSteps_LeavesNearTiesToTheSum) {
    Sites sites{plain_site(1, "a"), plain_site(2, "b")};
    sites[0].path.delay_s = 0.013;
    sites[1].path.delay_s = 0.011;
    sites[1].watts_per_slot = 2000;
    const std::string terms = "terms:\n  energy: {energy: 1 s/kWh}\n  network: {}\n";
    EXPECT_EQ(order_of(rank(policy_of("policy: t\nfirst: [network]\n" + terms), job(), sites, {})), "b a");
    EXPECT_EQ(order_of(rank(policy_of("policy: t\nfirst: [{term: network, within: 5ms}]\n" + terms), job(),
                            sites, {})),
              "a b");
}

TEST(Strategies, EveryBuiltinPolicy_IsReadAndRanksWhatItIsFor) {
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        const auto policy = find_builtin_policy(builtin.name);
        ASSERT_TRUE(policy) << builtin.name;
        EXPECT_EQ(policy->name, builtin.name);
        EXPECT_FALSE(policy->description.empty());
        std::vector<SiteAttributes> sites{plain_site(2, "b"), plain_site(1, "a")};
        sites[0].manual_share = sites[1].manual_share = 0.5;
        if (needs_no_terms(policy->shares)) {
            EXPECT_EQ(kind_refusal(*policy, RequestKind::kFlow), "");
            EXPECT_NE(rank(*policy, job(), sites, WallTime{0}).refusal, "") << builtin.name;
            continue;
        }
        EXPECT_EQ(order_of(rank(*policy, job(), sites, WallTime{0})), "a b") << builtin.name;
    }
    EXPECT_EQ(find_builtin_policy("fastest").error().code, Errc::kNotFound);
    for (const RefusedPolicy& refused : refused_policies()) {
        EXPECT_EQ(find_builtin_policy(refused.name).error().detail, refused.reason);
    }
}

} // namespace
} // namespace suanlu
