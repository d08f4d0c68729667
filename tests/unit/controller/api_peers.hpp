// SPDX-License-Identifier: Apache-2.0
// Who talks to the controller's gRPC server in tests: an agent and a site, call by call.
#pragma once

#include <memory>
#include <string>

#include "proto/codec/placement_codec.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/agent.grpc.pb.h"
#include "suanlu/v1/site.grpc.pb.h"
#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {

inline void limit(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

/// One agent as suanlu-agent talks, call by call.
struct TestAgent {
    grpc::ClientContext context;
    std::unique_ptr<v1::AgentControl::Stub> stub;
    std::unique_ptr<grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>> stream;
    v1::ControllerMessage last;

    TestAgent(std::shared_ptr<grpc::Channel> channel, const std::string& node) {
        limit(context);
        stub = v1::AgentControl::NewStub(std::move(channel));
        stream = stub->Session(&context);
        v1::AgentMessage hello;
        hello.mutable_hello()->set_node(node);
        hello.mutable_hello()->set_boot_id("boot");
        hello.mutable_hello()->set_mode("last-good");
        hello.mutable_hello()->set_engine("none");
        stream->Write(hello);
    }
    bool read() { return stream->Read(&last); }
    /// Past the loads of sites that come between.
    bool read_plan() {
        while (read()) {
            if (last.has_plan()) {
                return true;
            }
        }
        return false;
    }
    grpc::Status finish() {
        stream->WritesDone();
        while (read()) {
        }
        return stream->Finish();
    }
    void apply() {
        v1::AgentMessage applied;
        *applied.mutable_applied()->mutable_id() = last.plan().id();
        stream->Write(applied);
    }
    void send_links(const std::string& source) {
        LinkReport links = DecisionBench::links();
        links.source = source;
        v1::AgentMessage message;
        encode(links, *message.mutable_links());
        stream->Write(message);
    }
};

struct TestSite {
    grpc::ClientContext context;
    std::unique_ptr<v1::SiteIngest::Stub> stub;
    std::unique_ptr<grpc::ClientReaderWriter<v1::SiteReport, v1::SiteReportAck>> stream;
    DecisionBench bench;

    explicit TestSite(std::shared_ptr<grpc::Channel> channel) {
        limit(context);
        stub = v1::SiteIngest::NewStub(std::move(channel));
        stream = stub->Report(&context);
    }
    /// The refusal, empty when the report was accepted.
    std::string send(const std::string& site, double usable, double running = 0) {
        SiteReport said = bench.site(site, usable);
        said.instances.front().running = running;
        v1::SiteReport report;
        encode(said, report);
        stream->Write(report);
        v1::SiteReportAck ack;
        return stream->Read(&ack) ? ack.refusal() : "no answer";
    }
};

} // namespace suanlu
