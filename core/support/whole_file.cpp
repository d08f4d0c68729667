// SPDX-License-Identifier: Apache-2.0
#include "core/support/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace suanlu {

namespace {

Error kernel_error(const std::string& path) {
    return {Errc::kKernel, path + ": " + std::strerror(errno)};
}

/// Writes all of `parts` to `path` and closes it.
Status write_to(const std::string& path, int flags, std::initializer_list<std::string_view> parts) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0600);
    if (fd < 0) {
        return kernel_error(path);
    }
    Status written;
    for (std::string_view bytes : parts) {
        while (written && !bytes.empty()) {
            const ssize_t done = write(fd, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) {
                written = kernel_error(path);
            }
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
        }
    }
    close(fd);
    return written;
}

} // namespace

Result<std::string> read_whole_file(const std::string& path, std::uintmax_t most_bytes) {
    const auto failure = [&] {
        return Error{Errc::kNotFound, "cannot read " + path + ": " + std::strerror(errno)};
    };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
    if (!file) {
        return failure();
    }
    std::string bytes;
    std::array<char, 65536> chunk{};
    while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
        bytes.append(chunk.data(), size);
        if (bytes.size() > most_bytes) {
            return Error{Errc::kOutOfRange, path + ": larger than " + std::to_string(most_bytes) + " bytes"};
        }
    }
    if (std::ferror(file.get()) != 0) {
        return failure();
    }
    return bytes;
}

Status replace_file(const std::string& path, std::string_view head, std::string_view bytes) {
    const std::string fresh = path + ".new";
    SL_TRY_VOID(write_to(fresh, O_CREAT | O_TRUNC, {head, bytes}));
    return std::rename(fresh.c_str(), path.c_str()) == 0 ? Status{} : kernel_error(path);
}

Status append_to_file(const std::string& path, std::string_view bytes) {
    return write_to(path, O_APPEND, {bytes});
}

} // namespace suanlu
