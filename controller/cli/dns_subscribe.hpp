// SPDX-License-Identifier: Apache-2.0
// `suanluctl dns subscribe`: a client of DNS Push (RFC 8765) by TLS that prints changes as they come, until
// it is told to end. The protocol is dns/push/push_client.hpp. Single-threaded.
#pragma once

#include <CLI/CLI.hpp>

#include "core/support/result.hpp"

namespace suanlu {

struct SubscribeWords {
    /// NAME or NAME/TYPE each.
    std::vector<std::string> names;
    /// Empty = the zone of the first name says it.
    std::string server;
    /// Who is asked for that; empty = the system's.
    std::string resolver;
    std::string ca;
    /// In the server's certificate; empty = its host.
    std::string tls_name;
    /// End after so many messages with changes; 0 = never.
    std::uint64_t count = 0;
};

class DnsSubscribe {
public:
    /// `dns`, the command above, keeps pointers to this object.
    explicit DnsSubscribe(CLI::App& dns);
    DnsSubscribe(const DnsSubscribe&) = delete;
    DnsSubscribe& operator=(const DnsSubscribe&) = delete;

    [[nodiscard]] bool is_asked() const;
    /// Ends with SIGINT, SIGTERM and `--count`. kBadInput: wrong usage. kUnreachable: before there was a
    /// subscription. Anything else: the server refused, or was refused.
    [[nodiscard]] Status run(bool as_json, bool colour) const;

private:
    CLI::App* subscribe_;
    SubscribeWords words_;
};

} // namespace suanlu
