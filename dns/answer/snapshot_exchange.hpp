// SPDX-License-Identifier: Apache-2.0
// Where workers find the newest snapshot without a lock. A worker takes the pointer before a batch and is
// done with it at the next take; the publisher keeps a snapshot until every worker has taken a later one
// (quiescent states, as in RCU). One publisher at a time; one Reader per worker, which outlives its thread.
#pragma once

#include <atomic>
#include <deque>
#include <memory>

#include "dns/answer/snapshot.hpp"

namespace suanlu::dns {

class SnapshotExchange {
public:
    /// On a cache line of its own: each worker writes its reader at every batch.
    class alignas(64) Reader {
    public:
        /// The newest snapshot; what an earlier call gave may be gone afterwards.
        const Snapshot& take(const SnapshotExchange& exchange) {
            // Sequentially consistent: "seen" must be visible before the pointer that it vouches for is used.
            for (;;) {
                const std::uint64_t epoch = exchange.epoch_.load();
                seen_.store(epoch);
                if (exchange.epoch_.load() == epoch) {
                    return *exchange.current_.load();
                }
            }
        }
        /// Holds nothing until the next take, e.g. while waiting for packets.
        void leave() { seen_.store(kAway); }

    private:
        friend class SnapshotExchange;
        static constexpr std::uint64_t kAway = ~std::uint64_t{0};
        std::atomic<std::uint64_t> seen_{kAway};
    };

    SnapshotExchange(std::shared_ptr<const Snapshot> first, std::size_t readers)
        : readers_(readers), newest_(std::move(first)), current_(newest_.get()) {}

    [[nodiscard]] Reader& reader(std::size_t number) { return readers_[number]; }

    /// Makes `next` the one that later takes give, and drops those that no worker can hold any more.
    void publish(std::shared_ptr<const Snapshot> next) {
        retired_.push_back({epoch_.load(), std::move(newest_)});
        newest_ = std::move(next);
        current_.store(newest_.get());
        epoch_.fetch_add(1);
        reclaim();
    }
    void reclaim() {
        std::uint64_t oldest = Reader::kAway;
        for (const Reader& reader : readers_) {
            oldest = std::min(oldest, reader.seen_.load());
        }
        while (!retired_.empty() && retired_.front().last_epoch < oldest) {
            retired_.pop_front();
        }
    }
    [[nodiscard]] std::size_t retired() const { return retired_.size(); }
    [[nodiscard]] const std::shared_ptr<const Snapshot>& newest() const { return newest_; }

private:
    struct Retired {
        /// Readers that took in this epoch, or before, may hold it.
        std::uint64_t last_epoch;
        std::shared_ptr<const Snapshot> snapshot;
    };

    std::deque<Reader> readers_;
    std::shared_ptr<const Snapshot> newest_;
    std::deque<Retired> retired_;
    std::atomic<const Snapshot*> current_;
    std::atomic<std::uint64_t> epoch_{1};
};

} // namespace suanlu::dns
