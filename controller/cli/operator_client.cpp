// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/operator_client.hpp"

#include <google/protobuf/util/json_util.h>

#include "controller/cli/show.hpp"
#include "proto/codec/flow_codec.hpp"
#include "suanlu/v1/operator.grpc.pb.h"

namespace suanlu {

namespace {

Errc errc_of(grpc::StatusCode code) {
    switch (code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
        return Errc::kUnreachable;
    case grpc::StatusCode::NOT_FOUND:
        return Errc::kNotFound;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
        return Errc::kRefused;
    default:
        return Errc::kConflict;
    }
}

Result<std::string> to_json(const google::protobuf::Message& message) {
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    std::string out;
    if (const auto status = google::protobuf::util::MessageToJsonString(message, &out, options);
        !status.ok()) {
        return Error{Errc::kBadInput, "cannot print the reply: " + status.ToString()};
    }
    return out;
}

struct Call {
    const ClientOptions& options;
    v1::Operator::Stub stub;

    Call(const ClientOptions& o, const std::shared_ptr<grpc::Channel>& channel) : options(o), stub(channel) {}

    template <class Request, class Reply>
    Result<Reply> run(grpc::Status (v1::Operator::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                 Reply*),
                      const Request& request) {
        grpc::ClientContext context;
        const auto timeout = std::chrono::duration<double>(options.timeout_s);
        context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::duration_cast<std::chrono::milliseconds>(timeout));
        Reply reply;
        const grpc::Status status = (stub.*method)(&context, request, &reply);
        if (!status.ok()) {
            return Error{errc_of(status.error_code()), status.error_message()};
        }
        return reply;
    }
};

template <class Reply, class Show>
Result<std::string> print(const Result<Reply>& reply, const ClientOptions& options, Show show_as) {
    if (!reply) {
        return reply.error();
    }
    return options.as_json ? to_json(*reply) : Result<std::string>(show_as(*reply, options.colour));
}

constexpr auto kShow = [](const auto& reply, bool colour) { return show(reply, colour); };

} // namespace

Result<OperatorClient> OperatorClient::open(const ClientOptions& options) {
    SL_TRY(const Endpoint endpoint, Endpoint::parse(options.address));
    TlsFiles tls;
    if (!options.tls_dir.empty()) {
        tls = {options.tls_dir + "/ca.pem", options.tls_dir + "/operator.pem",
               options.tls_dir + "/operator.key"};
    }
    SL_TRY(auto channel, open_channel(endpoint, tls, options.server_name));
    return OperatorClient(options, std::move(channel));
}

Result<std::string> OperatorClient::get(const std::string& what, const std::string& on) {
    Call call(options_, channel_);
    v1::ListRequest all;
    all.set_on(on);
    if (what == "sites") {
        return print(call.run(&v1::Operator::Stub::ListSites, all), options_, kShow);
    }
    if (what == "links") {
        return print(call.run(&v1::Operator::Stub::ListLinks, all), options_, kShow);
    }
    if (what == "services") {
        return print(call.run(&v1::Operator::Stub::ListServices, all), options_, kShow);
    }
    if (what == "flows") {
        return print(call.run(&v1::Operator::Stub::ListFlows, all), options_, kShow);
    }
    if (what == "counters") {
        return print(call.run(&v1::Operator::Stub::ListCounters, all), options_, kShow);
    }
    if (what == "engines") {
        return print(call.run(&v1::Operator::Stub::ListEngines, all), options_, kShow);
    }
    const auto plans = call.run(&v1::Operator::Stub::ListPlans, all);
    return what == "agents" ? print(plans, options_, show_agents) : print(plans, options_, kShow);
}

Result<std::string> OperatorClient::explain(const std::string& service, const std::string& from) {
    v1::ExplainRequest request;
    request.set_service(service);
    request.set_from(from);
    return print(Call(options_, channel_).run(&v1::Operator::Stub::Explain, request), options_, kShow);
}

Result<std::string> OperatorClient::explain_flow(const FlowQuestion& question, const std::string& on) {
    v1::ExplainFlowRequest request;
    request.set_on(on);
    encode(question, *request.mutable_flow());
    return print(Call(options_, channel_).run(&v1::Operator::Stub::ExplainFlow, request), options_, kShow);
}

Result<std::string> OperatorClient::set_policy(const std::string& service, const std::string& policy) {
    v1::SetPolicyRequest request;
    request.set_service(service);
    request.set_policy(policy);
    const auto say = [&](const v1::SetPolicyReply& reply, bool) {
        return "policy of " + service + ": " + reply.previous() + " -> " + policy + "\n";
    };
    return print(Call(options_, channel_).run(&v1::Operator::Stub::SetPolicy, request), options_, say);
}

Result<std::string> OperatorClient::set_drain(const std::string& site, bool is_on) {
    v1::SetDrainRequest request;
    request.set_site(site);
    request.set_on(is_on);
    const auto say = [&](const v1::SetDrainReply& reply, bool) {
        const std::string now = is_on ? "draining, see `suanluctl get sites`" : "takes new flows";
        return "site " + site + ": " + now + (reply.was_on() == is_on ? " (as before)" : "") + "\n";
    };
    return print(Call(options_, channel_).run(&v1::Operator::Stub::SetDrain, request), options_, say);
}

Exit exit_of(const Error& error) {
    switch (error.code) {
    case Errc::kUnreachable:
        return Exit::kUnreachable;
    case Errc::kBadInput:
        return Exit::kUsage;
    default:
        return Exit::kBad;
    }
}

} // namespace suanlu
