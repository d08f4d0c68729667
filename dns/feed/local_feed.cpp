// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/local_feed.hpp"

#include "core/support/log.hpp"

namespace suanlu::dns {

LocalFeed::LocalFeed(ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out)
    : intake_(std::move(store), known, out), thread_([this] { run(); }) {
}

LocalFeed::~LocalFeed() {
    {
        std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool LocalFeed::tell(std::shared_ptr<const DnsView> view) {
    std::lock_guard lock(mutex_);
    const bool is_alone = waiting_ == nullptr || waiting_ == view;
    waiting_ = std::move(view);
    changed_.notify_all();
    return is_alone;
}

void LocalFeed::run() {
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_stopping_ || waiting_ != nullptr; });
        if (is_stopping_) {
            return;
        }
        const auto view = std::exchange(waiting_, nullptr);
        lock.unlock();
        take(view);
    }
}

void LocalFeed::take(const std::shared_ptr<const DnsView>& view) {
    if (view == taken_) {
        intake_.beat();
    } else if (intake_.take(view)) {
        taken_ = view;
        std::lock_guard lock(mutex_);
        has_heard_ = true;
    } else if (view != std::exchange(refused_, view)) { // it is told again with every beat
        log_warn("dns.view-refused", {{"generation", view->stamp.generation},
                                      {"why", "its view is older than the one in force"}});
    }
}

FeedCounters LocalFeed::counters() const {
    std::lock_guard lock(mutex_);
    FeedCounters counters;
    counters.is_connected = has_heard_;
    counters.connects = has_heard_ ? 1 : 0;
    intake_.add_to(counters);
    return counters;
}

} // namespace suanlu::dns
