// SPDX-License-Identifier: Apache-2.0
// Who is calling: the common name of the caller's certificate, or "local" where the transport has none (unix
// socket, loopback plaintext; TLS listeners refuse callers without a certificate). Names are compared byte by
// byte. Stateless, any thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <string>

namespace suanlu {

struct PeerIdentity {
    std::string name;
    bool is_local = false;

    /// The caller may speak for `owner`.
    [[nodiscard]] bool may_be(const std::string& owner) const { return is_local || name == owner; }
};

inline PeerIdentity identity_of(const grpc::ServerContextBase& context) {
    const auto names = context.auth_context()->FindPropertyValues("x509_common_name");
    if (names.empty()) {
        return {"local", true};
    }
    return {std::string(names.front().data(), names.front().size()), false};
}

} // namespace suanlu
