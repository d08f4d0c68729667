// SPDX-License-Identifier: Apache-2.0
// Bytes that outlive the program in a file: replaced atomically, checked by length and checksum, so that a
// half-written or damaged file is an error and never half of what was saved. One owner, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/support/result.hpp"

namespace suanlu {

class SavedFile {
public:
    /// `kind` stands in the file and in errors, e.g. "plan"; a version of it belongs into the word. Makes the
    /// folder of `path` if it is missing.
    static Result<SavedFile> open(std::string path, std::string kind, std::uintmax_t most_bytes);

    /// Empty when nothing was ever saved. kBadInput with the file when it is damaged or something else.
    [[nodiscard]] Result<std::optional<std::string>> load() const;
    [[nodiscard]] Status save(std::string_view bytes) const;
    [[nodiscard]] Status remove() const;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    SavedFile(std::string path, std::string kind, std::uintmax_t most_bytes)
        : path_(std::move(path)), kind_(std::move(kind)), most_bytes_(most_bytes) {}
    std::string path_;
    std::string kind_;
    std::uintmax_t most_bytes_;
};

} // namespace suanlu
