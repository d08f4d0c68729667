// SPDX-License-Identifier: Apache-2.0
// `suanluctl topology show` and `suanluctl path`: a topology file in, an answer out, without suanlud.
// Declares the words and dispatches to controller/offline. Single-threaded.
#pragma once

#include <CLI/CLI.hpp>

#include "controller/cli/operator_client.hpp"
#include "controller/offline/path_words.hpp"
#include "controller/topology/files/topology_file.hpp"

namespace suanlu {

struct OfflineAnswer {
    std::string text;
    Exit exit = Exit::kFine;
};

class OfflineCommands {
public:
    /// `app` keeps pointers to this object.
    explicit OfflineCommands(CLI::App& app);
    OfflineCommands(const OfflineCommands&) = delete;
    OfflineCommands& operator=(const OfflineCommands&) = delete;

    [[nodiscard]] bool is_asked() const;
    /// Any error is wrong usage or unreadable input.
    [[nodiscard]] Result<OfflineAnswer> run(bool as_json, bool colour) const;

private:
    void declare_file(CLI::App& command);
    void declare_constraints();
    void declare_answers();

    CLI::App* topology_;
    CLI::App* show_;
    CLI::App* path_;
    std::string file_;
    std::string delay_per_km_;
    ReadOptions options_;
    std::size_t limit_ = 30;
    offline::PathWords words_;
};

} // namespace suanlu
