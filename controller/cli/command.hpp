// SPDX-License-Identifier: Apache-2.0
// What the operator asked for, parsed by CLI11 in command.cpp (its templates stay in that one file). Pure
// value.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace suanlu::cli {

/// Exit codes of suanluctl (design: commands that stay stable).
enum ExitCode : int { kFine = 0, kBad = 1, kUsage = 2, kNotReachable = 3 };

enum class Format : std::uint8_t { kTable, kJson };

struct Command {
    enum class Verb : std::uint8_t { kGet, kExplain, kSetPolicy };
    Verb verb = Verb::kGet;
    /// get: sites, links, services, plans, flows, agents.
    std::string noun;
    std::string service;
    /// explain: the ingress.
    std::string from;
    std::string policy;
    Format format = Format::kTable;
    std::string address = "unix:/run/suanlu/suanlud.sock";
    /// Folder with ca.pem, operator.pem and operator.key; empty = plaintext, allowed on local addresses only.
    std::string tls_folder;
    double timeout_s = 5;
};

/// The command, or the exit code of a usage error or --help that was already printed.
std::variant<Command, ExitCode> parse_command(int argc, const char* const* argv);

} // namespace suanlu::cli
