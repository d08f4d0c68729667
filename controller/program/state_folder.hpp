// SPDX-License-Identifier: Apache-2.0
// What suanlud remembers over a restart: the epoch, which grows with every start, and the shares last
// published, from which the next decision continues. Files are replaced as a whole (write, fsync, rename,
// fsync of the folder), so a crash leaves the old or the new one. A missing file is a first start; one that
// cannot be read is an error, because starting over with an old epoch would have every agent refuse.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/model/plan.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// (ingress, service) -> shares.
using ShareTable = std::map<std::pair<std::string, std::string>, std::vector<SiteShare>>;

class StateFolder {
public:
    explicit StateFolder(std::string path) : path_(std::move(path)) {}

    /// Makes the folder, reads the last epoch, stores and returns the next one.
    [[nodiscard]] Result<std::uint64_t> next_epoch() const;
    /// Stores an epoch that agents reported above ours.
    [[nodiscard]] Status store_epoch(std::uint64_t epoch) const;
    /// Empty on a first start. kBadInput with file:line.
    [[nodiscard]] Result<ShareTable> shares() const;
    [[nodiscard]] Status store_shares(const ShareTable& shares) const;

private:
    std::string path_;
};

} // namespace suanlu
