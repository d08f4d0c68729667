// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/journal_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace suanlu {

namespace {

Error system_error(const std::string& what) {
    return {Errc::kKernel, what + ": " + std::strerror(errno)};
}

/// The file of now moves aside; that there is none yet is fine.
Result<int> open_fresh(const std::string& path) {
    if (std::rename(path.c_str(), (path + ".1").c_str()) != 0 && errno != ENOENT) {
        return system_error("cannot rename " + path);
    }
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0) {
        return system_error("cannot write " + path);
    }
    return fd;
}

} // namespace

Result<JournalFile> JournalFile::open(const std::string& folder) {
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec) {
        return Error{Errc::kKernel, "cannot make " + folder + ": " + ec.message()};
    }
    const std::string path = folder + "/decision.journal";
    SL_TRY(const int fd, open_fresh(path));
    return JournalFile(path, fd);
}

JournalFile::JournalFile(JournalFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {
}

JournalFile::~JournalFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Status JournalFile::append(const std::string& bytes) {
    std::size_t written = 0;
    while (written < bytes.size()) {
        const ssize_t n = ::write(fd_, bytes.data() + written, bytes.size() - written);
        if (n < 0 && errno != EINTR) {
            return system_error("cannot write " + path_);
        }
        written += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return {};
}

Status JournalFile::rotate() {
    ::close(std::exchange(fd_, -1));
    SL_TRY(fd_, open_fresh(path_));
    return {};
}

} // namespace suanlu
