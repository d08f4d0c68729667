// SPDX-License-Identifier: Apache-2.0
// The controller's view as it is to be served: what the stream said last, then, when nothing was heard for
// the view's validity, what is left of it (ended_view.hpp). After a restart the saved view takes its place
// until the stream is there. One strand owns it. A view that cannot be served leaves the one before in force,
// and renews it no more than silence would: the controller's word is another by then.
#pragma once

#include <functional>

#include "core/support/asio.hpp"
#include "dns/feed/feed_client.hpp"
#include "dns/feed/local_feed.hpp"
#include "dns/feed/view_lease.hpp"
#include "dns/server/dns_config.hpp"

namespace suanlu::dns {

class ViewFollower {
public:
    /// Gets each view that is to be served from now on; false = it cannot be, the one before stays in force.
    using Serve = std::function<bool(std::shared_ptr<const DnsView>)>;

    /// Reads what was saved; connects at `start` only.
    static Result<std::unique_ptr<ViewFollower>> open(const FollowConfig& config, const std::string& server,
                                                      Strand strand);

    /// What is to be served first; null = nothing was saved.
    [[nodiscard]] std::shared_ptr<const DnsView> first();
    Status start(Serve serve);
    void stop();
    /// The word of the controller in this process, if that is the one that is followed; see LocalFeed::tell.
    /// From any thread, between start and stop.
    bool tell(std::shared_ptr<const DnsView> view) { return local_->tell(std::move(view)); }
    /// Call about once a second: notices the end of the validity.
    void check();

    /// What was saved cannot be served: nothing was heard yet.
    void forget() {
        heard_.reset();
        has_ended_ = false;
    }

    /// In force, or ended. Null before the first word.
    [[nodiscard]] const std::shared_ptr<const DnsView>& heard() const { return heard_; }
    /// Views that could not be served.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    [[nodiscard]] FeedCounters counters() const;

private:
    ViewFollower(FollowConfig config, std::string server, ViewStore store, Strand strand);
    Task<void> listen();
    void hear(const FeedNews& news);

    FollowConfig config_;
    std::string server_;
    ViewStore store_;
    std::optional<SavedView> saved_;
    Strand strand_;
    Mailbox<FeedNews> news_;
    SteadyClock clock_;
    Serve serve_;
    std::shared_ptr<const DnsView> heard_;
    ViewLease lease_;
    bool has_ended_ = false;
    /// The controller's last view is not the one in force.
    bool is_refused_ = false;
    std::uint64_t refused_ = 0;
    /// One of them, once started.
    std::unique_ptr<FeedClient> client_;
    std::unique_ptr<LocalFeed> local_;
};

} // namespace suanlu::dns
