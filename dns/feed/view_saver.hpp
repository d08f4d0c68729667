// SPDX-License-Identifier: Apache-2.0
// Saves views behind the back of whoever hears them: writing a large one takes seconds, and a feed that is
// not read for so long is taken for dead. A thread of its own at low priority; the newest view counts, and no
// more than one is written in kEvery, for it is written as a whole. What waits is written before the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "dns/feed/view_store.hpp"

namespace suanlu::dns {

class ViewSaver {
public:
    static constexpr std::chrono::seconds kEvery{5};

    explicit ViewSaver(ViewStore store);
    ~ViewSaver();
    ViewSaver(const ViewSaver&) = delete;
    ViewSaver& operator=(const ViewSaver&) = delete;

    // From any thread.
    void save(std::shared_ptr<const DnsView> view);
    /// The controller lives, and what it said last still holds.
    void renew();
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

private:
    void run();
    void write(const DnsView& view);

    ViewStore store_; ///< the thread's own
    std::atomic<std::uint64_t> failures_{0};

    std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::shared_ptr<const DnsView> waiting_;
    bool is_renewed_ = false;
    bool is_stopping_ = false;
    std::thread thread_;
};

} // namespace suanlu::dns
