// SPDX-License-Identifier: Apache-2.0
#include "simulator/plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "simulator/measures.hpp"
#include "simulator/policy_titles.hpp"
#include "simulator/progress.hpp"
#include "simulator/scenario_file.hpp"
#include "simulator/svg.hpp"
#include "simulator/timeline.hpp"

namespace suanlu::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

SimReport report_of(const std::string& name, const std::vector<std::string>& policies) {
    auto loaded = load_scenario(name);
    EXPECT_TRUE(loaded);
    EXPECT_TRUE(set_seconds(loaded->scenario, 8));
    SimReport report{loaded->scenario, {}};
    for (const std::string& policy : policies) {
        DispatcherSpec spec = loaded->dispatch;
        spec.policy = policy;
        auto outcome = simulate(loaded->scenario, spec);
        EXPECT_TRUE(outcome);
        report.outcomes.push_back(*std::move(outcome));
    }
    return report;
}

struct Label {
    std::string text;
    double left, right, top, bottom;
    bool is_upright;
};

/// Every text with the box that it takes.
std::vector<Label> labels(const pugi::xml_document& document) {
    std::vector<Label> out;
    for (const pugi::xml_node node : document.child("svg").children("text")) {
        const std::string text = node.text().as_string();
        const double size = node.attribute("font-size").as_double();
        const double width = text_width(text, size);
        const std::string anchor = node.attribute("text-anchor").as_string();
        const double x = node.attribute("x").as_double();
        const double y = node.attribute("y").as_double();
        const double left = anchor == "end" ? x - width : anchor == "middle" ? x - width / 2 : x;
        out.push_back({text, left, left + width, y - size, y, !node.attribute("transform").empty()});
    }
    return out;
}

/// Every text lies inside the picture and over no other.
void expect_readable(const SimReport& report) {
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(to_svg(report).c_str()));
    const double width = document.child("svg").attribute("width").as_double();
    const double height = document.child("svg").attribute("height").as_double();
    const std::vector<Label> all = labels(document);
    EXPECT_GT(all.size(), 20U);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].is_upright) {
            continue;
        }
        EXPECT_GE(all[i].left, 0) << all[i].text;
        EXPECT_LE(all[i].right, width) << all[i].text;
        EXPECT_LE(all[i].bottom, height) << all[i].text;
        for (std::size_t k = 0; k < i; ++k) {
            const bool apart = all[k].is_upright || all[i].right <= all[k].left ||
                               all[k].right <= all[i].left || all[i].bottom <= all[k].top ||
                               all[k].bottom <= all[i].top;
            EXPECT_TRUE(apart) << all[i].text << " over " << all[k].text;
        }
    }
}

TEST(Plot, Texts_LieInsideAndApart) {
    expect_readable(report_of("llm", {"default"}));
    expect_readable(
        report_of("llm", {"default", "nearest", "jsq2", "prequal", "clairvoyant-greedy", "random"}));
}

TEST(Plot, ManySites_FillSeveralLinesOfTheLegend) {
    SimReport report = report_of("llm", {"default"});
    report.scenario.title =
        "a title that is longer than the picture of a single policy is wide, for it goes on and on and on";
    report.scenario.sites.resize(40, report.scenario.sites.front());
    for (std::size_t j = 0; j < report.scenario.sites.size(); ++j) {
        report.scenario.sites[j].name = "a site with a long name " + std::to_string(j);
    }
    for (Second& second : report.outcomes[0].seconds) {
        second.utilisation.resize(40, 0.5);
        second.share.resize(40, 0);
    }
    expect_readable(report);
}

TEST(Plot, EveryPolicyAndSite_IsNamed) {
    const std::string svg = to_svg(report_of("llm", {"default", "nearest"}));
    for (const char* text : {">default<", ">nearest<", ">mec-1<", ">icc-2<", "response time, s",
                             "utilisation, %", "share of new jobs, %", "simulated time, s"}) {
        EXPECT_THAT(svg, HasSubstr(text));
    }
    for (const char* wrong : {"nan,", ",nan", "inf,", ",inf", "\"nan", "\"inf", ">-0<"}) {
        EXPECT_EQ(svg.find(wrong), std::string::npos) << wrong;
    }
}

TEST(Plot, RunWithoutJobs_IsDrawn) {
    SimReport report = report_of("llm", {"default"});
    report.outcomes[0].seconds.clear();
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(to_svg(report).c_str()));
}

TEST(Scale, Ticks_AreRound) {
    EXPECT_THAT(Scale(0, 60, 0, 1, false).ticks(6), ElementsAre(0, 10, 20, 30, 40, 50, 60));
    EXPECT_THAT(Scale(0.3, 60, 0, 1, true).ticks(6),
                ElementsAre(testing::DoubleNear(0.5, 1e-9), 1, 2, 5, 10, 20, 50));
    const Scale scale(0, 10, 100, 0, false);
    EXPECT_EQ(scale.at(5), 50);
    EXPECT_EQ(scale.at(20), 0) << "held at the border";
    EXPECT_FALSE(std::signbit(Scale(0, 1, 0, 1, false).ticks(5).front()));
}

TEST(Svg, Text_IsEscaped) {
    EXPECT_EQ(xml_escaped("a<b & \"c\""), "a&lt;b &amp; &quot;c&quot;");
    EXPECT_EQ(xml_escaped("\x01"), "?");
    EXPECT_EQ(xml_escaped("\xff"), "?");
}

TEST(Timeline, MergedSeconds_KeepCountsAndQuantiles) {
    Outcome outcome;
    const ResponseHistogram slow(std::vector<double>(3, 6.0));
    outcome.seconds = {{1, 10, 1, 0, ResponseHistogram({2.0}), {0.5}, {1.0, 0.0}},
                       {2, 30, 3, 1, slow, {1.0}, {0.0, 1.0}},
                       {3, 5, 0, 0, {}, {0.0}, {0.0, 0.0}}};
    const std::vector<Second> merged = merged_seconds(outcome, 2);
    ASSERT_EQ(merged.size(), 2U);
    EXPECT_EQ(merged[0].at_s, 2);
    EXPECT_EQ(merged[0].arrived, 40U);
    EXPECT_EQ(merged[0].bounced, 1U);
    EXPECT_EQ(merged[0].responses.mean(), 5);
    EXPECT_NEAR(merged[0].responses.quantile(0), 2, 0.02);
    EXPECT_NEAR(merged[0].responses.quantile(0.5), 6, 0.06);
    EXPECT_THAT(merged[0].utilisation, ElementsAre(0.75));
    EXPECT_THAT(merged[0].share, ElementsAre(0.25, 0.75));
    EXPECT_THAT(merged[1].share, ElementsAre(0, 0));
    EXPECT_EQ(merged_seconds(outcome, 100).size(), 3U);
}

TEST(Histogram, Sum_IsThatOfAllValues_WithinOnePercent) {
    std::vector<double> values;
    ResponseHistogram sum;
    for (int k = 0; k < 500; ++k) {
        values.push_back(0.001 * std::pow(1.03, (k * 7919) % 500));
        sum.add(ResponseHistogram({values.back()}));
    }
    const Quantiles exact = quantiles(values);
    EXPECT_EQ(sum.count(), 500U);
    EXPECT_NEAR(sum.mean(), exact.mean, exact.mean * 1e-9);
    EXPECT_NEAR(sum.quantile(0.5), exact.p50, exact.p50 * 0.0101);
    EXPECT_NEAR(sum.quantile(0.99), exact.p99, exact.p99 * 0.0101);
    EXPECT_EQ(ResponseHistogram().quantile(0.5), 0);
    EXPECT_GT(ResponseHistogram({0.0, 1e300}).quantile(1), 1) << "held at the last bucket";
}

TEST(Plot, Events_AreNumberedAndNamed) {
    const SimReport report = report_of("fail", {"default"});
    expect_readable(report);
    const std::string svg = to_svg(report);
    EXPECT_THAT(svg, HasSubstr(">1<"));
    EXPECT_THAT(svg, HasSubstr(">1: at 3 s: icc-1 dies<"));
    EXPECT_THAT(svg, HasSubstr("99th percentile"));
    Scenario many = report.scenario;
    many.happenings.resize(40, many.happenings.front());
    EXPECT_THAT(plot_events(many).back().text, HasSubstr("and 28 more events"));
    many.happenings.assign(40, {Happening::Kind::kLoadStep, 1, 0, {}, 2});
    EXPECT_TRUE(plot_events(many).empty()) << "steps of a curve";
}

TEST(Plot, ChangingTariffs_HaveAPanel) {
    SimReport report = report_of("llm", {"default"});
    report.scenario.currency = "EUR";
    report.scenario.sites[0].tariff = *Course::of({{0, 50}, {4, -20}}, 0);
    expect_readable(report);
    EXPECT_THAT(to_svg(report), HasSubstr("price, EUR/MWh"));
    report.scenario.sites[0].tariff = Course(50);
    EXPECT_THAT(to_svg(report), Not(HasSubstr("EUR/MWh"))) << "it never changes";
}

TEST(Report, Table_HasARowPerPolicyAndAColumnPerFigure) {
    const std::string table = to_table(report_of("llm", {"default", "nearest"}), false);
    for (const char* text : {"\ndefault ", "\nnearest ", "p99.9", "utilisation", "oscillation", "bounced",
                             "exceptions", "refused", "\nmetro-1 "}) {
        EXPECT_THAT(table, HasSubstr(text));
    }
    EXPECT_THAT(table, Not(HasSubstr("kWh"))) << "no watts in this scenario";
}

TEST(Report, Json_ConservesJobs) {
    const auto json = nlohmann::json::parse(to_json(report_of("edge", {"default"})));
    const auto& outcome = json["policies"][0];
    EXPECT_EQ(outcome["arrived"].get<int>(), outcome["completed"].get<int>() +
                                                 outcome["in_flight"].get<int>() +
                                                 outcome["refused"].get<int>());
    EXPECT_EQ(outcome["seconds"].size(), 8U);
}

TEST(Progress, Text_FillsTheBar) {
    EXPECT_EQ(progress_text("default", 0, 60), "default [..............................] 0 of 60 s");
    EXPECT_EQ(progress_text("default", 30, 60), "default [###############...............] 30 of 60 s");
    EXPECT_THAT(progress_text("x", 70, 60), HasSubstr("[##############################]"));
}

TEST(PolicyTitles, EveryPolicy_IsDescribed) {
    for (const std::string& name : known_dispatchers()) {
        EXPECT_FALSE(policy_title(name).empty()) << name;
    }
    EXPECT_TRUE(policy_title("nobody").empty());
}

} // namespace
} // namespace suanlu::sim
