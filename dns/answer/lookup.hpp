// SPDX-License-Identifier: Apache-2.0
// A query, read, and where in the snapshot its answer is looked for. The steps after the first only fetch
// memory: each reads what the one before asked for, so that queries of a batch wait for it together
// (respond_batch). They are guesses and change nothing about the answer. Pure.
#pragma once

#include "dns/answer/snapshot.hpp"

namespace suanlu::dns {

class Lookup {
public:
    /// Keeps `bytes`.
    Lookup(const Snapshot& snapshot, ByteView bytes);

    void fetch_owner(const Snapshot& snapshot);
    /// For a client at `source`, unless the query says another.
    void fetch_place(const Snapshot& snapshot, const Ip6& source);
    void fetch_run() const;

    [[nodiscard]] ByteView bytes() const { return bytes_; }
    [[nodiscard]] const Query& query() const { return query_; }
    [[nodiscard]] QueryFault fault() const { return fault_; }
    /// Of a query without a fault.
    [[nodiscard]] const NameTrail& trail() const { return trail_; }

private:
    ByteView bytes_;
    Query query_;
    QueryFault fault_;
    NameTrail trail_;
    /// Guessed; null = nothing to fetch.
    const OwnerAnswers* owner_ = nullptr;
    const OwnerAnswers::Set* set_ = nullptr;
    std::uint16_t class_number_ = 0;
};

} // namespace suanlu::dns
