// SPDX-License-Identifier: Apache-2.0
// A query in, the octets of its answer out. The order of decisions is that of RFC 1034 section 4.3.2; what
// an answer consists of was decided when the snapshot was built. No allocation, no clock, no lock. Pure.
#pragma once

#include <atomic>

#include "dns/answer/snapshot.hpp"

namespace suanlu::dns {

/// Largest answer by UDP: fits every path without fragments (RFC 9715, DNS flag day 2020).
inline constexpr std::size_t kMostUdpBytes = 1232;
inline constexpr std::size_t kMostTcpBytes = 65535;

enum class DnsTransport : std::uint8_t { kUdp, kTcp };

/// Who asks, and when.
struct Asker {
    /// IPv4 mapped.
    Ip6 source;
    DnsTransport transport = DnsTransport::kUdp;
    /// Since 1970, for the age of cookies.
    std::uint32_t unix_seconds = 0;
};

/// Of one worker, who alone writes; anybody reads.
class RespondCounters {
public:
    static constexpr std::size_t kRcodes = 32;

    void add(QueryFault fault) { add(faults_[static_cast<std::size_t>(fault)]); }
    void add(CookieOutcome outcome) { add(cookies_[static_cast<std::size_t>(outcome)]); }
    void add(Rcode rcode) { add(rcodes_[static_cast<std::size_t>(rcode)]); }
    [[nodiscard]] std::uint64_t of(QueryFault fault) const {
        return faults_[static_cast<std::size_t>(fault)].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t of(CookieOutcome outcome) const {
        return cookies_[static_cast<std::size_t>(outcome)].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t of(Rcode rcode) const {
        return rcodes_[static_cast<std::size_t>(rcode)].load(std::memory_order_relaxed);
    }

private:
    using Count = std::atomic<std::uint64_t>;
    /// One writer: no need for an atomic addition.
    static void add(Count& count) {
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    std::array<Count, kQueryFaults> faults_{};
    std::array<Count, kCookieOutcomes> cookies_{};
    std::array<Count, kRcodes> rcodes_{};
};

/// Writes the answer to `query` of `asker` into `out` and returns its size; 0 = silence.
/// `out` has at least kMostUdpBytes; what does not fit goes as header and question with TC set.
std::size_t respond(const Snapshot& snapshot, ByteView query, const Asker& asker, std::span<std::uint8_t> out,
                    RespondCounters& counters);

} // namespace suanlu::dns
