// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <thread>

#include "proto/codec/flow_codec.hpp"
#include "proto/codec/placement_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "suanlu/v1/operator.grpc.pb.h"
#include "tests/unit/controller/api_bench.hpp"
#include "tests/unit/controller/api_peers.hpp"
#include "tests/unit/controller/json_schema.hpp"

namespace suanlu {
namespace {

template <class Reply>
std::string schema_offence(const Reply& reply, const std::string& name) {
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(reply, &text, options).ok()) {
        return "no JSON";
    }
    std::ifstream in("docs/reference/" + name + ".schema.json");
    return offence(nlohmann::json::parse(text), nlohmann::json::parse(in), "$");
}

template <class Reply>
Reply list(v1::Operator::Stub& stub,
           grpc::Status (v1::Operator::Stub::*method)(grpc::ClientContext*, const v1::ListRequest&, Reply*)) {
    grpc::ClientContext context;
    limit(context);
    Reply reply;
    const grpc::Status status = (stub.*method)(&context, {}, &reply);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return reply;
}

TEST(Api, ReportsBecomeAPlanThatCountsOnlyWhenApplied) {
    ApiBench bench;
    TestAgent r1(bench.channel("R1"), "R1");
    TestSite near(bench.channel("near"));
    TestSite far(bench.channel());
    ASSERT_TRUE(r1.read());
    EXPECT_EQ(r1.last.welcome().controller(), "ctl");
    r1.send_links("R1");
    EXPECT_EQ(near.send("near", 4), "");
    EXPECT_EQ(far.send("far", 4), "");
    ASSERT_TRUE(r1.read_plan());
    const auto plan = decode(r1.last.plan());
    ASSERT_TRUE(plan) << plan.error().text();
    EXPECT_EQ(plan->node, "R1");
    EXPECT_EQ(plan->sites.size(), 2U);
    EXPECT_EQ(bench.applied(), nullptr);
    r1.apply();
    EXPECT_EQ(near.send("near", 0), "") << "a capacity that drops to zero waits for no tick";
    ASSERT_TRUE(r1.read_plan());
    const auto next = decode(r1.last.plan());
    ASSERT_TRUE(next);
    ASSERT_EQ(next->services[0].shares.size(), 1U);
    EXPECT_EQ(next->services[0].shares[0].site.value, 2);
    ASSERT_NE(bench.applied(), nullptr);
    EXPECT_EQ(bench.applied()->plans.at("R1")->id, plan->id) << "the second one is only sent";
    EXPECT_NE(bench.metrics().find("suanlu_reaction_seconds_count 2"), std::string::npos);
}

TEST(Api, ReportsOfSitesReachIngressesAtOnce_AndNobodyElse) {
    ApiBench bench;
    TestAgent core(bench.channel("P1"), "P1");
    ASSERT_TRUE(core.read_plan()) << "local SIDs";
    TestAgent r1(bench.channel("R1"), "R1");
    TestSite site(bench.channel());
    r1.send_links("R1");
    EXPECT_EQ(site.send("near", 4), "");
    EXPECT_EQ(site.send("far", 4), "");
    ASSERT_TRUE(r1.read_plan());
    EXPECT_EQ(site.send("near", 4, 3), "");
    EXPECT_NE(site.send("near", -1, 9), "") << "what is refused is not passed on";
    EXPECT_EQ(site.send("far", 4, 2), "");
    std::map<std::string, double> jobs;
    while (!jobs.contains("far") && r1.read()) {
        if (r1.last.has_loads()) {
            const auto loads = decode(r1.last.loads());
            ASSERT_TRUE(loads) << loads.error().text();
            for (const SiteLoad& load : *loads) {
                if (load.service == "analysis") {
                    jobs[load.site] = load.jobs;
                    EXPECT_LT(load.measured_age.value, 20'000'000U);
                }
            }
        }
    }
    EXPECT_EQ(jobs, (std::map<std::string, double>{{"near", 3}, {"far", 2}}));
    EXPECT_NE(bench.metrics().find("suanlu_api_loads_sent_total 2"), std::string::npos) << bench.metrics();
    core.stream->WritesDone();
    while (core.read()) {
        EXPECT_FALSE(core.last.has_loads()) << "a core router places nothing";
    }
}

TEST(Api, NobodySpeaksForAnother) {
    ApiBench bench;
    TestSite site(bench.channel("near"));
    EXPECT_NE(site.send("far", 4).find("does not speak for site 'far'"), std::string::npos);
    TestAgent agent(bench.channel("r1"), "R1");
    const grpc::Status ended = agent.finish();
    EXPECT_EQ(ended.error_code(), grpc::StatusCode::PERMISSION_DENIED) << "names are compared byte by byte";
    const auto stub = v1::Operator::NewStub(bench.channel("near"));
    grpc::ClientContext context;
    limit(context);
    v1::SiteList sites;
    EXPECT_EQ(stub->ListSites(&context, {}, &sites).error_code(), grpc::StatusCode::PERMISSION_DENIED);
    const std::string page = bench.metrics();
    EXPECT_NE(page.find("suanlu_api_refusals_total{reason=\"wrong-name\"} 1"), std::string::npos);
    EXPECT_NE(page.find("suanlu_api_refusals_total{reason=\"not-operator\"} 1"), std::string::npos);
}

TEST(Api, BadReportIsAnsweredWithItsReasonAndTheStreamLives) {
    ApiBench bench;
    TestSite site(bench.channel());
    EXPECT_NE(site.send("near", -1), "");
    EXPECT_NE(site.send("nowhere", 4).find("not-found"), std::string::npos);
    EXPECT_EQ(site.send("near", 4), "");
}

TEST(Api, NewestSessionOfANodeWins) {
    ApiBench bench;
    TestAgent first(bench.channel("P1"), "P1");
    ASSERT_TRUE(first.read());
    ASSERT_TRUE(first.read()) << "local SIDs";
    TestAgent second(bench.channel("P1"), "P1");
    ASSERT_TRUE(second.read());
    ASSERT_TRUE(second.read());
    EXPECT_EQ(second.last.plan().node(), "P1");
    EXPECT_EQ(first.finish().error_code(), grpc::StatusCode::ABORTED);
}

/// Every part is named, sourced and dated, and together they are the marginal cost.
void expect_terms(const v1::CandidateView& candidate) {
    double sum = 0;
    std::map<std::string, v1::CostTermView> terms;
    for (const auto& term : candidate.terms()) {
        sum += term.value();
        EXPECT_EQ(term.unit(), "s");
        EXPECT_NE(term.source(), "") << term.name();
        terms[term.name()] = term;
    }
    EXPECT_NEAR(sum, candidate.marginal_s(), 1e-9);
    for (const char* name : {"delay", "return delay", "service", "queue", "price"}) {
        EXPECT_TRUE(terms.contains(name)) << name;
    }
    EXPECT_EQ(terms["delay"].source(), "path R1>P1 P1>E2");
    EXPECT_NEAR(terms["delay"].value(), 0.0035, 1e-9);
    EXPECT_NEAR(terms["return delay"].value(), 0.0035, 1e-9);
    EXPECT_NEAR(terms["service"].value(), 0.05, 1e-9);
    EXPECT_EQ(terms["service"].source(), "report of far");
    EXPECT_TRUE(terms["service"].has_age_s());
    EXPECT_FALSE(terms["price"].has_age_s()) << "nothing was measured";
}

v1::ExplainFlowRequest flow_request(const std::string& on) {
    v1::ExplainFlowRequest request;
    request.set_on(on);
    FlowQuestion question;
    question.flow = *parse_flow("10.0.0.5:5555->203.0.113.10:443/tcp");
    encode(question, *request.mutable_flow());
    return request;
}

TEST(Api, QuestionAboutAFlow_GoesToItsRouter_AndTheAnswerBack) {
    ApiBench bench;
    TestAgent r1(bench.channel("R1"), "R1");
    const auto stub = v1::Operator::NewStub(bench.channel("operator"));
    const auto ask = [&](const v1::ExplainFlowRequest& request, v1::FlowStory& story) {
        grpc::ClientContext context;
        limit(context);
        return stub->ExplainFlow(&context, request, &story);
    };
    v1::FlowStory story;
    std::vector<std::string> texts;
    std::thread router([&] {
        for (int answered = 0; answered < 3 && r1.read();) {
            if (!r1.last.has_flow()) {
                continue;
            }
            const auto question = decode(r1.last.flow().question());
            texts.push_back(question ? to_text(question->flow) : question.error().text());
            v1::AgentMessage message;
            message.mutable_flow()->set_id(r1.last.flow().id());
            FlowStory told;
            told.engine = "xdp-native";
            told.verdict = "redirect";
            told.reason = "steered";
            told.steps = {{"slot", answered == 2 ? "a\nline" : "base near"}};
            if (answered++ == 1) {
                message.mutable_flow()->set_refusal("unsupported: no");
            } else {
                encode(told, *message.mutable_flow()->mutable_story());
            }
            r1.stream->Write(message);
        }
    });
    while (ask(flow_request("R1"), story).error_code() == grpc::StatusCode::NOT_FOUND) {
        std::this_thread::yield(); // the session is not registered yet
    }
    EXPECT_EQ(story.steps(0).what(), "base near");
    EXPECT_EQ(schema_offence(story, "explain-flow"), "");
    const auto refused = ask(flow_request("R1"), story);
    EXPECT_EQ(refused.error_message(), "unsupported: no");
    const auto unprintable = ask(flow_request("R1"), story);
    EXPECT_NE(unprintable.error_message().find("not printable"), std::string::npos);
    router.join();
    ASSERT_EQ(texts.size(), 3U);
    EXPECT_EQ(texts[0], "10.0.0.5:5555->203.0.113.10:443/tcp");
}

TEST(Api, QuestionAboutAFlow_ThatNobodyCanAnswer) {
    ApiBench bench;
    const auto stub = v1::Operator::NewStub(bench.channel("operator"));
    const auto ask = [&](v1::Operator::Stub& by, const v1::ExplainFlowRequest& request) {
        grpc::ClientContext context;
        limit(context);
        v1::FlowStory story;
        return by.ExplainFlow(&context, request, &story);
    };
    EXPECT_EQ(ask(*stub, flow_request("R9")).error_code(), grpc::StatusCode::NOT_FOUND);
    auto bad = flow_request("R1");
    bad.mutable_flow()->set_transport("sctp");
    EXPECT_EQ(ask(*stub, bad).error_message(), "transport: neither tcp nor udp");
    const auto stranger = v1::Operator::NewStub(bench.channel("R1"));
    EXPECT_EQ(ask(*stranger, flow_request("R1")).error_code(), grpc::StatusCode::PERMISSION_DENIED);

    TestAgent r1(bench.channel("R1"), "R1");
    std::thread router([&] {
        while (r1.read() && !r1.last.has_flow()) {
        }
        r1.context.TryCancel(); // instead of an answer
    });
    grpc::StatusCode code = grpc::StatusCode::NOT_FOUND;
    while (code == grpc::StatusCode::NOT_FOUND) {
        code = ask(*stub, flow_request("R1")).error_code();
    }
    EXPECT_EQ(code, grpc::StatusCode::UNAVAILABLE);
    router.join();
}

EngineState reported_engine() {
    return {"dpdk", {{"to-p1", "core", true, 10, 20, 3, 0, 0, 0, 2}}, {{"steer", 8, 400, {0, 1, 7}}}};
}

/// That one, as operators see it.
void expect_engine(v1::Operator::Stub& stub) {
    const auto engines = list<v1::EngineList>(stub, &v1::Operator::Stub::ListEngines);
    EXPECT_EQ(schema_offence(engines, "engines"), "");
    ASSERT_EQ(engines.ingresses_size(), 1);
    EXPECT_EQ(engines.ingresses(0).engine().name(), "dpdk");
    EXPECT_TRUE(engines.ingresses(0).engine().ports(0).down());
    EXPECT_EQ(engines.ingresses(0).engine().ports(0).unpolled_queues(), 2U);
    EXPECT_EQ(engines.ingresses(0).engine().stages(0).bursts(2), 7U);
}

TEST(Api, EveryReplyMatchesItsSchema) {
    ApiBench bench;
    TestAgent r1(bench.channel("R1"), "R1");
    TestSite site(bench.channel());
    r1.send_links("R1");
    site.send("near", 4);
    site.send("far", 4);
    ASSERT_TRUE(r1.read_plan());
    IngressReport report = site.bench.ingress(5);
    report.mode = "live";
    report.sites = {{"near", SiteLiveness::kSuspect}};
    report.flows = {{"analysis", "[2001:db8:c1::2]:40000", "near", "sample", 0.5}};
    report.reasons = {{"border_sid", 4}};
    report.path_counts = {{path_id(SiteId{1}, 1), "near", 30, 3000, 2}};
    report.engine = reported_engine();
    v1::AgentMessage message;
    encode(report, *message.mutable_ingress());
    r1.stream->Write(message);
    ASSERT_TRUE(r1.read_plan()) << "the suspicion is an event, so its Plan comes after the report";
    const auto stub = v1::Operator::NewStub(bench.channel("operator"));
    const auto sites = list<v1::SiteList>(*stub, &v1::Operator::Stub::ListSites);
    EXPECT_EQ(sites.sites(0).liveness().at("R1"), "suspect");
    EXPECT_EQ(sites.sites(1).liveness().at("R1"), "unknown") << "R1 has not said";
    EXPECT_EQ(schema_offence(sites, "sites"), "");
    const auto links = list<v1::LinkList>(*stub, &v1::Operator::Stub::ListLinks);
    EXPECT_EQ(links.links_size(), 6);
    EXPECT_EQ(schema_offence(links, "links"), "");
    const auto services = list<v1::ServiceList>(*stub, &v1::Operator::Stub::ListServices);
    EXPECT_EQ(schema_offence(services, "services"), "");
    const auto plans = list<v1::PlanList>(*stub, &v1::Operator::Stub::ListPlans);
    EXPECT_EQ(plans.plans_size(), 4);
    EXPECT_EQ(schema_offence(plans, "plans"), "");
    const auto flows = list<v1::FlowList>(*stub, &v1::Operator::Stub::ListFlows);
    EXPECT_EQ(flows.flows_size(), 1);
    EXPECT_EQ(schema_offence(flows, "flows"), "");
    const auto counters = list<v1::CounterList>(*stub, &v1::Operator::Stub::ListCounters);
    EXPECT_EQ(schema_offence(counters, "counters"), "");
    ASSERT_EQ(counters.ingresses_size(), 1);
    EXPECT_EQ(counters.ingresses(0).services(0).new_flows(), 5U);
    EXPECT_EQ(counters.ingresses(0).paths(0).rank(), 1U);
    EXPECT_EQ(counters.ingresses(0).paths(0).drops(), 2U);
    EXPECT_EQ(counters.ingresses(0).reasons().at("border_sid"), 4U);
    expect_engine(*stub);
    grpc::ClientContext context;
    limit(context);
    v1::ExplainRequest request;
    request.set_service("analysis");
    request.set_from("R1");
    v1::ExplainReply why;
    ASSERT_TRUE(stub->Explain(&context, request, &why).ok());
    EXPECT_EQ(why.candidates_size(), 2);
    EXPECT_EQ(why.candidates(0).rejected_by(), "not alive at this ingress");
    expect_terms(why.candidates(1));
    EXPECT_EQ(schema_offence(why, "explain"), "");
    grpc::ClientContext drain_context;
    limit(drain_context);
    v1::SetDrainRequest drain;
    drain.set_site("far");
    drain.set_on(true);
    v1::SetDrainReply drained;
    ASSERT_TRUE(stub->SetDrain(&drain_context, drain, &drained).ok());
    EXPECT_EQ(schema_offence(drained, "set-drain"), "");
    v1::SetPolicyReply changed;
    changed.set_previous("default");
    EXPECT_EQ(schema_offence(changed, "set-policy"), "");
    EXPECT_NE(schema_offence(changed, "set-drain"), "") << "no other reply passes for one";
    why.set_verdict("x");
    why.mutable_candidates(0)->set_share_given(1.5);
    EXPECT_EQ(schema_offence(why, "explain"), "$.candidates[0].share_given: 1.5 is out of range");
}

} // namespace
} // namespace suanlu
