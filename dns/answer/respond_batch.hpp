// SPDX-License-Identifier: Apache-2.0
// The queries that came by UDP in one go. What each will read of the snapshot is fetched while others are
// worked on: one at a time they wait for memory longer than all their work takes. Pure, no allocation.
#pragma once

#include "dns/answer/respond.hpp"

namespace suanlu::dns {

/// A query by UDP and its answer.
struct UdpExchange {
    ByteView query;
    Asker asker;
    /// At least kMostUdpBytes.
    std::span<std::uint8_t> out;
    /// Octets in `out`; 0 = silence.
    std::size_t answered = 0;
};

/// Of more the first would leave the caches before they are answered.
inline constexpr std::size_t kMostBatch = 32;

/// Answers up to kMostBatch queries, each as `respond` does; of what is handed over with the first message.
void respond_batch(const Snapshot& snapshot, std::span<UdpExchange> batch, RespondCounters& counters);

} // namespace suanlu::dns
