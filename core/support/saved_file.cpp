// SPDX-License-Identifier: Apache-2.0
#include "core/support/saved_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace suanlu {

namespace {

namespace fs = std::filesystem;

/// FNV-1a: against half-written files, not against forgers.
std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    }
    return hash;
}

Error file_error(const std::string& path, const std::string& why) {
    return Error{Errc::kBadInput, path + ": " + why};
}

Status write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t done = write(fd, bytes.data(), bytes.size());
        if (done < 0 && errno != EINTR) {
            return Error{Errc::kKernel, std::string("write: ") + std::strerror(errno)};
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
    }
    return {};
}

} // namespace

Result<SavedFile> SavedFile::open(std::string path, std::string kind, std::uintmax_t most_bytes) {
    const fs::path folder = fs::path(path).parent_path();
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (ec) {
        return Error{Errc::kKernel, folder.string() + ": " + ec.message()};
    }
    return SavedFile(std::move(path), "suanlu-" + kind, most_bytes);
}

Result<std::optional<std::string>> SavedFile::load() const {
    std::error_code ec;
    const std::uintmax_t size = fs::file_size(path_, ec);
    if (ec) {
        return std::optional<std::string>{};
    }
    if (size > most_bytes_) {
        return file_error(path_, "too long for a " + kind_);
    }
    std::ifstream in(path_, std::ios::binary);
    std::string kind;
    std::size_t length = 0;
    std::uint64_t sum = 0;
    in >> kind >> length >> sum;
    if (!in || in.get() != '\n' || kind != kind_ || length > size) {
        return file_error(path_, "not a saved " + kind_);
    }
    std::string bytes(length, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(length));
    if (static_cast<std::size_t>(in.gcount()) != length || checksum(bytes) != sum) {
        return file_error(path_, "damaged");
    }
    return std::optional<std::string>(std::move(bytes));
}

Status SavedFile::save(std::string_view bytes) const {
    std::ostringstream head;
    head << kind_ << ' ' << bytes.size() << ' ' << checksum(bytes) << '\n';
    const std::string fresh = path_ + ".new";
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return Error{Errc::kKernel, fresh + ": " + std::strerror(errno)};
    }
    Status written = write_all(fd, head.str()).and_then([&] { return write_all(fd, bytes); });
    close(fd);
    // No fsync: what a power cut takes comes again from its source, and a torn file is detected.
    if (written && std::rename(fresh.c_str(), path_.c_str()) != 0) {
        return Error{Errc::kKernel, path_ + ": " + std::strerror(errno)};
    }
    return written;
}

Status SavedFile::remove() const {
    if (unlink(path_.c_str()) != 0 && errno != ENOENT) {
        return Error{Errc::kKernel, path_ + ": " + std::strerror(errno)};
    }
    return {};
}

} // namespace suanlu
