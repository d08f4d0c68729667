// SPDX-License-Identifier: Apache-2.0
#include "controller/program/state_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "core/support/whole_file.hpp"

namespace suanlu {

namespace {

constexpr const char* kEpochFile = "epoch";
constexpr const char* kShareFile = "shares";

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

Error system_error(const std::string& what) {
    return {Errc::kKernel, what + ": " + std::strerror(errno)};
}

Status write_synced(const std::string& path, const std::string& text) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) {
        return system_error("cannot write " + path);
    }
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t n = ::write(file.get(), text.data() + written, text.size() - written);
        if (n < 0 && errno != EINTR) {
            return system_error("cannot write " + path);
        }
        written += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    if (::fsync(file.get()) != 0) {
        return system_error("cannot sync " + path);
    }
    return {};
}

Status replace_file(const std::string& folder, const std::string& name, const std::string& text) {
    const std::string path = folder + "/" + name;
    const std::string fresh = path + ".new";
    SL_TRY_VOID(write_synced(fresh, text));
    if (std::rename(fresh.c_str(), path.c_str()) != 0) {
        return system_error("cannot rename " + fresh);
    }
    const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
        return system_error("cannot sync " + folder);
    }
    return {};
}

/// Nullopt when there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return std::optional<std::string>();
    }
    SL_TRY(std::string text, read_whole_file(path));
    return std::optional(std::move(text));
}

Result<std::uint64_t> parse_epoch(const std::string& path, const std::string& text) {
    std::uint64_t epoch = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (ec != std::errc{} || (end != text.data() + text.size() && *end != '\n')) {
        return Error{Errc::kBadInput, path + ":1: expected an epoch number"};
    }
    return epoch;
}

} // namespace

Result<std::uint64_t> StateFolder::next_epoch() const {
    std::error_code ec;
    std::filesystem::create_directories(path_, ec);
    if (ec) {
        return Error{Errc::kKernel, "cannot make " + path_ + ": " + ec.message()};
    }
    const std::string path = path_ + "/" + kEpochFile;
    SL_TRY(const std::optional<std::string> text, read_file(path));
    std::uint64_t last = 0;
    if (text) {
        SL_TRY(last, parse_epoch(path, *text));
    }
    SL_TRY_VOID(store_epoch(last + 1));
    return last + 1;
}

Status StateFolder::store_epoch(std::uint64_t epoch) const {
    return replace_file(path_, kEpochFile, std::to_string(epoch) + "\n");
}

Result<ShareTable> StateFolder::shares() const {
    const std::string path = path_ + "/" + kShareFile;
    ShareTable out;
    SL_TRY(const std::optional<std::string> text, read_file(path));
    if (!text) {
        return out;
    }
    std::istringstream lines(*text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        std::istringstream words(line);
        std::string ingress;
        std::string service;
        std::uint32_t site = 0;
        std::uint32_t ppm = 0;
        if (!(words >> ingress >> service >> site >> ppm) || site == 0 || site > 65535 || ppm > kWholeShare) {
            return Error{Errc::kBadInput,
                         path + ":" + std::to_string(number) + ": expected INGRESS SERVICE SITE-ID PPM"};
        }
        out[{ingress, service}].push_back({{static_cast<std::uint16_t>(site)}, ppm});
    }
    return out;
}

Status StateFolder::store_shares(const ShareTable& shares) const {
    std::ostringstream out;
    for (const auto& [key, list] : shares) {
        for (const SiteShare& share : list) {
            out << key.first << ' ' << key.second << ' ' << share.site.value << ' ' << share.ppm << '\n';
        }
    }
    return replace_file(path_, kShareFile, out.str());
}

} // namespace suanlu
