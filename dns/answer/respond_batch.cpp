// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/respond_batch.hpp"

#include <array>
#include <optional>

namespace suanlu::dns {

namespace {

/// The first message of what is handed over: by UDP there is no other.
std::size_t first_message(const Snapshot& snapshot, ByteView query, const Asker& asker,
                          std::span<std::uint8_t> out, RespondCounters& counters) {
    const std::size_t first = snapshot.streams()->answer(snapshot, query, asker, counters)->next(out);
    RateLimiter* const limiter = snapshot.options().rate_limiter.get();
    const bool is_refusal = first > 0 && (out[3] & 0xfU) != 0;
    if (is_refusal && limiter != nullptr && asker.transport == DnsTransport::kUdp) {
        const RateLimitAction action = limiter->look_at(asker.source, AnswerKind::kError, asker.now.mono_ms);
        if (action == RateLimitAction::kSlipped || action == RateLimitAction::kDropped) {
            counters.add(RateLimitAction::kDropped);
            return 0;
        }
    }
    return first;
}

} // namespace

// Step by step for all: while one query's memory is on its way the others are worked on.
void respond_batch(const Snapshot& snapshot, std::span<UdpExchange> batch, RespondCounters& counters) {
    SL_CHECK(batch.size() <= kMostBatch);
    std::array<std::optional<Lookup>, kMostBatch> lookups;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        lookups[i].emplace(snapshot, batch[i].query);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        lookups[i]->fetch_owner(snapshot);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        lookups[i]->fetch_place(snapshot, batch[i].asker.source);
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        lookups[i]->fetch_run();
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& [query, asker, out, answered] = batch[i];
        answered = respond(snapshot, *lookups[i], asker, out, counters);
        if (answered == kHandedOver) {
            answered = first_message(snapshot, query, asker, out, counters);
        }
    }
}

} // namespace suanlu::dns
