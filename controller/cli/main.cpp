// SPDX-License-Identifier: Apache-2.0
// suanluctl: one question to the controller, one answer as table or JSON.
#include <google/protobuf/util/json_util.h>

#include <cstdio>

#include "controller/cli/command.hpp"
#include "controller/cli/views.hpp"
#include "core/support/rpc_credentials.hpp"
#include "suanlu/v1/operator.grpc.pb.h"

namespace suanlu::cli {
namespace {

int complain(const grpc::Status& status, const Command& command) {
    const bool unreachable = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                             status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    const std::string context = unreachable ? "cannot reach suanlud at " + command.address + ": " : "";
    std::fprintf(stderr, "suanluctl: %s%s\n", context.c_str(), status.error_message().c_str());
    if (unreachable) {
        return kNotReachable;
    }
    return status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ? kUsage : kBad;
}

template <class Reply, class Table>
int print(const Reply& reply, const Command& command, Table to_text) {
    if (command.format == Format::kTable) {
        std::fputs(to_text(reply).c_str(), stdout);
        return kFine;
    }
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(reply, &json, options).ok()) {
        std::fputs("suanluctl: the answer has no JSON form\n", stderr);
        return kBad;
    }
    std::fputs(json.c_str(), stdout);
    return kFine;
}

class Session {
public:
    Session(std::unique_ptr<v1::Operator::Stub> stub, const Command& command)
        : stub_(std::move(stub)), command_(command) {}

    int run() {
        switch (command_.verb) {
        case Command::Verb::kExplain:
            return explain();
        case Command::Verb::kSetPolicy:
            return set_policy();
        case Command::Verb::kGet:
            return get();
        }
        return kUsage;
    }

private:
    template <class Request, class Reply, class Table>
    int ask(grpc::Status (v1::Operator::Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
            const Request& request, Table to_text) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(static_cast<long>(command_.timeout_s * 1000)));
        Reply reply;
        const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
        return status.ok() ? print(reply, command_, to_text) : complain(status, command_);
    }
    int get() {
        using Stub = v1::Operator::Stub;
        const auto table = [](const auto& reply) { return to_table(reply); };
        if (command_.noun == "sites") {
            return ask(&Stub::ListSites, v1::ListRequest(), table);
        }
        if (command_.noun == "links") {
            return ask(&Stub::ListLinks, v1::ListRequest(), table);
        }
        if (command_.noun == "services") {
            return ask(&Stub::ListServices, v1::ListRequest(), table);
        }
        if (command_.noun == "flows") {
            return ask(&Stub::ListFlows, v1::ListRequest(), table);
        }
        if (command_.noun == "agents") {
            return ask(&Stub::ListPlans, v1::ListRequest(),
                       [](const auto& reply) { return agents_table(reply); });
        }
        return ask(&Stub::ListPlans, v1::ListRequest(), table);
    }
    int explain() {
        v1::ExplainRequest request;
        request.set_service(command_.service);
        request.set_from(command_.from);
        return ask(&v1::Operator::Stub::Explain, request, [](const auto& reply) { return to_table(reply); });
    }
    int set_policy() {
        v1::SetPolicyRequest request;
        request.set_service(command_.service);
        request.set_policy(command_.policy);
        return ask(&v1::Operator::Stub::SetPolicy, request,
                   [](const auto& reply) { return to_table(reply); });
    }

    std::unique_ptr<v1::Operator::Stub> stub_;
    const Command& command_;
};

int run(const Command& command) {
    auto endpoint = Endpoint::parse(command.address);
    if (!endpoint) {
        std::fprintf(stderr, "suanluctl: --address %s\n", endpoint.error().detail.c_str());
        return kUsage;
    }
    TlsFiles tls;
    if (!command.tls_folder.empty()) {
        tls = {command.tls_folder + "/ca.pem", command.tls_folder + "/operator.pem",
               command.tls_folder + "/operator.key"};
    }
    auto channel = open_channel(*endpoint, tls, "suanlud");
    if (!channel) {
        std::fprintf(stderr, "suanluctl: %s\n", channel.error().detail.c_str());
        return kUsage;
    }
    return Session(v1::Operator::NewStub(*channel), command).run();
}

} // namespace
} // namespace suanlu::cli

int main(int argc, char** argv) {
    const auto parsed = suanlu::cli::parse_command(argc, argv);
    if (const auto* code = std::get_if<suanlu::cli::ExitCode>(&parsed)) {
        return *code;
    }
    return suanlu::cli::run(std::get<suanlu::cli::Command>(parsed));
}
