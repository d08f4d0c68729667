// SPDX-License-Identifier: Apache-2.0
// The last good view in a file, so that a restarted server goes on without a controller. The time of the file
// is when the controller was last heard of. One owner, one thread at a time. A file that is damaged is an
// error and is not used; the next view overwrites it.
#pragma once

#include <memory>
#include <optional>

#include "core/model/dns_view.hpp"
#include "core/support/clock.hpp"
#include "core/support/saved_file.hpp"

namespace suanlu::dns {

struct SavedView {
    std::shared_ptr<const DnsView> view;
    /// Since the controller was heard of; zero after the clock went back.
    Duration age{0};
};

class ViewStore {
public:
    /// Makes `folder` if it is missing.
    static Result<ViewStore> open(const std::string& folder);
    /// Empty when nothing was ever saved.
    [[nodiscard]] Result<std::optional<SavedView>> load() const;
    [[nodiscard]] Status save(const DnsView& view) const;
    /// The controller lives, and what is saved still holds.
    void renew() const;

private:
    explicit ViewStore(SavedFile file) : file_(std::move(file)) {}
    SavedFile file_;
};

} // namespace suanlu::dns
