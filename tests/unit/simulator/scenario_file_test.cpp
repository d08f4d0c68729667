// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/scenario_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "controller/topology/files/network_builder.hpp"

namespace suanlu::sim {
namespace {

using testing::HasSubstr;

std::string page_text(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(ScenarioFile, Small_IsReadWithDefaults) {
    const auto loaded = read(kSmall);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const Scenario& s = loaded->scenario;
    EXPECT_EQ(s.name, "small");
    EXPECT_EQ(s.seconds, 10);
    EXPECT_EQ(s.sites[0].workers, 2U);
    EXPECT_EQ(s.sites[0].speed, 1);
    EXPECT_EQ(s.sites[1].speed, 2);
    EXPECT_EQ(s.rtt_s[0][0], 0.002);
    EXPECT_LT(s.rtt_s[0][1], 0);
    EXPECT_EQ(s.sizes.mean, 0.1);
    EXPECT_EQ(s.arrivals.load, 0.5);
    EXPECT_EQ(s.news.report_period_s, 1);
    EXPECT_EQ(s.seed, 1U);
    EXPECT_EQ(loaded->policies, std::vector<std::string>{"default"});
    EXPECT_EQ(loaded->dispatch.exception_share, 0.1);
}

TEST(ScenarioFile, ReferencePage_SetsEveryField) {
    const auto loaded = load_scenario("docs/reference/scenario.yaml");
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const Scenario& s = loaded->scenario;
    EXPECT_EQ(s.sites[0].name, "edge");
    EXPECT_EQ(s.sites[0].price_s, 0.002);
    EXPECT_EQ(s.sites[0].tariff.at(0), 210);
    EXPECT_DOUBLE_EQ(s.sites[0].tariff_worth_s, 0.0001);
    EXPECT_DOUBLE_EQ(s.sites[0].carbon_worth_s, 0.00001);
    EXPECT_EQ(s.currency, "EUR");
    EXPECT_EQ(s.clock_speed, 60);
    EXPECT_EQ(s.affinity.slots, 1021U);
    EXPECT_EQ(s.affinity.timeout_s, 60);
    EXPECT_EQ(s.affinity.exceptions, 65536U);
    EXPECT_EQ(s.sites[0].idle_w, 1000);
    EXPECT_EQ(s.sites[0].full_w, 3000);
    EXPECT_EQ(s.sites[0].pue, 1.3);
    EXPECT_EQ(s.sites[0].carbon.at(0), 440);
    EXPECT_EQ(s.ingresses[0].weight, 2);
    EXPECT_DOUBLE_EQ(s.rtt_s[0][1], 0.026) << "25 ms and 1 ms of access";
    EXPECT_EQ(s.rtt_s[1][0], -1) << "no path stays none";
    EXPECT_EQ(s.arrivals.most_jobs_per_flow, 10U);
    EXPECT_EQ(s.arrivals.think_s, 0.1);
    EXPECT_EQ(s.window_s->second, 40);
    ASSERT_EQ(s.happenings.size(), 7U);
    EXPECT_EQ(s.happenings[0].kind, Happening::Kind::kLoadStep);
    EXPECT_EQ(s.happenings[0].ingresses, std::vector<std::uint32_t>{0});
    EXPECT_EQ(s.happenings[2].site, 1U);
    EXPECT_EQ(s.happenings[3].factor, 0.5);
    EXPECT_EQ(loaded->policies, (std::vector<std::string>{"default", "nearest"}));
}

/// X of every optional("X"), required("X") and section("X") in a source file.
std::set<std::string> keys_read(const std::string& source) {
    std::set<std::string> keys;
    for (const std::string& call : std::vector<std::string>{"optional(\"", "required(\"", "section(\""}) {
        for (std::size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
            const std::size_t first = at + call.size();
            keys.insert(source.substr(first, source.find('"', first) - first));
        }
    }
    return keys;
}

/// What sources ask for whose names begin alike.
std::set<std::string> keys_of(const std::string& folder, const std::string& beginning) {
    std::set<std::string> keys;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().filename().string().starts_with(beginning) && file.path().extension() == ".cpp") {
            keys.merge(keys_read(page_text(file.path())));
        }
    }
    return keys;
}

std::set<std::string> loader_keys() {
    std::set<std::string> keys = keys_of("simulator", "scenario_");
    keys.merge(std::set<std::string>{"table", "matrix", "coordinates", "topology"}); // taken from a list
    return keys;
}

/// Words before a colon and a blank or the end of the line on the page, comments included.
std::set<std::string> page_keys() {
    std::set<std::string> keys;
    const std::string page = page_text("docs/reference/scenario.yaml");
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    for (std::size_t colon = page.find(':'); colon != std::string::npos; colon = page.find(':', colon + 1)) {
        std::size_t first = colon;
        while (first > 0 && is_letter(page[first - 1])) {
            --first;
        }
        const bool ends = colon + 1 == page.size() || page[colon + 1] == ' ' || page[colon + 1] == '\n';
        if (first < colon && ends && first > 0 &&
            (page[first - 1] == ' ' || page[first - 1] == '{' || page[first - 1] == '\n')) {
            keys.insert(page.substr(first, colon - first));
        }
    }
    return keys;
}

TEST(ScenarioFile, FieldsOfThePage_AreThoseThatAreRead) {
    const std::set<std::string> read = loader_keys();
    const std::set<std::string> page = page_keys();
    EXPECT_GT(read.size(), 70U);
    for (const std::string& key : read) {
        EXPECT_TRUE(page.contains(key)) << key << " is read and not on the page";
    }
    // Words of sentences, and names of ingresses in the example.
    const std::set<std::string> prose{
        "west",     "east",         "default",  "sharing",     "relative", "optional", "instead", "only",
        "batching", "accelerators", "constant", "electricity", "formats",  "series",   "trace",   "again"};
    // What a site or a request states to policies of files is read, and described, with those.
    const std::set<std::string> stated = keys_of("policies/strategy", "");
    for (const std::string& key : page) {
        EXPECT_TRUE(read.contains(key) || stated.contains(key) || prose.contains(key))
            << key << " is on the page and not read";
    }
}

TEST(ScenarioFile, Builtins_AreReadAndRun) {
    for (const BuiltinScenario& builtin : builtin_scenarios()) {
        if ((builtin.name == "bay-area" || builtin.name == "tariffs") && !has_data()) {
            continue;
        }
        auto loaded =
            read_scenario(std::string(builtin.text), std::string(builtin.name), FileSearch({data_folder()}));
        ASSERT_TRUE(loaded) << loaded.error().detail;
        EXPECT_EQ(loaded->scenario.name, builtin.name);
        EXPECT_EQ(loaded->scenario.title, builtin.title);
        ASSERT_TRUE(set_seconds(loaded->scenario, builtin.name == "train-transfer" ? 7200 : 5));
        const auto outcome = simulate(loaded->scenario, loaded->dispatch);
        ASSERT_TRUE(outcome) << builtin.name << ": " << outcome.error().detail;
        EXPECT_GT(outcome->completed, 0U) << builtin.name;
    }
}

TEST(ScenarioFile, Step_TakesTheLoadFrom60To90Percent) {
    const auto loaded = load_scenario("step");
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const Scenario& s = loaded->scenario;
    const Happening& step = s.happenings.front();
    double before = 0;
    double after = 0;
    for (std::uint32_t i = 0; i < s.ingresses.size(); ++i) {
        const bool is_stepped = std::count(step.ingresses.begin(), step.ingresses.end(), i) > 0;
        before += s.ingresses[i].weight;
        after += s.ingresses[i].weight * (is_stepped ? step.factor : 1);
    }
    EXPECT_NEAR(s.arrivals.load * after / before, 0.9, 1e-5);
}

TEST(ScenarioFile, BasedOn_TakesMissingSectionsOnly) {
    const auto edge = load_scenario("edge");
    const auto llm = load_scenario("llm");
    ASSERT_TRUE(edge && llm);
    EXPECT_EQ(edge->scenario.rtt_s, llm->scenario.rtt_s);
    EXPECT_EQ(edge->scenario.sizes.mean, 0.05);
    EXPECT_EQ(edge->scenario.seconds, 90);
    EXPECT_THAT(complaint("based_on: nothing\nname: x\n"),
                HasSubstr("f.yaml:1:11: based_on: no file 'nothing'"));
}

TEST(ScenarioFile, WrongValues_AreRefusedWithTheirPlace) {
    EXPECT_THAT(complaint(changed("seconds: 10s", "seconds: 10")), HasSubstr("f.yaml:3:10: seconds: "));
    EXPECT_THAT(complaint(changed("seconds: 10s", "seconds: 8000h")),
                HasSubstr("f.yaml:3:10: seconds: more than 50 million"));
    EXPECT_THAT(complaint(changed("50%", "0.5")),
                HasSubstr("f.yaml:12:18: arrivals.load: '0.5' is no share"));
    EXPECT_THAT(complaint(changed("50%", "0%")), HasSubstr("must be above 0%"));
    EXPECT_THAT(complaint(changed("50%", "-5%")), HasSubstr("is no share"));
    EXPECT_THAT(complaint(changed("50%", "nan%")), HasSubstr("is no share"));
    EXPECT_THAT(complaint(changed("workers: 2", "workers: 0")), HasSubstr("f.yaml:5:24: sites[0].workers"));
    EXPECT_THAT(complaint(changed("workers: 2", "worker: 2")),
                HasSubstr("f.yaml:5:15: sites[0]: unknown key 'worker'"));
    EXPECT_THAT(complaint(changed("workers: 2", "name: b")), HasSubstr("f.yaml:5:15: duplicate key 'name'"));
    EXPECT_THAT(complaint(changed("name: b", "name: a")),
                HasSubstr("f.yaml:6:12: sites[1].name: 'a' stands twice"));
    EXPECT_THAT(complaint(changed("i: [2ms, none]", "i: [2ms]")), HasSubstr("1 round trips for 2 sites"));
    EXPECT_THAT(complaint(changed("i: [2ms, none]", "x: [2ms, 2ms]")), HasSubstr("no ingress is called 'x'"));
    EXPECT_THAT(complaint(changed("2ms, none", "none, none")),
                HasSubstr("f.yaml:10:3: network: scenario: ingress 'i': rtt_s has no path"));
    EXPECT_THAT(complaint(changed("mean: 100ms", "mean: 0s")), HasSubstr("sizes.mean: must be above 0s"));
    EXPECT_THAT(complaint(changed("kind: constant, mean: 100ms", "kind: constant")),
                HasSubstr("missing key 'mean'"));
    EXPECT_THAT(complaint(changed("table:", "access: 1ms # ")), HasSubstr("exactly one of table"));
    EXPECT_THAT(complaint(changed("speed: 2", "price: 3EUR")), HasSubstr("f.yaml:6:34: sites[1].price: "));
}

TEST(ScenarioFile, SeveralWrongValues_AreToldTogether) {
    const std::string text =
        complaint(changed("{name: a, workers: 2}", "{name: a, workers: two, speed: -1}"));
    EXPECT_THAT(text, HasSubstr("f.yaml:5:24: sites[0].workers"));
    EXPECT_THAT(text, HasSubstr("\nf.yaml:5:36: sites[0].speed"));
}

TEST(ScenarioFile, HappeningOfAnUnknownSite_IsRefused) {
    const std::string text = kSmall;
    EXPECT_THAT(complaint(text + "happenings: [{at: 1s, what: site-dies, site: c}]\n"),
                HasSubstr("f.yaml:13:46: happenings[0].site: no site is called 'c'"));
    EXPECT_THAT(complaint(text + "happenings: [{at: 1s, what: explodes, site: a}]\n"),
                HasSubstr("site-dies"));
    EXPECT_THAT(complaint(text + "happenings: [{at: 1s, what: drain, site: a, factor: 2}]\n"),
                HasSubstr("has no meaning for drain"));
}

TEST(ScenarioFile, AbsentData_SaysWhatToSet) {
    const std::string text =
        changed("kind: constant, mean: 100ms", "kind: trace, format: alibaba-pods, file: pods.csv");
    EXPECT_THAT(complaint(text),
                HasSubstr("sizes.file: no file 'pods.csv' in " + data_folder() + "; set SUANLU_DATA"));
}

TEST(ScenarioFile, Coordinates_AreRoundTripsOverFibre) {
    std::string text = changed("table: {i: [2ms, none]}", "coordinates: {detour: 1.5, per_km: 5us}");
    text.replace(text.find("{name: i}"), 9, "{name: i, degrees: {latitude: 23.13, longitude: 113.26}}");
    text.replace(text.find("name: a,"), 8, "name: a, degrees: {latitude: 24.81, longitude: 113.6},");
    text.replace(text.find("name: b,"), 8, "name: b, degrees: {latitude: 23.13, longitude: 113.26},");
    const auto loaded = read(text);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const double km = distance_km({113.26, 23.13}, {113.6, 24.81});
    EXPECT_NEAR(km, 190, 2);
    EXPECT_NEAR(loaded->scenario.rtt_s[0][0], 2 * km * 5e-6 * 1.5, 1e-9);
    EXPECT_EQ(loaded->scenario.rtt_s[0][1], 0);
}

constexpr const char* kTopology = R"(topology:
    format: containerlab
    text: |
      name: t
      topology:
        nodes: {r1: {kind: linux, hostname: A}, r2: {kind: linux, hostname: B}, r3: {kind: linux, hostname: I}}
        links:
          - {endpoints: ["r3:1", "r1:1"], labels: {delay: 1ms, bandwidth: 8Gbps}}
          - {endpoints: ["r1:2", "r2:1"], labels: {delay: 3ms, bandwidth: 8Gbps}}
)";

std::string with_topology(const std::string& more) {
    std::string text = changed("table: {i: [2ms, none]}", kTopology + more);
    text.replace(text.find("{name: i}"), 9, "{name: i, at: I}");
    text.replace(text.find("name: a,"), 8, "name: a, at: A,");
    return text.replace(text.find("name: b,"), 8, "name: b, at: B,");
}

TEST(ScenarioFile, Topology_GivesLeastDelayThereAndBack) {
    const auto loaded = read(with_topology(""));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_NEAR(loaded->scenario.rtt_s[0][0], 0.002, 1e-12);
    EXPECT_NEAR(loaded->scenario.rtt_s[0][1], 0.008, 1e-12);
    std::string text = with_topology("");
    text.replace(text.find("at: B"), 5, "at: C");
    EXPECT_THAT(complaint(text),
                HasSubstr("f.yaml:6:5: sites[1]: the topology has no router 'C'; it has A, B, I"));
}

TEST(ScenarioFile, Topology_ThatIsNone_IsRefusedWithItsPlace) {
    const auto refused = [](const std::string& topology) {
        return complaint(changed("table: {i: [2ms, none]}", "topology: " + topology));
    };
    EXPECT_THAT(refused("{file: no/such.graphml}"),
                HasSubstr("f.yaml:10:20: network.topology.file: no file 'no/such.graphml'"));
    EXPECT_THAT(refused("{text: nonsense, format: graphml}"),
                HasSubstr("f.yaml:10:20: network.topology.text: "));
    EXPECT_THAT(refused("{text: x, format: unheard-of}"), HasSubstr("f.yaml:10:"));
    EXPECT_THAT(refused("{}"), HasSubstr("exactly one of file and text"));
}

TEST(ScenarioFile, DataOfJobs_TakesTheWayOfLeastDelayWithBandwidth) {
    const auto loaded = read(with_topology("    data: {volume: 6GB, within: 1m, spare: 50%}\n"));
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const Scenario& s = loaded->scenario;
    EXPECT_NEAR(s.rtt_s[0][0], 0.002, 1e-12) << "packets do not wait for data";
    EXPECT_EQ(s.data.bytes, 6e9);
    ASSERT_EQ(s.data.routes[0][0].size(), 1U);
    ASSERT_EQ(s.data.routes[0][1].size(), 2U);
    EXPECT_EQ(s.data.routes[0][1][0], s.data.routes[0][0][0]) << "b lies behind a";
    EXPECT_NEAR(s.data.link_bytes_per_s[s.data.routes[0][0][0]], 500e6, 1) << "half of 8 Gbit/s";
    EXPECT_THAT(complaint(with_topology("    data: {volume: 6TB, within: 1m}\n")),
                HasSubstr("no path to any site"));
    EXPECT_THAT(complaint(with_topology("    data: {volume: 0B}\n")), HasSubstr("must be above 0B"));
    EXPECT_THAT(complaint(with_topology("    data: {volume: 6}\n")), HasSubstr("is no volume with a unit"));
}

TEST(ScenarioFile, SetSeconds_MovesWhatHappens) {
    auto loaded = load_scenario("fail");
    ASSERT_TRUE(loaded);
    ASSERT_TRUE(set_seconds(loaded->scenario, 60));
    EXPECT_FALSE(set_seconds(loaded->scenario, 1e9));
    EXPECT_EQ(loaded->scenario.happenings[0].at_s, 24);
    EXPECT_EQ(loaded->scenario.window_s->first, 24);
    EXPECT_EQ(loaded->scenario.window_s->second, 30);
}

TEST(ScenarioFile, Accelerators_GiveMeasuredRates) {
    if (!has_data()) {
        GTEST_SKIP() << "no " << data_folder() << " (set SUANLU_DATA)";
    }
    const std::string file = "file: throughput/mlperf_inference_v5.1_summary_results.json.gz";
    const std::string site =
        "discipline: batching, batching: {batch: 100}, accelerator: {" + file +
        ", name: NVIDIA H200-SXM-141GB, model: llama2-70b-99, count: 4, fixed_share: 25%}";
    std::string text = changed("workers: 2", site);
    text.replace(text.find("workers: 4, speed: 2"), 20, "discipline: batching");
    text.replace(text.find("kind: constant, mean: 100ms"), 27,
                 "kind: trace, format: azure-llm, file: load/AzureLLMInferenceTrace_conv.csv.gz");
    const auto loaded = read(text);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    const BatchModel& model = loaded->scenario.sites[0].batching;
    const double step = model.base_s + 100 * model.per_request_s;
    EXPECT_NEAR(model.base_s / step, 0.25, 1e-9);
    EXPECT_GT(100 / step / 4, 1000) << "tokens per second and accelerator";
    EXPECT_LT(100 / step / 4, 10000);
    EXPECT_THAT(complaint(changed("workers: 2",
                                  "accelerator: {" + file + ", name: X, model: llama2-70b-99, count: 1}")),
                HasSubstr("has: AMD Instinct MI300X"));
}

} // namespace
} // namespace suanlu::sim
