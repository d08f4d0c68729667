// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/rate_limiter.hpp"

#include <algorithm>

namespace suanlu::dns {

namespace {

/// 64 a millisecond, so that every rate up to kMostPerSecond has a whole number of them.
constexpr std::uint32_t kTicksPerMs = RateLimits::kMostPerSecond / 1000;
constexpr std::uint32_t kTicksPerSecond = 1000 * kTicksPerMs;
constexpr unsigned kTagShift = 40;
constexpr unsigned kCountShift = 32;

std::uint64_t entry_with(std::uint64_t tag, std::uint32_t count, std::uint32_t time) {
    return tag << kTagShift | static_cast<std::uint64_t>(count & 0xffU) << kCountShift | time;
}

constexpr std::string_view kActionNames[] = {
#define SL_RATE_LIMIT_ACTION(action, code, meaning) #action,
#include "dns/answer/rate_limit_actions.def"
#undef SL_RATE_LIMIT_ACTION
};

} // namespace

std::string_view to_text(RateLimitAction action) {
    return action == RateLimitAction::kNone ? "none" : kActionNames[static_cast<std::size_t>(action)];
}

RateLimiter::RateLimiter(RateLimits limits, const SipKey& key)
    : limits_(std::move(limits)), burst_(limits_.burst_seconds * kTicksPerSecond), key_(key),
      sets_(std::bit_ceil(std::max<std::size_t>(limits_.entries / kWays, 1))),
      entries_(std::make_unique<Entry[]>(sets_ * kWays)) {
}

std::uint32_t RateLimiter::debt_of(std::uint64_t entry, std::uint32_t now) const {
    const std::uint32_t distance = static_cast<std::uint32_t>(entry) - now;
    return distance <= burst_ ? distance : 0;
}

std::uint64_t RateLimiter::hash_of(const Ip6& source, AnswerKind kind) const {
    std::array<std::uint8_t, 17> input{};
    const std::size_t bits = source.is_mapped_v4() ? 96U + limits_.v4_bits : limits_.v6_bits;
    std::copy_n(source.bytes.begin(), (bits + 7) / 8, input.begin());
    if (bits % 8 != 0) {
        input[bits / 8] &= static_cast<std::uint8_t>(0xff00U >> (bits % 8));
    }
    input[16] = static_cast<std::uint8_t>(kind);
    return siphash24(key_, input);
}

RateLimiter::Entry& RateLimiter::entry_of(std::uint64_t hash, std::uint32_t now) const {
    Entry* const set = &entries_[(hash & (sets_ - 1)) * kWays];
    Entry* least = set;
    for (Entry* entry = set; entry != set + kWays; ++entry) {
        const std::uint64_t value = entry->load(std::memory_order_relaxed);
        if (value >> kTagShift == hash >> kTagShift) {
            return *entry;
        }
        if (debt_of(value, now) < debt_of(least->load(std::memory_order_relaxed), now)) {
            least = entry;
        }
    }
    return *least;
}

RateLimitAction RateLimiter::look_at(const Ip6& source, AnswerKind kind, std::uint32_t now_ms) {
    const auto holds = [&](const Prefix6& prefix) { return prefix.contains(source); };
    if (std::any_of(limits_.exempt.begin(), limits_.exempt.end(), holds)) {
        return RateLimitAction::kExempt;
    }
    const bool is_useless = kind == AnswerKind::kError || kind == AnswerKind::kNxDomain;
    const std::uint32_t cost =
        kTicksPerSecond / (is_useless ? limits_.errors_per_second : limits_.per_second);
    const std::uint32_t now = now_ms * kTicksPerMs;
    const std::uint64_t hash = hash_of(source, kind);
    Entry& entry = entry_of(hash, now);
    const std::uint64_t was = entry.load(std::memory_order_relaxed);
    const std::uint64_t tag = hash >> kTagShift;
    const bool is_ours = was >> kTagShift == tag;
    const std::uint32_t debt = is_ours ? debt_of(was, now) : 0;
    if (debt + cost <= burst_) {
        entry.store(entry_with(tag, 0, now + debt + cost), std::memory_order_relaxed);
        return RateLimitAction::kNone;
    }
    const auto count = static_cast<std::uint32_t>(was >> kCountShift & 0xffU) + 1;
    if (limits_.slip == 0 || count < limits_.slip) {
        entry.store(entry_with(tag, count, static_cast<std::uint32_t>(was)), std::memory_order_relaxed);
        return RateLimitAction::kDropped;
    }
    entry.store(entry_with(tag, 0, static_cast<std::uint32_t>(was)), std::memory_order_relaxed);
    return RateLimitAction::kSlipped;
}

} // namespace suanlu::dns
