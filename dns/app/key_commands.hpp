// SPDX-License-Identifier: Apache-2.0
// `suanlu-dns -c dns.yaml keys ZONE create | roll ROLE | next ROLE | status`: arguments to key_rollover.hpp.
#pragma once

#include <CLI/CLI.hpp>

#include "dns/server/key_rollover.hpp"

namespace suanlu::dns {

class KeyCommands {
public:
    explicit KeyCommands(CLI::App& app);
    [[nodiscard]] bool is_chosen() const { return keys_->parsed(); }
    /// What the chosen command says.
    [[nodiscard]] Result<std::string> run(const DnsConfig& config, std::uint32_t unix_now) const;

private:
    [[nodiscard]] KeyRole role() const;

    CLI::App* keys_;
    CLI::App* create_;
    CLI::App* roll_;
    CLI::App* next_;
    std::string zone_;
    std::string algorithm_ = "ed25519";
    bool is_split_ = false;
    std::string role_;
    RolloverStep step_;
};

} // namespace suanlu::dns
