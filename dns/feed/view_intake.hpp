// SPDX-License-Identifier: Apache-2.0
// What becomes of a controller's word, whichever way it comes: a view that is not older than one that holds
// goes into the owner's mailbox and, behind it, to disk; a beat renews the view before it. One thread tells
// and is not kept waiting; anybody reads the counters. A view that cannot be saved is served all the same,
// and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/support/mailbox.hpp"
#include "dns/feed/view_lease.hpp"
#include "dns/feed/view_saver.hpp"

namespace suanlu::dns {

struct FeedNews {
    /// Null = a beat: the view before it still holds.
    std::shared_ptr<const DnsView> view;
    MonoTime heard;
};

struct FeedCounters {
    std::uint64_t views = 0;
    std::uint64_t unreadable = 0;
    std::uint64_t older = 0;
    std::uint64_t save_failures = 0;
    std::uint64_t connects = 0;
    std::uint64_t failures = 0;
    bool is_connected = false;
};

class ViewIntake {
public:
    /// `known`: what the store has. The mailbox must outlive it.
    ViewIntake(ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out);

    /// False: it is older than the view in force. When that no longer holds any view will do: a controller
    /// that lost its state begins anew.
    bool take(std::shared_ptr<const DnsView> view);
    /// After a view was taken or known.
    void beat();
    /// Adds what was counted here.
    void add_to(FeedCounters& counters) const;

private:
    ViewSaver saver_;
    Mailbox<FeedNews>& out_;
    SteadyClock clock_;
    /// Null before the first.
    std::shared_ptr<const DnsView> newest_;
    ViewLease lease_;
    std::atomic<std::uint64_t> views_{0};
    std::atomic<std::uint64_t> older_{0};
};

} // namespace suanlu::dns
