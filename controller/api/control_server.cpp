// SPDX-License-Identifier: Apache-2.0
#include "controller/api/control_server.hpp"

#include <grpcpp/health_check_service_interface.h>
#include <sys/stat.h>

#include <filesystem>

#include "controller/api/agent_server.hpp"
#include "controller/api/dns_server.hpp"
#include "controller/api/operator_server.hpp"
#include "controller/api/site_server.hpp"

namespace suanlu {

namespace {

constexpr auto kCloseWithin = std::chrono::seconds(1);

/// A dead peer is noticed within two seconds; clients may ping as often as they do (rpc_credentials.hpp).
void set_keepalive(grpc::ServerBuilder& builder) {
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 1000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 100);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    // Two controllers on one address must not share its calls silently.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

Status prepare_unix(const Endpoint& endpoint) {
    std::error_code ec;
    const auto folder = std::filesystem::path(endpoint.unix_path).parent_path();
    if (!folder.empty() && !std::filesystem::create_directories(folder, ec) && ec) {
        return Error{Errc::kUnreachable, "cannot make " + folder.string() + ": " + ec.message()};
    }
    return {};
}

} // namespace

struct ControlServer::State {
    State(const ControlServerWiring& w)
        : sites(w.decision, w.probe), agents({w.decision, w.programmer, w.probe, w.controller, w.epoch}),
          operators(w.decision, w.programmer, agents, w.probe), dns(w.dns, w.probe) {}

    SiteServer sites;
    AgentServer agents;
    OperatorServer operators;
    DnsServer dns;
    std::unique_ptr<grpc::Server> server;
};

ControlServer::ControlServer(std::unique_ptr<State> state) : state_(std::move(state)) {
}

ControlServer::~ControlServer() {
    close();
}

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::vector<Endpoint>& listen,
                                                           const TlsFiles& tls, ControlServerWiring wiring) {
    auto state = std::make_unique<State>(wiring);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    set_keepalive(builder);
    builder.RegisterService(&state->sites);
    builder.RegisterService(&state->agents);
    builder.RegisterService(&state->operators);
    builder.RegisterService(&state->dns);
    std::vector<int> ports(listen.size(), 0);
    std::string all;
    for (std::size_t i = 0; i < listen.size(); ++i) {
        SL_TRY(const auto credentials, server_credentials(listen[i], tls));
        if (listen[i].is_unix()) {
            SL_TRY_VOID(prepare_unix(listen[i]));
        }
        builder.AddListeningPort(listen[i].text(), credentials, &ports[i]);
        all += (all.empty() ? "" : ", ") + listen[i].text();
    }
    state->server = builder.BuildAndStart();
    if (!state->server) {
        return Error{Errc::kUnreachable, "cannot listen on " + all};
    }
    for (const Endpoint& endpoint : listen) {
        if (endpoint.is_unix()) {
            // Whoever can open it is the operator.
            ::chmod(endpoint.unix_path.c_str(), S_IRUSR | S_IWUSR);
        }
    }
    return std::unique_ptr<ControlServer>(new ControlServer(std::move(state)));
}

void ControlServer::close() {
    if (state_->server) {
        state_->server->Shutdown(std::chrono::system_clock::now() + kCloseWithin);
        state_->server->Wait();
        state_->server.reset();
    }
}

} // namespace suanlu
