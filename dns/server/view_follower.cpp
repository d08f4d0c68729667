// SPDX-License-Identifier: Apache-2.0
#include "dns/server/view_follower.hpp"

#include "core/support/log.hpp"
#include "dns/zone/ended_view.hpp"

namespace suanlu::dns {

namespace {

/// A newer view replaces what waits, and a beat renews it: one element is enough.
bool fold(FeedNews& waiting, FeedNews& incoming) {
    waiting.view = incoming.view ? std::move(incoming.view) : std::move(waiting.view);
    waiting.heard = incoming.heard;
    return true;
}

} // namespace

ViewFollower::ViewFollower(FollowConfig config, std::string server, ViewStore store, Strand strand)
    : config_(std::move(config)), server_(std::move(server)), store_(std::move(store)), strand_(strand),
      news_(strand, 1, fold) {
}

Result<std::unique_ptr<ViewFollower>> ViewFollower::open(const FollowConfig& config,
                                                         const std::string& server, Strand strand) {
    SL_TRY(ViewStore store, ViewStore::open(config.state_dir));
    std::unique_ptr<ViewFollower> follower(
        new ViewFollower(config, server, std::move(store), std::move(strand)));
    auto saved = follower->store_.load();
    if (!saved) {
        log_warn("dns.saved-view-refused", {{"why", saved.error().text()}});
    } else if (*saved) {
        follower->saved_ = *std::move(saved);
        follower->heard_ = follower->saved_->view;
        follower->lease_.renew(follower->heard_->validity, follower->clock_.now() - follower->saved_->age);
    }
    return follower;
}

std::shared_ptr<const DnsView> ViewFollower::first() {
    has_ended_ = heard_ && !lease_.holds(clock_.now());
    if (heard_) {
        log_info("dns.saved-view", {{"generation", heard_->stamp.generation}, {"holds", !has_ended_}});
    }
    return has_ended_ ? std::make_shared<const DnsView>(ended(*heard_)) : heard_;
}

Status ViewFollower::start(Serve serve) {
    serve_ = std::move(serve);
    const auto known = std::exchange(saved_, std::nullopt);
    if (config_.address) {
        SL_TRY(client_, FeedClient::open({*config_.address, config_.name, config_.tls, server_}, store_,
                                         known, news_));
    } else {
        local_ = std::make_unique<LocalFeed>(store_, known, news_);
    }
    spawn_owned(strand_, "dns.follow", listen());
    return {};
}

void ViewFollower::stop() {
    client_.reset();
    local_.reset();
    news_.close();
}

FeedCounters ViewFollower::counters() const {
    return client_ ? client_->counters() : local_ ? local_->counters() : FeedCounters();
}

Task<void> ViewFollower::listen() {
    while (auto news = co_await news_.pop()) {
        hear(*news);
    }
}

void ViewFollower::hear(const FeedNews& news) {
    if (news.view) {
        is_refused_ = !serve_(news.view);
        refused_ += is_refused_ ? 1 : 0;
        heard_ = is_refused_ ? heard_ : news.view;
    }
    if (is_refused_ || !heard_) {
        return;
    }
    lease_.renew(heard_->validity, news.heard);
    if (std::exchange(has_ended_, false)) {
        log_info("dns.view-holds", {{"generation", heard_->stamp.generation}});
        if (!news.view) {
            serve_(heard_);
        }
    }
}

void ViewFollower::check() {
    if (heard_ && !has_ended_ && !lease_.holds(clock_.now())) {
        has_ended_ = true;
        log_warn("dns.view-ended",
                 {{"generation", heard_->stamp.generation}, {"validity_s", heard_->validity.value}});
        serve_(std::make_shared<const DnsView>(ended(*heard_)));
    }
}

} // namespace suanlu::dns
