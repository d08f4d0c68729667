// SPDX-License-Identifier: Apache-2.0
// Where the journal lies: FOLDER/decision.journal, and FOLDER/decision.journal.1 before it. Bounded: together
// the two files stay below the limit. May block, so it belongs to the storage strand; a failure is told once
// and ends the recording, never the decision.
#pragma once

#include <cstdint>
#include <string>

#include "core/support/result.hpp"

namespace suanlu {

class JournalFile {
public:
    /// Moves an older journal aside. kKernel: the folder or the file cannot be written.
    static Result<JournalFile> open(const std::string& folder);
    JournalFile(JournalFile&& other) noexcept;
    JournalFile& operator=(JournalFile&&) = delete;
    JournalFile(const JournalFile&) = delete;
    JournalFile& operator=(const JournalFile&) = delete;
    ~JournalFile();

    Status append(const std::string& bytes);
    /// Begins a new file; the one before the last is dropped.
    Status rotate();

private:
    JournalFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

    std::string path_;
    int fd_ = -1;
};

} // namespace suanlu
