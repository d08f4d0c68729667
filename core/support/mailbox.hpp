// SPDX-License-Identifier: Apache-2.0
// Mailbox<T>: the only way in which one strand hands something to another. Bounded; many senders, one
// receiver. Ordered by default. With a merge function it is latest-wins: merge(last_waiting, incoming)
// returns true when the waiting element has absorbed the new one, so that a slow receiver's backlog folds.
// When full, push refuses and counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/support/asio.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

struct MailboxCounters {
    std::uint64_t pushed = 0;
    std::uint64_t merged = 0;
    std::uint64_t dropped = 0;
    std::size_t depth = 0;
    Duration longest_wait{0};
};

template <class T>
class Mailbox {
public:
    /// Returns true when `waiting` has absorbed `incoming`; tried against every waiting element, newest
    /// first.
    using Merge = std::function<bool(T& waiting, T& incoming)>;

    Mailbox(Strand receiver, std::size_t capacity, Merge merge = {})
        : wake_(receiver), capacity_(capacity), merge_(std::move(merge)) {
        wake_.expires_at(asio::steady_timer::time_point::max());
    }

    /// From any thread. False: the mailbox is full or closed and the message was dropped and counted.
    bool push(T message) {
        {
            std::lock_guard lock(mutex_);
            if (closed_ || !enqueue(std::move(message))) {
                return false;
            }
        }
        // Timers are not thread-safe: the wake-up is posted to the receiver's strand.
        asio::post(wake_.get_executor(), [this] { wake_.cancel_one(); });
        return true;
    }

    /// On the receiver's strand. Empty optional: closed and drained.
    Task<std::optional<T>> pop() {
        for (;;) {
            {
                std::lock_guard lock(mutex_);
                if (!queue_.empty()) {
                    co_return take_front();
                }
                if (closed_) {
                    co_return std::nullopt;
                }
            }
            boost::system::error_code ignored;
            co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
    }

    /// From any thread; waiting messages are still delivered.
    void close() {
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
        }
        asio::post(wake_.get_executor(), [this] { wake_.cancel(); });
    }

    MailboxCounters counters() const {
        std::lock_guard lock(mutex_);
        MailboxCounters c = counters_;
        c.depth = queue_.size();
        return c;
    }

private:
    struct Waiting {
        T message;
        MonoTime since;
    };

    bool enqueue(T message) {
        ++counters_.pushed;
        if (merge_) {
            for (auto it = queue_.rbegin(); it != queue_.rend(); ++it) {
                if (merge_(it->message, message)) {
                    ++counters_.merged;
                    return true;
                }
            }
        }
        if (queue_.size() >= capacity_) {
            ++counters_.dropped;
            return false;
        }
        queue_.push_back({std::move(message), clock_.now()});
        return true;
    }
    T take_front() {
        counters_.longest_wait = std::max(counters_.longest_wait, clock_.now() - queue_.front().since);
        T message = std::move(queue_.front().message);
        queue_.pop_front();
        return message;
    }

    mutable std::mutex mutex_;
    asio::steady_timer wake_;
    std::deque<Waiting> queue_;
    std::size_t capacity_;
    Merge merge_;
    MailboxCounters counters_;
    SteadyClock clock_;
    bool closed_ = false;
};

} // namespace suanlu
