// SPDX-License-Identifier: Apache-2.0
// The gRPC server of suanlud: its listeners with their credentials, the four services, gRPC's health
// service. Plaintext only on loopback and unix sockets. A listener that cannot be opened fails the start as a
// whole. Runs on gRPC's own threads; everything it hears goes into the mailboxes of the owners.
#pragma once

#include <memory>
#include <vector>

#include "controller/api/controller_probe.hpp"
#include "controller/decision/decision_loop.hpp"
#include "controller/dns_view/dns_publisher.hpp"
#include "controller/program/programmer.hpp"
#include "core/support/endpoint.hpp"
#include "core/support/rpc_credentials.hpp"

namespace suanlu {

struct ControlServerWiring {
    DecisionLoop& decision;
    Programmer& programmer;
    ControllerProbe& probe;
    std::string controller;
    std::uint64_t epoch = 0;
    /// Null without a computing DNS.
    DnsPublisher* dns = nullptr;
};

class ControlServer {
public:
    /// kUnreachable when a listener cannot be opened, kRefused for plaintext that is not local.
    static Result<std::unique_ptr<ControlServer>> open(const std::vector<Endpoint>& listen,
                                                       const TlsFiles& tls, ControlServerWiring wiring);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    /// Ends sessions and calls within a second. The owners of the mailboxes must still be running.
    void close();

private:
    struct State;
    explicit ControlServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace suanlu
