// SPDX-License-Identifier: Apache-2.0
// A DNS server's side of the feed, against the whole controller: it sees a change of the Plan once the
// ingress has applied it, and no sooner.
#include <gtest/gtest.h>

#include <algorithm>

#include "proto/codec/dns_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/agent.grpc.pb.h"
#include "suanlu/v1/dns.grpc.pb.h"
#include "suanlu/v1/site.grpc.pb.h"
#include "tests/unit/controller/api_bench.hpp"

namespace suanlu {
namespace {

void limit(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

struct Follower {
    grpc::ClientContext context;
    std::unique_ptr<v1::DnsFeed::Stub> stub;
    std::unique_ptr<grpc::ClientReader<v1::DnsUpdate>> stream;
    DnsFeedReader reader;
    int beats = 0;

    explicit Follower(std::shared_ptr<grpc::Channel> channel) {
        limit(context);
        stub = v1::DnsFeed::NewStub(std::move(channel));
        v1::DnsFollow request;
        request.set_server("test");
        stream = stub->Follow(&context, request);
    }
    /// Null at the end of the stream.
    std::shared_ptr<const DnsView> next() {
        v1::DnsUpdate update;
        while (stream->Read(&update)) {
            const auto view = reader.take(update);
            EXPECT_TRUE(view) << view.error().text();
            if (view && *view) {
                return *view;
            }
            ++beats;
        }
        return nullptr;
    }
    /// The first view in which the class's best site for the service is that one.
    std::shared_ptr<const DnsView> until_best(std::size_t of_class, SiteId site) {
        while (auto view = next()) {
            const auto& ranks = view->services[0]->answers[of_class].ranks;
            if (!ranks.empty() && ranks.front().site == site) {
                return view;
            }
        }
        return nullptr;
    }
};

/// The agent of R1 and both sites, as far as a Plan needs them.
struct Routers {
    grpc::ClientContext context;
    std::unique_ptr<v1::AgentControl::Stub> stub;
    std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>> session;
    grpc::ClientContext site_context;
    std::unique_ptr<v1::SiteIngest::Stub> site_stub;
    std::unique_ptr<grpc::ClientReaderWriter<v1::SiteReport, v1::SiteReportAck>> sites;
    DecisionBench bench;

    explicit Routers(ApiBench& api) {
        limit(context);
        limit(site_context);
        stub = v1::AgentControl::NewStub(api.channel("R1"));
        session = stub->Session(&context);
        v1::AgentMessage hello;
        hello.mutable_hello()->set_node("R1");
        hello.mutable_hello()->set_boot_id("boot");
        hello.mutable_hello()->set_mode("last-good");
        hello.mutable_hello()->set_engine("none");
        session->Write(hello);
        LinkReport links = DecisionBench::links();
        links.source = "R1";
        v1::AgentMessage message;
        encode(links, *message.mutable_links());
        session->Write(message);
        site_stub = v1::SiteIngest::NewStub(api.channel());
        sites = site_stub->Report(&site_context);
    }
    void report(const std::string& site, double usable) {
        v1::SiteReport report;
        encode(bench.site(site, usable), report);
        sites->Write(report);
        v1::SiteReportAck ack;
        ASSERT_TRUE(sites->Read(&ack));
        ASSERT_EQ(ack.refusal(), "");
    }
    /// The first Plan that sends flows of the first service to that site or to it no more, unanswered: there
    /// may be others before it.
    PlanId plan_with(SiteId site, bool gets_flows) {
        v1::ControllerMessage message;
        while (session->Read(&message)) {
            if (!message.has_plan()) {
                continue;
            }
            const auto plan = decode(message.plan());
            EXPECT_TRUE(plan) << plan.error().text();
            if (plan && !plan->services.empty() && sends_to(plan->services[0], site) == gets_flows) {
                return plan->id;
            }
        }
        return {};
    }
    static bool sends_to(const ServicePlan& service, SiteId site) {
        return std::any_of(service.shares.begin(), service.shares.end(),
                           [&](const SiteShare& share) { return share.site == site && share.ppm > 0; });
    }
    void apply(const PlanId& id) {
        v1::AgentMessage applied;
        encode(id, *applied.mutable_applied()->mutable_id());
        session->Write(applied);
    }
};

TEST(DnsFeed, ChangeOfThePlan_IsSeenOnceItIsApplied) {
    ApiBench api;
    Routers routers(api);
    Follower follower(api.channel("dns"));
    routers.report("near", 4);
    routers.report("far", 4);
    routers.apply(routers.plan_with(SiteId{1}, true));
    const auto before = follower.until_best(1, SiteId{1});
    ASSERT_NE(before, nullptr);
    EXPECT_EQ(before->zone, "compute.example.");
    EXPECT_EQ(before->services[0]->answers[1].basis, DnsBasis::kApplied);

    routers.report("near", 0);
    const PlanId next = routers.plan_with(SiteId{1}, false);
    const auto meanwhile = follower.until_best(0, SiteId{2}); // the place's class needs nobody to apply it
    ASSERT_NE(meanwhile, nullptr);
    EXPECT_EQ(meanwhile->services[0]->answers[1].ranks.front().site, SiteId{1}) << "sent, not applied";
    routers.apply(next);
    const auto after = follower.until_best(1, SiteId{2});
    ASSERT_NE(after, nullptr);
    EXPECT_TRUE(after->stamp.is_newer_than(before->stamp));
    EXPECT_EQ(after->classes, before->classes) << "what did not change is not sent again";
}

TEST(DnsFeed, OnlyDnsServersAreServed) {
    ApiBench api;
    Follower stranger(api.channel("R1"));
    EXPECT_EQ(stranger.next(), nullptr);
    EXPECT_EQ(stranger.stream->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_NE(api.metrics().find("reason=\"not-dns\"} 1"), std::string::npos);
}

} // namespace
} // namespace suanlu
