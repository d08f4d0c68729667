// SPDX-License-Identifier: Apache-2.0
// What must hold for every ranking, on random sites half of whose figures are unknown.
#include <algorithm>
#include <cmath>
#include <random>

#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {
namespace {

constexpr int kRounds = 1000;

class RandomSites {
public:
    explicit RandomSites(unsigned seed) : random_(seed) {}

    std::vector<SiteAttributes> sites() {
        std::vector<SiteAttributes> out;
        const int count = std::uniform_int_distribution<int>(1, 7)(random_);
        for (int i = 0; i < count; ++i) {
            SiteAttributes site;
            site.id = {static_cast<std::uint16_t>(i + 1)};
            site.name = "s" + std::to_string(i + 1);
            site.is_up = chance(0.9);
            site.slots = maybe(1, 8);
            site.rate_per_slot = maybe(0.1, 10);
            site.utilisation = maybe(0, 1.2);
            site.waiting = maybe(0, 20);
            site.watts_per_slot = maybe(100, 900);
            site.pue = maybe(1, 2);
            site.carbon_g_per_kwh = maybe(10, 900);
            site.first_token_s = maybe(0.001, 0.1);
            site.path = {maybe(0.001, 0.1), maybe(0, 0.01), maybe(0, 0.01), maybe(1e6, 1e9)};
            site.reserved = maybe(0, 0.4);
            out.push_back(std::move(site));
        }
        return out;
    }

    Request request() {
        Request out = job();
        out.kind = static_cast<RequestKind>(std::uniform_int_distribution<int>(0, 2)(random_));
        out.size_bytes = maybe(1e3, 1e9);
        if (chance(0.5)) {
            out.needs.latency_s = number(0.01, 1);
        }
        return out;
    }

    PolicyDefinition policy() {
        std::string text = "policy: t\n";
        text += chance(0.5) ? "first: [{term: qos, within: 5ms}]\n" : "first: [network]\n";
        text += chance(0.5) ? "filters: {delay: {at_most: 60ms}, allow_unknown: [delay, reserved]}\n" : "";
        text += chance(0.3) ? "admission: {sla: refuse}\n" : "";
        const char* rules[] = {"worst", "reject", "2s"};
        const auto rule = [&] {
            return std::string(rules[std::uniform_int_distribution<int>(0, 2)(random_)]);
        };
        text += "terms:\n  load: {weight: 2, unknown: " + rule() + "}\n";
        text += "  energy: {energy: 1000 s/kWh, carbon: 1000 s/kg, unknown: " + rule() + "}\n";
        text += "  network: {jitter: 1, loss: 10ms/%, bandwidth: 1, unknown: " + rule() + "}\n";
        text += "  qos: {unknown: " + rule() + "}\n";
        return policy_of(text);
    }

    bool chance(double p) { return number(0, 1) < p; }
    double number(double least, double most) {
        return std::uniform_real_distribution<double>(least, most)(random_);
    }
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    auto& source() { return random_; }

private:
    std::optional<double> maybe(double least, double most) {
        const double value = number(least, most);
        return chance(0.7) ? std::optional(value) : std::nullopt;
    }
    std::mt19937 random_;
};

/// 0 = best; rejected counts as last.
std::size_t place_of(const Ranking& ranking, const std::string& name) {
    for (std::size_t i = 0; i < ranking.sites.size(); ++i) {
        if (ranking.sites[i].name == name) {
            return ranking.sites[i].rejected_by.empty() ? i : ranking.sites.size();
        }
    }
    return ranking.sites.size();
}

TEST(RankingProperties, OrderOfTheInputDoesNotMatter) {
    RandomSites random(1);
    for (int i = 0; i < kRounds; ++i) {
        auto sites = random.sites();
        const Request request = random.request();
        const PolicyDefinition policy = random.policy();
        const Ranking one = rank(policy, request, sites, WallTime{0});
        std::shuffle(sites.begin(), sites.end(), random.source());
        const Ranking two = rank(policy, request, sites, WallTime{0});
        ASSERT_EQ(order_of(one), order_of(two));
    }
}

TEST(RankingProperties, EverySiteIsThereOnce_AndAnEmptyAnswerHasAReason) {
    RandomSites random(2);
    for (int i = 0; i < kRounds; ++i) {
        const auto sites = random.sites();
        const Ranking ranking = rank(random.policy(), random.request(), sites, {});
        ASSERT_EQ(ranking.sites.size(), sites.size());
        ASSERT_EQ(ranking.candidates() == 0, !ranking.refusal.empty());
        for (const RankedSite& site : ranking.sites) {
            ASSERT_TRUE(std::isfinite(site.cost_s));
            ASSERT_EQ(site.terms.size(), 4U);
        }
    }
}

TEST(RankingProperties, FiltersAreNeverBypassed) {
    RandomSites random(3);
    for (int i = 0; i < kRounds; ++i) {
        const auto sites = random.sites();
        const PolicyDefinition policy = random.policy();
        const Request request = random.request();
        for (const RankedSite& ranked : rank(policy, request, sites, {}).sites) {
            const SiteAttributes& site = sites[ranked.id.value - 1U];
            const bool too_far = !policy.filters.bounds.empty() && site.path.delay_s.value_or(0) > 0.060;
            const bool misses =
                request.needs.latency_s &&
                site.path.delay_s.value_or(0) + site.first_token_s.value_or(0) > *request.needs.latency_s;
            if (!site.is_up || too_far || misses) {
                ASSERT_FALSE(ranked.rejected_by.empty()) << site.name;
            }
        }
    }
}

TEST(RankingProperties, AWorseFigureNeverImprovesTheRank) {
    RandomSites random(4);
    for (int i = 0; i < kRounds; ++i) {
        auto sites = random.sites();
        const Request request = random.request();
        const PolicyDefinition policy = random.policy();
        SiteAttributes& site = sites[random.below(sites.size())];
        const Ranking before = rank(policy, request, sites, {});
        std::optional<double>* const figures[] = {
            &site.path.delay_s, &site.path.jitter_s, &site.path.loss,        &site.utilisation,
            &site.waiting,      &site.pue,           &site.carbon_g_per_kwh, &site.watts_per_slot};
        std::optional<double>& figure = *figures[random.below(std::size(figures))];
        if (!figure) {
            continue;
        }
        *figure = *figure * 1.5 + 0.001;
        const Ranking after = rank(policy, request, sites, {});
        ASSERT_GE(place_of(after, site.name), std::min(place_of(before, site.name), after.sites.size()))
            << "round " << i << " " << site.name << ": " << order_of(before) << " -> " << order_of(after);
    }
}

} // namespace
} // namespace suanlu
