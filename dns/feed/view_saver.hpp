// SPDX-License-Identifier: Apache-2.0
// Saves views behind the back of whoever hears them: writing a large one takes seconds, and a feed that is
// not read for so long is taken for dead. The newest view counts, and no more than one is written in kEvery,
// for it is written as a whole. What waits is written before the end.
#pragma once

#include <atomic>
#include <memory>

#include "core/support/background_jobs.hpp"
#include "dns/feed/view_store.hpp"

namespace suanlu::dns {

class ViewSaver {
public:
    static constexpr std::chrono::seconds kEvery{5};

    explicit ViewSaver(ViewStore store) : store_(std::move(store)) {}

    // From any thread.
    void save(std::shared_ptr<const DnsView> view);
    /// The controller lives, and what it said last still holds.
    void renew();
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

private:
    void write(const DnsView& view);

    ViewStore store_; ///< the thread's own
    std::atomic<std::uint64_t> failures_{0};
    BackgroundJobs jobs_;
};

} // namespace suanlu::dns
