// SPDX-License-Identifier: Apache-2.0
// The other ends of an agent for netns tests.
//   agent-peer control unix:PATH     a controller that sends what stdin says ("plan FILE", "loads NODE FILE",
//                                    text format; "ask NODE FLOW") and prints what agents say, one line each
//   agent-peer reflect [ADDRESS]:862 a STAMP reflector
#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/support/endpoint.hpp"
#include "proto/codec/flow_codec.hpp"
#include "suanlu/v1/agent.grpc.pb.h"
#include "telemetry/stamp/stamp_reflector.hpp"

namespace {

using namespace suanlu;
using Stream = grpc::ServerReaderWriter<v1::ControllerMessage, v1::AgentMessage>;

std::mutex g_mutex; // guards the two below and the order of lines
std::map<std::string, Stream*> g_sessions;
std::map<std::string, v1::Plan> g_plans;

void say(const std::string& line) {
    std::cout << line << std::endl;
}

std::string id_text(const v1::PlanId& id) {
    return id.controller() + "/" + std::to_string(id.epoch()) + "/" + std::to_string(id.generation());
}

/// What forwards there, its ports and its stages.
std::string engine_text(const v1::EngineState& engine) {
    std::string text = " engine=" + engine.name();
    for (const auto& port : engine.ports()) {
        text += " port:" + port.interface() + "=" + port.role() + (port.down() ? ":down:" : ":up:") +
                std::to_string(port.received()) + ":" + std::to_string(port.sent()) + ":" +
                std::to_string(port.unpolled_queues());
    }
    for (const auto& stage : engine.stages()) {
        text += " stage:" + stage.name() + "=" + std::to_string(stage.packets());
    }
    return text;
}

void show(const std::string& node, const v1::AgentMessage& message) {
    if (message.has_applied()) {
        say(node + " applied " + id_text(message.applied().id()));
    } else if (message.has_refused()) {
        say(node + " refused " + message.refused().code() + " " + message.refused().why());
    } else if (message.has_flow()) {
        const v1::FlowStory& story = message.flow().story();
        std::string line = node + " story " + message.flow().refusal() + story.verdict() + " " +
                           story.reason() + " site=" + story.site() + " interface=" + story.interface();
        for (const auto& step : story.steps()) {
            line += " | " + step.stage() + ": " + step.what();
        }
        say(line);
    } else if (message.has_ingress()) {
        std::string line = node + " report mode=" + message.ingress().mode();
        for (const auto& path : message.ingress().paths()) {
            line += " path" + std::to_string(path.path()) + "=" + (path.up() ? "up" : "down") + ":" +
                    std::to_string(path.delay_one_way_us());
        }
        for (const auto& [site, liveness] : message.ingress().sites()) {
            line += " " + site + "=" + liveness;
        }
        for (const auto& service : message.ingress().services()) {
            for (const auto& [site, flows] : service.new_flows_by_site()) {
                line += " new@" + site + "=" + std::to_string(flows);
            }
        }
        for (const auto& count : message.ingress().path_counts()) {
            line += " count" + std::to_string(count.path()) + "=" + std::to_string(count.packets());
        }
        for (const auto& flow : message.ingress().flows()) {
            line += " " + flow.kind() + "=" + flow.source() + "@" + flow.site();
        }
        say(line + engine_text(message.ingress().engine()));
    }
}

class Control final : public v1::AgentControl::Service {
public:
    grpc::Status Session(grpc::ServerContext*, Stream* stream) override {
        v1::AgentMessage message;
        if (!stream->Read(&message) || !message.has_hello()) {
            return grpc::Status::OK;
        }
        const std::string node = message.hello().node();
        {
            std::lock_guard lock(g_mutex);
            say(node + " hello " + id_text(message.hello().applied()) + " " + message.hello().mode());
            v1::ControllerMessage welcome;
            welcome.mutable_welcome()->set_controller("ctl");
            stream->Write(welcome);
            g_sessions[node] = stream;
        }
        while (stream->Read(&message)) {
            std::lock_guard lock(g_mutex);
            show(node, message);
        }
        std::lock_guard lock(g_mutex);
        g_sessions.erase(node);
        say(node + " gone");
        return grpc::Status::OK;
    }
};

bool read_text(const std::string& path, google::protobuf::Message* out) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    const bool is_read = google::protobuf::TextFormat::ParseFromString(text.str(), out);
    if (!is_read) {
        say("bad file " + path);
    }
    return is_read;
}

void send(const std::string& node, const v1::ControllerMessage& message) {
    std::lock_guard lock(g_mutex);
    const auto session = g_sessions.find(node);
    if (session == g_sessions.end() || !session->second->Write(message)) {
        say("no session of " + node);
    }
}

void ask(const std::string& node, const std::string& flow) {
    const auto parsed = parse_flow(flow);
    if (!parsed) {
        say(parsed.error().text());
        return;
    }
    FlowQuestion question;
    question.flow = *parsed;
    question.is_start = true;
    v1::ControllerMessage message;
    message.mutable_flow()->set_id(1);
    encode(question, *message.mutable_flow()->mutable_question());
    send(node, message);
}

void obey(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    std::string node;
    std::string path;
    words >> what;
    v1::ControllerMessage message;
    if (what == "plan" && words >> path && read_text(path, message.mutable_plan())) {
        send(message.plan().node(), message);
    } else if (what == "loads" && words >> node >> path && read_text(path, message.mutable_loads())) {
        send(node, message);
    } else if (what == "ask" && words >> node >> path) {
        ask(node, path);
    }
}

int control(const std::string& listen) {
    Control service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials());
    builder.RegisterService(&service);
    const auto server = builder.BuildAndStart();
    if (!server) {
        return 1;
    }
    say("ready");
    for (std::string line; std::getline(std::cin, line);) {
        obey(line);
    }
    server->Shutdown(std::chrono::system_clock::now());
    return 0;
}

int reflect(const std::string& listen) {
    const auto endpoint = Endpoint::parse(listen);
    if (!endpoint) {
        return 2;
    }
    const auto reflector = StampReflector::open(*endpoint);
    if (!reflector) {
        std::cerr << reflector.error().text() << '\n';
        return 1;
    }
    say("ready");
    for (std::string line; std::getline(std::cin, line);) {
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        return 2;
    }
    return std::string(argv[1]) == "control" ? control(argv[2]) : reflect(argv[2]);
}
