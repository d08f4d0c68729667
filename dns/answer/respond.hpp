// SPDX-License-Identifier: Apache-2.0
// A query in, the octets of its answer out. The order of decisions is that of RFC 1034 section 4.3.2; what
// an answer consists of was decided when the snapshot was built. No allocation, no clock, no lock. Pure.
#pragma once

#include <atomic>

#include "dns/answer/lookup.hpp"

namespace suanlu::dns {

/// Largest answer by UDP: fits every path without fragments (RFC 9715, DNS flag day 2020).
inline constexpr std::size_t kMostUdpBytes = 1232;
inline constexpr std::size_t kMostTcpBytes = 65535;

/// respond() leaves this query to the snapshot's streams().
inline constexpr std::size_t kHandedOver = ~std::size_t{0};

enum class DnsTransport : std::uint8_t { kUdp, kTcp, kTls };

struct Moment {
    /// Since 1970, for the age of cookies.
    std::uint32_t unix_seconds = 0;
    /// Of a clock that does not step, for rates.
    std::uint32_t mono_ms = 0;

    /// To 4 ms or so: no system call.
    static Moment coarse();
};

/// Who asks, and when.
struct Asker {
    /// IPv4 mapped.
    Ip6 source;
    DnsTransport transport = DnsTransport::kUdp;
    Moment now = {};
    /// By TLS, with ALPN "dot" negotiated: fit for transfers (RFC 9103 section 7.1).
    bool is_xot = false;
    /// How long a stream may be idle, in units of 100 ms: what a client that asks is told (RFC 7828).
    std::uint16_t idle_100ms = 0;
};

/// Of one worker, who alone writes; anybody reads.
class RespondCounters {
public:
    static constexpr std::size_t kRcodes = 32;

    /// `what`: a QueryFault, CookieOutcome, RateLimitAction or Rcode. One writer: no need for an atomic
    /// addition.
    template <class What>
    void add(What what) {
        Count& count = table(*this, what)[static_cast<std::size_t>(what)];
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    template <class What>
    [[nodiscard]] std::uint64_t of(What what) const {
        return table(*this, what)[static_cast<std::size_t>(what)].load(std::memory_order_relaxed);
    }

private:
    using Count = std::atomic<std::uint64_t>;
    template <class Self>
    static auto& table(Self& self, QueryFault) {
        return self.faults_;
    }
    template <class Self>
    static auto& table(Self& self, CookieOutcome) {
        return self.cookies_;
    }
    template <class Self>
    static auto& table(Self& self, RateLimitAction) {
        return self.rate_limits_;
    }
    template <class Self>
    static auto& table(Self& self, Rcode) {
        return self.rcodes_;
    }

    std::array<Count, kQueryFaults> faults_{};
    std::array<Count, kCookieOutcomes> cookies_{};
    std::array<Count, kRateLimitActions> rate_limits_{};
    std::array<Count, kRcodes> rcodes_{};
};

/// Writes the answer to `query` of `asker` into `out` and returns its size; 0 = silence, kHandedOver =
/// nothing is written, the snapshot's streams() answer.
/// `out` has at least kMostUdpBytes; what does not fit goes as header and question with TC set.
std::size_t respond(const Snapshot& snapshot, ByteView query, const Asker& asker, std::span<std::uint8_t> out,
                    RespondCounters& counters);
/// The same for a query that was read already.
std::size_t respond(const Snapshot& snapshot, const Lookup& query, const Asker& asker,
                    std::span<std::uint8_t> out, RespondCounters& counters);

} // namespace suanlu::dns
