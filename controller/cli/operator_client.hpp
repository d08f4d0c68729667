// SPDX-License-Identifier: Apache-2.0
// Calls of suanluctl: one per command, with a deadline. The answer is a text (table or JSON) or an error that
// carries its exit code. Single-threaded.
#pragma once

#include <memory>
#include <string>

#include "core/model/flow_question.hpp"
#include "core/support/result.hpp"
#include "core/support/rpc_credentials.hpp"

namespace suanlu {

/// Exit codes of every read command (design: commands that stay stable).
enum class Exit : int { kFine = 0, kBad = 1, kUsage = 2, kUnreachable = 3 };

struct ClientOptions {
    std::string address = "unix:/run/suanlu/suanlud.sock";
    /// Folder with ca.pem, operator.pem, operator.key; empty = plaintext (local addresses only).
    std::string tls_dir;
    /// The name in suanlud's certificate.
    std::string server_name = "suanlud";
    double timeout_s = 5;
    bool as_json = false;
    bool colour = false;
};

class OperatorClient {
public:
    /// kBadInput / kRefused / kNotFound: wrong usage.
    static Result<OperatorClient> open(const ClientOptions& options);

    /// `what`: sites, links, services, plans, flows, agents.
    /// `on`: an ingress, of `flows` and `counters`; empty = all.
    Result<std::string> get(const std::string& what, const std::string& on);
    Result<std::string> explain(const std::string& service, const std::string& from);
    /// `question`: a flow and what its packet is like; `on`: the ingress router.
    Result<std::string> explain_flow(const FlowQuestion& question, const std::string& on);
    Result<std::string> set_policy(const std::string& service, const std::string& policy);
    Result<std::string> set_drain(const std::string& site, bool is_on);

private:
    OperatorClient(ClientOptions options, std::shared_ptr<grpc::Channel> channel)
        : options_(std::move(options)), channel_(std::move(channel)) {}
    ClientOptions options_;
    std::shared_ptr<grpc::Channel> channel_;
};

/// Which exit code an error of a call stands for.
Exit exit_of(const Error& error);

} // namespace suanlu
