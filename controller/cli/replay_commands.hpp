// SPDX-License-Identifier: Apache-2.0
// `suanluctl replay` and `suanluctl what-if`: a journal and an inventory in, an answer out, without suanlud.
// Reads the files and leaves the rest to controller/decision. Single-threaded.
#pragma once

#include <CLI/CLI.hpp>

#include "controller/cli/offline_commands.hpp"
#include "controller/cli/replay_report.hpp"
#include "controller/decision/what_if.hpp"

namespace suanlu {

class ReplayCommands {
public:
    /// `app` keeps pointers to this object.
    explicit ReplayCommands(CLI::App& app);
    ReplayCommands(const ReplayCommands&) = delete;
    ReplayCommands& operator=(const ReplayCommands&) = delete;

    [[nodiscard]] bool is_asked() const;
    /// Any error is wrong usage or unreadable input.
    [[nodiscard]] Result<OfflineAnswer> run(bool as_json, bool colour) const;

private:
    void declare_files(CLI::App& command);
    [[nodiscard]] Result<WhatIfChange> change() const;
    Status load_policies_of(const JournalStart& start, ReplayNotes& notes) const;

    CLI::App* replay_;
    CLI::App* what_if_;
    std::string journal_;
    std::string inventory_;
    std::string policy_folder_;
    std::string at_;
    std::vector<std::string> links_;
    std::vector<std::string> failed_;
    std::vector<std::string> drained_;
    std::vector<std::string> capacity_;
    std::vector<std::string> policies_;
    std::vector<std::string> prices_;
};

} // namespace suanlu
