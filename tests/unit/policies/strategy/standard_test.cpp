// SPDX-License-Identifier: Apache-2.0
// The strategies of the computing-network standard, sentence by sentence, where no other test says it.
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/site_file.hpp"
#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {
namespace {

/// Network 30 ms, queue of M/M/1 at a twentieth of a 1 ms server, first token 15 ms.
SiteAttributes hub() {
    SiteAttributes site = plain_site(1, "hub");
    site.path.delay_s = 0.030;
    site.first_token_s = 0.015;
    return site;
}

/// 50, 100 and 200 ms are budgets of network + queue + first token together: each part alone fits.
TEST(Standard, LatencyClasses_AreWholeBudgets) {
    for (const double budget : {0.050, 0.100, 0.200}) {
        SiteAttributes site = hub();
        site.rate_per_slot = 1;
        site.utilisation = 0.5; // waits 1 s on one slot of 1 s; scaled so that the wait fills the class
        site.rate_per_slot = 1 / (budget - 0.045 - 0.001);
        Request request = job();
        request.needs.latency_s = budget;
        const auto qos = *find_builtin_policy("qos");
        EXPECT_EQ(rank(qos, request, {{site}}, {}).candidates(), 1U) << budget;
        site.rate_per_slot = 1 / (budget - 0.045 + 0.001);
        const Ranking missed = rank(qos, request, {{site}}, {});
        EXPECT_EQ(missed.candidates(), 0U) << budget;
        EXPECT_EQ(missed.refusal.find("refused: no site can meet the latency class"), 0U) << missed.refusal;
    }
}

/// Latency class, then reserved share, then priority, whatever the weights say.
TEST(Standard, ReservedShareAndPriority_DecideBeforeTheTerms) {
    PolicyDefinition policy = policy_of("policy: t\n"
                                        "admission:\n"
                                        "  entitled: [gold]\n"
                                        "  priority: {services: {emergency: 5}, users: {silver: 2}}\n"
                                        "  shortage: [{above: 70%, least_priority: 2}]\n"
                                        "terms: {load: {}}\n");
    SiteAttributes reserved = plain_site(1, "a");
    reserved.reserved = 0.3;
    reserved.utilisation = 0.75;
    Request request = job();
    EXPECT_EQ(rank(policy, request, {{reserved}}, {}).sites[0].rejected_by.find("reserved: 75 % busy"), 0U);
    request.user_class = "silver"; // has priority, and is not entitled
    EXPECT_EQ(rank(policy, request, {{reserved}}, {}).sites[0].rejected_by.find("reserved: "), 0U);
    request.user_class = "gold"; // is entitled, and has no priority
    EXPECT_EQ(rank(policy, request, {{reserved}}, {}).sites[0].rejected_by.find("shortage: "), 0U);
    request.service = "emergency";
    EXPECT_EQ(rank(policy, request, {{reserved}}, {}).candidates(), 1U);
}

TEST(Standard, BoundsOfSlotsAndPower) {
    const PolicyDefinition policy =
        policy_of("policy: t\nfilters: {slots: {at_least: 2}, power: {at_most: 800W}}\nterms: {load: {}}\n");
    SiteAttributes site = plain_site(1, "a");
    EXPECT_EQ(rank(policy, job(), {{site}}, {}).sites[0].rejected_by, "slots: 1 is below 2");
    site.slots = 2;
    EXPECT_EQ(rank(policy, job(), {{site}}, {}).sites[0].rejected_by, "power: 1000 W is above 800 W");
    site.watts_per_slot.reset();
    EXPECT_EQ(rank(policy, job(), {{site}}, {}).sites[0].rejected_by, "power: unknown");
}

TEST(Standard, DataThatMustNotMove_IsAFilterOfEveryPolicy) {
    Request request = job();
    request.dataset = Dataset{"patients", {"a"}, 1e9, false};
    const std::vector<SiteAttributes> sites{plain_site(1, "a"), plain_site(2, "b")};
    for (const BuiltinPolicy& builtin : builtin_policies()) {
        const PolicyDefinition policy = *find_builtin_policy(builtin.name);
        for (const RankedSite& site : rank(policy, request, sites, {}).sites) {
            EXPECT_TRUE(site.name == "a" || !site.rejected_by.empty()) << builtin.name;
        }
    }
}

/// Euros per MWh, a currency nobody priced, carbon per MWh in grams, and energy in joules.
TEST(Standard, PricesInAWrongUnit_AreRefusedWithTheirPlace) {
    const struct {
        const char* site;
        const char* what;
    } cases[] = {
        {"tariff: {utc_offset: Z, periods: [{from: 00:00, to: 24:00, price: 95 EUR/MWh}]}", "'95 EUR/MWh'"},
        {"tariff: {utc_offset: Z, periods: [{from: 00:00, to: 24:00, price: 0.1 /kWh}]}", "'0.1 /kWh'"},
        {"tariff: {utc_offset: Z, periods: [{from: 00:00, to: 24:00, price: -0.1 EUR/kWh}]}",
         "'-0.1 EUR/kWh'"},
        {"slot_price: 2 EUR/kWh", "'2 EUR/kWh'"},
        {"carbon: 500 g/MWh", "'500 g/MWh'"},
        {"power_per_slot: 1 kWh", "'1 kWh'"},
        {"slots: -4", "'-4'"},
        {"slots: 0", "'0'"},
        {"slots: nan", "'nan'"},
        {"rate_per_slot: 0 jobs/s", "'0 jobs/s'"},
        {"utilisation: 120%", "'120%'"},
    };
    for (const auto& c : cases) {
        const auto reading = read_sites(std::string("sites:\n  - {name: a, ") + c.site + "}\n", "f");
        ASSERT_EQ(reading.complaints.size(), 1U) << c.site;
        EXPECT_NE(reading.complaints[0].what.find(c.what), std::string::npos) << reading.complaints[0].what;
        EXPECT_EQ(reading.complaints[0].line, 2);
    }
}

/// Requests and sites that no file would let pass, as a running controller may report them.
TEST(Standard, BadInput_AlwaysHasAReason) {
    const std::vector<SiteAttributes> none;
    EXPECT_EQ(rank(*find_builtin_policy("default"), job(), none, {}).refusal, "no sites to choose from");
    std::vector<SiteAttributes> down{plain_site(1, "a"), plain_site(2, "b")};
    down[0].is_up = down[1].is_up = false;
    EXPECT_EQ(rank(*find_builtin_policy("default"), job(), down, {}).refusal,
              "no site passes the filter 'up'; a: up: the site is down");
    Request request = job();
    request.work = 0;
    EXPECT_EQ(rank(*find_builtin_policy("default"), request, down, {}).refusal,
              "the request's work is not above zero");
    request = job();
    request.needs.residency = {"US"};
    std::vector<SiteAttributes> sites{plain_site(1, "a")};
    sites[0].residency = "CN";
    const PolicyDefinition mainland =
        policy_of("policy: t\nfilters: {residency: {in: [CN]}}\nterms: {load: {}}\n");
    EXPECT_EQ(rank(mainland, request, sites, {}).refusal,
              "no site passes the filter 'residency'; a: residency: CN is not one of US");
}

} // namespace
} // namespace suanlu
