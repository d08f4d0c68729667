// SPDX-License-Identifier: Apache-2.0
#include "controller/dns_view/dns_hysteresis.hpp"

#include <algorithm>

namespace suanlu {

namespace {

constexpr std::uint32_t kLeastDelayStep = 500;
constexpr std::uint32_t kShareStep = 20'000;
constexpr std::uint32_t kFreeStep = 1000 / 16;

std::uint32_t distance(std::uint32_t a, std::uint32_t b) {
    return a > b ? a - b : b - a;
}

/// Within one part in `part` of the larger; nothing is close to zero but zero.
bool is_within(std::uint32_t a, std::uint32_t b, std::uint32_t part) {
    return (a == 0) == (b == 0) && distance(a, b) <= std::max(a, b) / part;
}

bool is_close(const DnsInference& a, const DnsInference& b) {
    return is_within(a.free_tokens_per_s, b.free_tokens_per_s, 4) &&
           is_within(a.first_token_ms, b.first_token_ms, 4);
}

template <class Part>
bool both_close(const std::optional<Part>& a, const std::optional<Part>& b) {
    return a.has_value() == b.has_value() && (!a || is_close(*a, *b));
}

} // namespace

bool is_close(Microseconds a, Microseconds b) {
    return distance(a.value, b.value) <= std::max(kLeastDelayStep, std::max(a.value, b.value) / 8);
}

bool is_close(const DnsCapacity& a, const DnsCapacity& b) {
    const bool waits = (a.queue == 0) == (b.queue == 0);
    return (a.free_units == 0) == (b.free_units == 0) && waits &&
           distance(a.free_permille, b.free_permille) <= kFreeStep && is_within(a.queue, b.queue, 4);
}

bool is_close(const DnsCompute& a, const DnsCompute& b) {
    return a.grade == b.grade && a.price == b.price && a.energy == b.energy &&
           both_close(a.capacity, b.capacity) && both_close(a.inference, b.inference);
}

bool is_close(const DnsSite& a, const DnsSite& b) {
    DnsSite same = b;
    same.compute = a.compute;
    return a == same && is_close(a.compute, b.compute);
}

bool is_close(const std::vector<DnsRank>& a, const std::vector<DnsRank>& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&b](const DnsRank& rank) {
               const auto other = std::find_if(b.begin(), b.end(),
                                               [&rank](const DnsRank& r) { return r.site == rank.site; });
               return other != b.end() && distance(rank.ppm, other->ppm) <= kShareStep &&
                      both_close(rank.delay, other->delay);
           });
}

bool is_close(const DnsAnswer& a, const DnsAnswer& b) {
    return a.mode == b.mode && a.basis == b.basis && is_close(a.ranks, b.ranks);
}

} // namespace suanlu
