// SPDX-License-Identifier: Apache-2.0
#include "core/support/whole_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace suanlu {

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

} // namespace suanlu
