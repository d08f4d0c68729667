// SPDX-License-Identifier: Apache-2.0
// `suanluctl policy validate|simulate|diff`: policy files in, answers out, without suanlud. Reads the files
// and leaves the rest to controller/offline. Single-threaded.
#pragma once

#include <CLI/CLI.hpp>

#include "controller/cli/offline_commands.hpp"

namespace suanlu {

class PolicyCommands {
public:
    /// `app` keeps pointers to this object.
    explicit PolicyCommands(CLI::App& app);
    PolicyCommands(const PolicyCommands&) = delete;
    PolicyCommands& operator=(const PolicyCommands&) = delete;

    [[nodiscard]] bool is_asked() const;
    /// Any error is wrong usage or unreadable input.
    [[nodiscard]] Result<OfflineAnswer> run(bool as_json, bool colour) const;

private:
    [[nodiscard]] Result<OfflineAnswer> validate(bool as_json) const;
    [[nodiscard]] Result<OfflineAnswer> compare(const std::vector<std::string>& policies, bool as_json,
                                                bool colour) const;

    CLI::App* policy_;
    CLI::App* validate_;
    CLI::App* simulate_;
    CLI::App* diff_;
    std::vector<std::string> files_;
    std::string first_;
    std::string second_;
    std::string sites_;
    std::string request_;
    std::string time_;
    bool explain_ = false;
};

} // namespace suanlu
