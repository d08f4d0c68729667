// SPDX-License-Identifier: Apache-2.0
// `suanluctl dns decode`: records of the computing DNS taken apart, without suanlud or a server. The
// knowledge is in dns/record. Single-threaded.
#pragma once

#include <CLI/CLI.hpp>

#include "controller/cli/offline_commands.hpp"
#include "dns/record/rrset.hpp"

namespace suanlu {

class DnsCommands {
public:
    /// `app` keeps pointers to this object.
    explicit DnsCommands(CLI::App& app);
    DnsCommands(const DnsCommands&) = delete;
    DnsCommands& operator=(const DnsCommands&) = delete;

    [[nodiscard]] bool is_asked() const;
    /// kUnreachable never; any error is wrong usage. A record that is malformed is an answer with Exit::kBad.
    [[nodiscard]] Result<OfflineAnswer> run(bool as_json, bool colour) const;

private:
    [[nodiscard]] Result<std::vector<dns::Record>> records() const;

    CLI::App* dns_;
    CLI::App* decode_;
    std::string record_;
    std::string type_;
    std::string form_ = "text";
};

} // namespace suanlu
