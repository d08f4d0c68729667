// SPDX-License-Identifier: Apache-2.0
#include "simulator/file_search.hpp"

#include <cstdlib>
#include <filesystem>

#include "controller/topology/files/topology_file.hpp"

namespace suanlu::sim {

FileSearch FileSearch::beside(const std::string& scenario_path) {
    std::vector<std::string> folders;
    if (!scenario_path.empty()) {
        const auto folder = std::filesystem::path(scenario_path).parent_path();
        folders.push_back(folder.empty() ? "." : folder.string());
    }
    const char* given = std::getenv("SUANLU_DATA");
    folders.emplace_back(given != nullptr && *given != '\0' ? given : "../shared/data");
    return FileSearch(folders);
}

Result<std::string> FileSearch::find(const std::string& name) const {
    std::string tried;
    for (const std::string& folder : folders_) {
        const auto path = std::filesystem::path(folder) / name; // an absolute name stays what it is
        std::error_code failed;
        if (std::filesystem::is_regular_file(path, failed)) {
            return path.string();
        }
        tried += (tried.empty() ? "" : " or ") + folder;
    }
    return Error{Errc::kNotFound, "no file '" + name + "' in " + (tried.empty() ? "any folder" : tried) +
                                      "; set SUANLU_DATA to the folder of the real data"};
}

Result<NamedText> FileSearch::load(const std::string& name) const {
    SL_TRY(const std::string path, find(name));
    SL_TRY(std::string text, load_text(path, {}));
    return NamedText{name, std::move(text)};
}

} // namespace suanlu::sim
