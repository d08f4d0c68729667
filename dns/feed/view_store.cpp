// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/view_store.hpp"

#include <algorithm>
#include <filesystem>

#include "proto/codec/dns_codec.hpp"

namespace suanlu::dns {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

} // namespace

Result<ViewStore> ViewStore::open(const std::string& folder) {
    SL_TRY(SavedFile file, SavedFile::open(folder + "/dns.view", "dns-view-1", kMostBytes));
    return ViewStore(std::move(file));
}

Result<std::optional<SavedView>> ViewStore::load() const {
    SL_TRY(const std::optional<std::string> bytes, file_.load());
    if (!bytes) {
        return std::optional<SavedView>{};
    }
    SavedView saved;
    SL_TRY(saved.view, dns_view_from_bytes(*bytes));
    std::error_code ec;
    const auto heard = fs::last_write_time(file_.path(), ec);
    const Duration age = fs::file_time_type::clock::now() - heard;
    saved.age = ec ? Duration::max() : std::max(age, Duration{0});
    return std::optional<SavedView>(std::move(saved));
}

Status ViewStore::save(const DnsView& view) const {
    return file_.save(to_bytes(view));
}

void ViewStore::renew() const {
    std::error_code ignored; // nothing was saved yet, or it was taken away: then there is nothing to renew
    fs::last_write_time(file_.path(), fs::file_time_type::clock::now(), ignored);
}

} // namespace suanlu::dns
