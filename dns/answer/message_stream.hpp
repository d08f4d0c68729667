// SPDX-License-Identifier: Apache-2.0
// What respond() leaves to others: zone transfers, which take several messages, and signed queries (TSIG).
// The snapshot names who answers them. Pure interfaces; an answerer is immutable and serves any thread.
#pragma once

#include <memory>

#include "dns/record/wire.hpp"

namespace suanlu::dns {

class Snapshot;
class RespondCounters;
struct Asker;

/// The messages of one answer. It owns what it needs, whatever becomes of the snapshot.
class MessageStream {
public:
    MessageStream() = default;
    MessageStream(const MessageStream&) = delete;
    MessageStream& operator=(const MessageStream&) = delete;
    virtual ~MessageStream() = default;
    /// Writes the next message into `out` and returns its size; 0 = that was all.
    virtual std::size_t next(std::span<std::uint8_t> out) = 0;
};

class StreamAnswerer {
public:
    StreamAnswerer() = default;
    StreamAnswerer(const StreamAnswerer&) = delete;
    StreamAnswerer& operator=(const StreamAnswerer&) = delete;
    virtual ~StreamAnswerer() = default;
    /// Answers what respond() handed over. By UDP it is one message.
    [[nodiscard]] virtual std::unique_ptr<MessageStream>
    answer(const Snapshot& snapshot, ByteView query, const Asker& asker, RespondCounters& counters) const = 0;
};

} // namespace suanlu::dns
