// SPDX-License-Identifier: Apache-2.0
#include "controller/dns_view/dns_publisher.hpp"

#include "core/support/log.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kInboxCapacity = 64;
// A view is at most this late after the second that the builder waits for.
constexpr auto kTick = std::chrono::milliseconds(10);
constexpr int kTicksPerBeat = 100;

/// What is whole every time replaces what waits.
bool fold(DnsInput& waiting, DnsInput& incoming) {
    if (waiting.index() != incoming.index() || std::holds_alternative<DnsFollowed>(waiting)) {
        return false;
    }
    waiting = std::move(incoming);
    return true;
}

std::uint64_t wall_clock_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

} // namespace

DnsPublisher::DnsPublisher(Strand strand, DnsViewBuilder builder,
                           std::function<void(const DnsPublisherCounters&)> observe)
    : state_(strand, State{std::move(builder), nullptr, {}}), inbox_(strand, kInboxCapacity, fold),
      observe_(std::move(observe)), timer_(strand) {
}

void DnsPublisher::start() {
    spawn_owned(state_.strand(), "dns-publisher", consume());
    spawn_owned(state_.strand(), "dns-publisher-clock", keep_time());
}

void DnsPublisher::stop() {
    inbox_.close();
    asio::post(state_.strand(), [this] {
        stopping_ = true;
        timer_.cancel();
    });
}

Task<void> DnsPublisher::consume() {
    while (auto input = co_await inbox_.pop()) {
        handle(*input);
        publish();
    }
}

Task<void> DnsPublisher::keep_time() {
    for (int count = 0; !stopping_; ++count) {
        co_await wait_for(timer_, kTick);
        publish();
        if (count % kTicksPerBeat == 0) {
            send_all();
            const State& state = state_.get();
            observe_({state.builder.counters(), state.view ? state.view->stamp.generation : 0,
                      state.sinks.size()});
        }
    }
}

void DnsPublisher::handle(DnsInput& input) {
    State& state = state_.get();
    if (auto* applied = std::get_if<PlansApplied>(&input)) {
        state.builder.take(std::move(applied->view));
    } else if (auto* facts = std::get_if<DnsFacts>(&input)) {
        state.builder.take(std::move(*facts));
    } else if (auto* followed = std::get_if<DnsFollowed>(&input)) {
        state.sinks.push_back(followed->sink);
        if (const auto sink = followed->sink.lock(); sink && state.view) {
            sink->send(state.view);
        }
    }
}

void DnsPublisher::publish() {
    State& state = state_.get();
    if (auto view = state.builder.next(clock_.now(), wall_clock_ms())) {
        log_debug("dns.view", {{"generation", view->stamp.generation}});
        state.view = std::move(view);
        send_all();
    }
}

void DnsPublisher::send_all() {
    State& state = state_.get();
    std::erase_if(state.sinks, [&state](const std::weak_ptr<DnsViewSink>& each) {
        const auto sink = each.lock();
        if (sink && state.view) {
            sink->send(state.view);
        }
        return !sink;
    });
}

} // namespace suanlu
