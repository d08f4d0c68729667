// SPDX-License-Identifier: Apache-2.0
// Where the files that a scenario names lie: beside the scenario file, or below the folder of real data
// (SUANLU_DATA, default ../shared/data). Plain or .gz. A file that is in neither place is an error that says
// what to set. Reads the file system only; stateless after construction.
#pragma once

#include <string>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu::sim {

/// A file that was read; `name` is how the scenario calls it and stands in errors.
struct NamedText {
    std::string name;
    std::string text;
};

class FileSearch {
public:
    /// Folders in the order of search; none = no file can be read (scenarios that come from a stranger).
    explicit FileSearch(std::vector<std::string> folders) : folders_(std::move(folders)) {}
    /// For a scenario file, or a built-in one when `scenario_path` is empty.
    static FileSearch beside(const std::string& scenario_path);

    /// kNotFound names the folders and SUANLU_DATA.
    [[nodiscard]] Result<std::string> find(const std::string& name) const;
    /// At most 64 MiB, unpacked.
    [[nodiscard]] Result<NamedText> load(const std::string& name) const;

private:
    std::vector<std::string> folders_;
};

} // namespace suanlu::sim
