// SPDX-License-Identifier: Apache-2.0
// The strand around DnsViewBuilder: Applied Plans, facts and followers in through one bounded mailbox, views
// out to the followers at once, and a beat every second by which they know that the controller lives. A
// follower that is slow or gone costs nothing but its own views. When the mailbox is full a message is
// refused and counted; facts come again, Applied Plans are whole every time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "controller/dns_view/dns_view_builder.hpp"
#include "core/support/mailbox.hpp"
#include "core/support/owned.hpp"

namespace suanlu {

/// The sending side of one follower. Called on the publisher's strand, must not block: only the newest view
/// waits.
class DnsViewSink {
public:
    DnsViewSink() = default;
    DnsViewSink(const DnsViewSink&) = delete;
    DnsViewSink& operator=(const DnsViewSink&) = delete;
    virtual ~DnsViewSink() = default;
    /// The view in force; the same again is a beat.
    virtual void send(std::shared_ptr<const DnsView> view) = 0;
};

struct PlansApplied {
    std::shared_ptr<const AppliedView> view;
};
struct DnsFollowed {
    std::weak_ptr<DnsViewSink> sink;
};
using DnsInput = std::variant<PlansApplied, DnsFacts, DnsFollowed>;

struct DnsPublisherCounters {
    DnsViewCounters views;
    std::uint64_t generation = 0;
    std::size_t followers = 0;
};

class DnsPublisher {
public:
    /// `observe` is called about once a second, for metrics.
    DnsPublisher(Strand strand, DnsViewBuilder builder,
                 std::function<void(const DnsPublisherCounters&)> observe);

    void start();
    void stop();
    /// From any thread. False: full or stopping; the message is dropped and counted.
    bool push(DnsInput input) { return inbox_.push(std::move(input)); }
    [[nodiscard]] MailboxCounters inbox_counters() const { return inbox_.counters(); }

private:
    struct State {
        DnsViewBuilder builder;
        std::shared_ptr<const DnsView> view;
        std::vector<std::weak_ptr<DnsViewSink>> sinks;
    };
    Task<void> consume();
    Task<void> keep_time();
    void handle(DnsInput& input);
    void publish();
    void send_all();

    Owned<State> state_;
    Mailbox<DnsInput> inbox_;
    std::function<void(const DnsPublisherCounters&)> observe_;
    asio::steady_timer timer_;
    SteadyClock clock_;
    bool stopping_ = false;
};

} // namespace suanlu
