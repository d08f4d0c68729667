// SPDX-License-Identifier: Apache-2.0
// gRPC credentials from three PEM files, and the rule that goes with them: plaintext only on loopback and
// unix sockets, mutual TLS everywhere else. The peer's name is its certificate's common name.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"
#include "core/support/tls_files.hpp"

namespace suanlu {

/// kRefused for a plaintext listener that is not local; kNotFound when a PEM file cannot be read.
Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const Endpoint& listen,
                                                                    const TlsFiles& tls);

/// A channel with keepalive of 1 s, so that a dead peer is noticed within 2 s. The server's certificate must
/// carry `server_name`. Same refusals as above.
Result<std::shared_ptr<grpc::Channel>> open_channel(const Endpoint& server, const TlsFiles& tls,
                                                    const std::string& server_name);

/// The certificate's common name of the caller; "local" on unix sockets and loopback plaintext.
std::string peer_name(const grpc::ServerContextBase& context);

} // namespace suanlu
