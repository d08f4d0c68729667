// SPDX-License-Identifier: Apache-2.0
// Response rate limiting: who forges the source of queries shall not reach its victim with more than a
// trickle of answers. Counted by the prefix of the source and the kind of answer, in a table of fixed size
// that all workers share without locks: a lost update lets one more answer out, never fewer. A full table
// forgets whoever asked least. Each entry is a token bucket kept as one time (generic cell rate algorithm,
// ITU-T I.371).
#pragma once

#include <atomic>
#include <memory>

#include "core/model/ip6.hpp"
#include "dns/answer/siphash.hpp"

namespace suanlu::dns {

/// Kinds of answers with a bucket each: a flood of names that do not exist takes nothing from real answers.
enum class AnswerKind : std::uint8_t { kPositive, kNoData, kNxDomain, kReferral, kError };

enum class RateLimitAction : std::uint8_t {
#define SL_RATE_LIMIT_ACTION(action, code, meaning) code,
#include "dns/answer/rate_limit_actions.def"
#undef SL_RATE_LIMIT_ACTION
    kNone,
};
inline constexpr std::size_t kRateLimitActions = static_cast<std::size_t>(RateLimitAction::kNone);

/// Label of metrics: "slipped".
std::string_view to_text(RateLimitAction action);

struct RateLimits {
    static constexpr std::uint32_t kMostPerSecond = 64'000;

    /// Answers per second and prefix; and those that are no help to anybody: errors and names that are not
    /// there.
    std::uint32_t per_second = 200;
    std::uint32_t errors_per_second = 50;
    /// How many seconds' worth may come at once.
    std::uint32_t burst_seconds = 2;
    /// Every n-th answer beyond the limit goes out cut (TC); 0 = none.
    std::uint32_t slip = 2;
    /// Clients of one IPv4 /24 or IPv6 /56 share a bucket.
    std::uint8_t v4_bits = 24;
    std::uint8_t v6_bits = 56;
    /// Entries of the table.
    std::size_t entries = 65536;
    std::vector<Prefix6> exempt = {};
};

class RateLimiter {
public:
    /// `key`: random, so that nobody can choose prefixes that meet in one place of the table.
    RateLimiter(RateLimits limits, const SipKey& key);

    /// What is to be done with an answer to `source` (IPv4 mapped) at `now_ms`, any clock that does not step.
    RateLimitAction look_at(const Ip6& source, AnswerKind kind, std::uint32_t now_ms);

private:
    /// 24 bits of the hash | 8 bits that count answers beyond the limit | 32 bits: the time, in ticks, when
    /// the bucket will be full again.
    using Entry = std::atomic<std::uint64_t>;
    static constexpr std::size_t kWays = 4;

    /// How long, in ticks, until the entry's bucket is full; a time farther away than a burst has long
    /// passed.
    [[nodiscard]] std::uint32_t debt_of(std::uint64_t entry, std::uint32_t now) const;
    [[nodiscard]] std::uint64_t hash_of(const Ip6& source, AnswerKind kind) const;
    [[nodiscard]] Entry& entry_of(std::uint64_t hash, std::uint32_t now) const;

    RateLimits limits_;
    std::uint32_t burst_;
    SipKey key_;
    std::size_t sets_;
    std::unique_ptr<Entry[]> entries_;
};

} // namespace suanlu::dns
