// SPDX-License-Identifier: Apache-2.0
// Where a server listens or a client connects: "ADDRESS:PORT", "[V6]:PORT" or "unix:PATH". Names are not
// resolved: control traffic must not depend on the DNS it may steer. Pure value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/ip6.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct Endpoint {
    Ip6 address; ///< v4 is mapped
    std::uint16_t port = 0;
    std::string unix_path; ///< set for unix sockets; address and port are then zero

    bool operator==(const Endpoint&) const = default;
    [[nodiscard]] bool is_unix() const { return !unix_path.empty(); }
    /// Loopback or unix socket: the only places where plaintext is allowed.
    [[nodiscard]] bool is_local() const;
    /// The text that parses back to it; also the form gRPC takes.
    [[nodiscard]] std::string text() const;
    static Result<Endpoint> parse(std::string_view text);
};

} // namespace suanlu
