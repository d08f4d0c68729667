// SPDX-License-Identifier: Apache-2.0
// Policy and site files: what is wrong is told at its line and column, all of it at once.
#include "policies/strategy/policy_file.hpp"

#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/site_file.hpp"
#include "tests/unit/policies/strategy/placement_cases.hpp"

namespace suanlu {
namespace {

std::string told(const std::vector<YamlComplaint>& complaints) {
    std::string out;
    for (const YamlComplaint& complaint : complaints) {
        out += complaint_text("p", complaint) + "\n";
    }
    return out;
}

struct BadFile {
    const char* name;
    const char* text;
    const char* told;
};

const BadFile kBadPolicies[] = {
    {"NoYaml", "policy: [x\n", "p:2:1: end of sequence flow not found\n"},
    {"NotAMapping", "- a\n", "p:1:1: expected a mapping of keys\n"},
    {"Empty", "", "p:1:1: expected a mapping of keys\n"},
    {"NothingStated", "shares: split\n", "p:1:1: missing key 'policy'\np:1:1: missing key 'terms'\n"},
    {"UnknownKey", "policy: p\nterms: {load: {}}\nfilter: {}\n",
     "p:3:1: filter: unknown key; known here: policy, description, kinds, shares, filters, admission, first, "
     "terms\n"},
    {"DuplicateKey", "policy: p\npolicy: q\nterms: {load: {}}\n", "p:2:1: duplicate key 'policy'\n"},
    {"EmptyTerm", "policy: p\nterms:\n  load:\n  qos: {}\n",
     "p:3:3: terms.load: no value; leave the key out or write {}\n"},
    {"BadName", "policy: Green!\nterms: {load: {}}\n",
     "p:1:9: policy: 'Green!' is not a name of small letters, digits and hyphens\n"},
    {"NoUnit", "policy: p\nfilters:\n  delay: {at_most: 20}\nterms: {load: {}}\n",
     "p:3:20: filters.delay.at_most: '20' is not a duration with a unit (us, ms, s, m, h)\n"},
    {"WrongUnit", "policy: p\nfilters:\n  carbon: {at_most: 400 W}\nterms: {load: {}}\n",
     "p:3:21: filters.carbon.at_most: '400 W' is not a carbon intensity with a unit (g/kWh, kg/kWh, "
     "kg/MWh)\n"},
    {"PriceInWrongUnit", "policy: p\nterms:\n  price: {worth: [10 EUR/s]}\n",
     "p:3:19: terms.price.worth[0]: '10 EUR/s' is not a worth of money like '10 s/EUR'\n"},
    {"ContradictingNames", "policy: p\nfilters:\n  residency: {in: [CN], not_in: [CN]}\nterms: {load: {}}\n",
     "p:3:34: filters.residency.not_in[0]: 'CN' is asked for and excluded: the filters contradict each "
     "other\n"},
    {"ContradictingBounds", "policy: p\nfilters:\n  pue: {at_least: 1.5, at_most: 1.2}\nterms: {load: {}}\n",
     "p:3:19: filters.pue.at_least: at least 1.5 and at most 1.2 contradict each other: no site can pass\n"},
    {"ListedButExcluded", "policy: p\nfilters: {sites: {not_in: [a]}}\nterms: {manual: {order: [a, b]}}\n",
     "p:3:26: terms.manual.order[0]: 'a' is listed here but excluded by filters.sites\n"},
    {"FcfsForFlows", "policy: p\nkinds: [job, flow]\nterms: {fcfs: {}}\n",
     "p:2:14: kinds[1]: fcfs is for jobs and transfers only: a flow cannot wait in a queue before it is "
     "sent\n"},
    {"FirstWithoutTerm", "policy: p\nfirst: [qos]\nterms: {load: {}}\n",
     "p:2:9: first[0]: the policy has no term 'qos'\n"},
    {"WeightOfAFirstKey", "policy: p\nfirst: [load]\nterms: {load: {weight: 2}}\n",
     "p:3:24: terms.load.weight: 'load' is compared first, so a weight means nothing\n"},
    {"NegativeWeight", "policy: p\nterms: {load: {weight: -1}}\n",
     "p:2:24: terms.load.weight: '-1' is not a number from 0 to 1e+06\n"},
    {"NotANumber", "policy: p\nterms: {load: {weight: .nan}}\n",
     "p:2:24: terms.load.weight: '.nan' is not a number from 0 to 1e+06\n"},
    {"SharesNotWhole", "policy: p\nterms: {manual: {shares: {a: 50%, b: 60%}}}\n",
     "p:2:26: terms.manual.shares: the shares sum to 110.000000 %, not to 100 %\n"},
    {"AllAtOnce",
     "policy: p\nkinds: [flows]\nfilters:\n  roles: hub\n  delay: {at_most: 5}\nterms:\n  energy: {}\n  "
     "loud: {}\n",
     "p:2:9: kinds[0]: 'flows' is not one of: flow, job, transfer\n"
     "p:4:10: filters.roles: expected a list\n"
     "p:5:20: filters.delay.at_most: '5' is not a duration with a unit (us, ms, s, m, h)\n"
     "p:7:11: terms.energy: states neither what energy nor what carbon is worth\n"
     "p:8:3: terms.loud: unknown key; known here: manual, fcfs, load, energy, price, network, data, qos\n"},
};

const BadFile kBadSites[] = {
    {"NoUnits", "sites:\n  - {name: a, rate_per_slot: 2, path: {delay: 3}}\n",
     "p:2:30: sites[0].rate_per_slot: '2' is not a job rate with a unit (jobs/s, jobs/h)\n"
     "p:2:47: sites[0].path.delay: '3' is not a duration with a unit (us, ms, s, m, h)\n"},
    {"ZeroCapacity", "sites:\n  - {name: a, slots: 0}\n", "p:2:22: sites[0].slots: '0' is not above zero\n"},
    {"NegativeCapacity", "sites:\n  - {name: a, slots: -4}\n",
     "p:2:22: sites[0].slots: '-4' is not a number without a unit\n"},
    {"TwiceTheSame", "sites:\n  - {name: a, id: 3}\n  - {name: a, id: 3}\n",
     "p:3:12: sites[1].name: site 'a' is already listed\np:3:19: sites[1].id: another site has this id\n"},
    {"TariffInWrongUnit",
     "sites:\n  - name: a\n    tariff: {utc_offset: 8, periods: [{from: '08:00', to: '25:00', price: 0.1 "
     "EUR}]}\n",
     "p:3:26: sites[0].tariff.utc_offset: '8' is not an offset like +08:00\n"
     "p:3:59: sites[0].tariff.periods[0].to: '25:00' is not a time of day from 00:00 to 24:00\n"
     "p:3:75: sites[0].tariff.periods[0].price: '0.1 EUR' is not a price like '0.08 EUR/kWh'\n"},
    {"DataForAFlow",
     "sites: [{name: a}]\nrequests:\n  - {name: r, kind: flow, dataset: {name: d, held_at: [b]}}\n",
     "p:3:36: requests[0].dataset: nothing is moved for a flow: a data set is for jobs and transfers\n"
     "p:3:56: requests[0].dataset.held_at[0]: no site 'b'\n"},
    {"PueBelowOne", "sites: [{name: a, pue: 0.9}]\n",
     "p:1:24: sites[0].pue: a PUE below 1: total power is at least the power of the machines\n"},
};

class BadPolicies : public testing::TestWithParam<BadFile> {};
TEST_P(BadPolicies, AreToldWithLineAndColumn) {
    const PolicyReading reading = read_policy(GetParam().text, "p");
    EXPECT_FALSE(reading.policy);
    EXPECT_EQ(told(reading.complaints), GetParam().told);
}
INSTANTIATE_TEST_SUITE_P(All, BadPolicies, testing::ValuesIn(kBadPolicies),
                         [](const auto& info) { return std::string(info.param.name); });

class BadSites : public testing::TestWithParam<BadFile> {};
TEST_P(BadSites, AreToldWithLineAndColumn) {
    const SiteFileReading reading = read_sites(GetParam().text, "p");
    EXPECT_FALSE(reading.file);
    EXPECT_EQ(told(reading.complaints), GetParam().told);
}
INSTANTIATE_TEST_SUITE_P(All, BadSites, testing::ValuesIn(kBadSites),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FileUnits, AreReadAsWritten) {
    EXPECT_DOUBLE_EQ(*parse_file_quantity(QuantityKind::kCarbon, "400 g/kWh"), 400);
    EXPECT_DOUBLE_EQ(*parse_file_quantity(QuantityKind::kCarbon, "0.4kg/kWh"), 400);
    EXPECT_DOUBLE_EQ(*parse_file_quantity(QuantityKind::kWorthOfLoss, "20ms/%"), 2);
    EXPECT_DOUBLE_EQ(*parse_file_quantity(QuantityKind::kBandwidth, "8 Mbps"), 1e6);
    EXPECT_EQ(*parse_money("0.08 EUR/kWh", "kWh"), (Money{0.08, "EUR"}));
    EXPECT_EQ(*parse_worth("10 s/EUR"), (Money{10, "EUR"}));
    for (const char* bad : {"", " ", "1e3 s", "-1s", "1  s", "s", "1.2.3s", "nan", "inf s", "1 s "}) {
        EXPECT_FALSE(parse_file_quantity(QuantityKind::kDuration, bad)) << bad;
    }
    for (const char* bad : {"", "/", "/EUR", "10/EUR", "10 s/eur", "10 s/EURO", "10 s"}) {
        EXPECT_FALSE(parse_worth(bad)) << bad;
    }
}

TEST(WallTimes, AreReadWithTheirOffset) {
    EXPECT_EQ(WallTime::parse("1970-01-02T00:00Z")->seconds, 86400);
    EXPECT_EQ(WallTime::parse("1970-01-01T08:00+08:00")->seconds, 0);
    EXPECT_EQ(WallTime::parse("2026-03-02T14:00:30Z")->text(), "2026-03-02T14:00:30Z");
    EXPECT_EQ(WallTime{-1}.text(), "1969-12-31T23:59:59Z");
    for (const char* bad : {"", "2026-03-02", "2026-02-30T10:00Z", "2026-03-02T24:00Z", "2026-03-02T10:00",
                            "2026-03-02T10:00+8", "2026-03-02T10:00:60Z"}) {
        EXPECT_FALSE(WallTime::parse(bad)) << bad;
    }
}

} // namespace
} // namespace suanlu
