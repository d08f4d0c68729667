// SPDX-License-Identifier: Apache-2.0
#include "core/support/saved_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/support/checksum.hpp"
#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& path, const std::string& why) {
    return Error{Errc::kBadInput, path + ": " + why};
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
    return replace_file(path_, head.str(), bytes);
}

Status SavedFile::remove() const {
    if (unlink(path_.c_str()) != 0 && errno != ENOENT) {
        return Error{Errc::kKernel, path_ + ": " + std::strerror(errno)};
    }
    return {};
}

} // namespace suanlu
