// SPDX-License-Identifier: Apache-2.0
// The views of the controller in whose process this server runs: told by a call instead of a stream, with the
// same rules (view_intake.hpp). A thread of its own takes them in, so that who tells never waits for a disk;
// of views that come faster the newest counts.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "dns/feed/view_intake.hpp"

namespace suanlu::dns {

class LocalFeed {
public:
    /// `known`: what the store has. The mailbox must outlive it.
    LocalFeed(ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out);
    ~LocalFeed();
    LocalFeed(const LocalFeed&) = delete;
    LocalFeed& operator=(const LocalFeed&) = delete;

    /// The view in force; the same one again is a beat. From any thread. False: it took the place of one that
    /// had not been taken in yet.
    bool tell(std::shared_ptr<const DnsView> view);
    /// From any thread.
    [[nodiscard]] FeedCounters counters() const;

private:
    void run();
    void take(const std::shared_ptr<const DnsView>& view);

    // The thread's own.
    ViewIntake intake_;
    std::shared_ptr<const DnsView> taken_;
    std::shared_ptr<const DnsView> refused_;

    mutable std::mutex mutex_; ///< guards all below
    std::condition_variable changed_;
    std::shared_ptr<const DnsView> waiting_;
    bool has_heard_ = false;
    bool is_stopping_ = false;
    std::thread thread_;
};

} // namespace suanlu::dns
