// SPDX-License-Identifier: Apache-2.0
#include "dns/feed/feed_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "core/support/log.hpp"
#include "core/support/rpc_credentials.hpp"
#include "proto/codec/dns_codec.hpp"
#include "suanlu/v1/dns.grpc.pb.h"

namespace suanlu::dns {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLeastBackoff{100};
constexpr milliseconds kMostBackoff{2000};

} // namespace

struct FeedClient::State {
    State(FeedConfig c, ViewStore store, const std::optional<SavedView>& known, Mailbox<FeedNews>& out)
        : config(std::move(c)), intake(std::move(store), known, out) {}

    FeedConfig config;
    ViewIntake intake; ///< the thread's own, its counters apart
    std::thread thread;

    mutable std::mutex mutex; ///< guards all below
    std::condition_variable changed;
    grpc::ClientContext* context = nullptr; ///< of the living stream
    FeedCounters counters;
    bool is_stopping = false;

    void run();
    /// Why the stream ended.
    std::string attempt();
    bool begin(grpc::ClientContext& next);
    std::string read_all(grpc::ClientReader<v1::DnsUpdate>& stream);
    void set_connected();
};

void FeedClient::State::set_connected() {
    std::lock_guard lock(mutex);
    if (!counters.is_connected) {
        counters.is_connected = true;
        ++counters.connects;
        log_info("controller.connected", {});
    }
}

/// Until the stream ends; why it should not go on, if that is this side's wish.
std::string FeedClient::State::read_all(grpc::ClientReader<v1::DnsUpdate>& stream) {
    DnsFeedReader reader;
    for (;;) {
        google::protobuf::Arena arena; // an update has tens of thousands of small parts
        auto& update = *google::protobuf::Arena::CreateMessage<v1::DnsUpdate>(&arena);
        if (!stream.Read(&update)) {
            return {};
        }
        auto view = reader.take(update);
        if (!view) {
            std::lock_guard lock(mutex);
            ++counters.unreadable;
            return view.error().text();
        }
        if (*view && !intake.take(*std::move(view))) {
            return "its view is older than the one in force";
        }
        set_connected();
        if (!*view && !update.more()) {
            intake.beat();
        }
    }
}

bool FeedClient::State::begin(grpc::ClientContext& next) {
    std::lock_guard lock(mutex);
    context = is_stopping ? nullptr : &next;
    return !is_stopping;
}

std::string FeedClient::State::attempt() {
    grpc::ClientContext next;
    if (!begin(next)) {
        return {};
    }
    // A new channel per attempt: renewed certificates are read, and no state of a failed connection is left.
    auto channel = open_channel(config.controller, config.tls, config.controller_name);
    std::string why = channel ? std::string() : channel.error().text();
    if (channel) {
        const auto stub = v1::DnsFeed::NewStub(*channel);
        v1::DnsFollow follow;
        follow.set_server(config.server);
        const auto stream = stub->Follow(&next, follow);
        why = read_all(*stream);
        if (!why.empty()) { // this side's wish; otherwise it would hide why the stream ended
            next.TryCancel();
        }
        const grpc::Status end = stream->Finish();
        why = !why.empty() ? why : end.ok() ? "closed by the controller" : end.error_message();
    }
    std::lock_guard lock(mutex);
    context = nullptr;
    return why;
}

void FeedClient::State::run() {
    std::minstd_rand random{std::random_device{}()};
    milliseconds backoff = kLeastBackoff;
    for (;;) {
        const std::string why = attempt();
        std::unique_lock lock(mutex);
        if (is_stopping) {
            return;
        }
        ++counters.failures;
        const bool was_connected = std::exchange(counters.is_connected, false);
        log_warn(was_connected ? "controller.lost" : "controller.unreachable", {{"why", why}});
        backoff = was_connected ? kLeastBackoff : std::min(backoff * 2, kMostBackoff);
        const milliseconds jitter(random() % static_cast<unsigned>(backoff.count() / 2 + 1));
        if (changed.wait_for(lock, backoff + jitter, [&] { return is_stopping; })) {
            return;
        }
    }
}

FeedClient::FeedClient(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<FeedClient>> FeedClient::open(FeedConfig config, ViewStore store,
                                                     const std::optional<SavedView>& known,
                                                     Mailbox<FeedNews>& out) {
    SL_TRY_VOID(open_channel(config.controller, config.tls, config.controller_name).and_then([](auto&&) {
        return Status{};
    }));
    auto state = std::make_unique<State>(std::move(config), std::move(store), known, out);
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<FeedClient>(new FeedClient(std::move(state)));
}

FeedClient::~FeedClient() {
    {
        std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
        if (state_->context != nullptr) {
            state_->context->TryCancel();
        }
        state_->changed.notify_all();
    }
    state_->thread.join();
}

FeedCounters FeedClient::counters() const {
    std::lock_guard lock(state_->mutex);
    FeedCounters counters = state_->counters;
    state_->intake.add_to(counters);
    return counters;
}

} // namespace suanlu::dns
