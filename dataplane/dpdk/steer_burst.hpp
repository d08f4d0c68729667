// SPDX-License-Identifier: Apache-2.0
// A burst of packets through the shared C core. Called by an lcore on packets that it owns; what becomes of
// them is the caller's to carry out. Nothing can fail: each packet has a verdict and is counted.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/dpdk/shared_tables.hpp"

struct rte_mbuf;

namespace suanlu {

struct Remembered;

inline constexpr std::uint16_t kBurst = 32;

/// What a burst shares.
struct BurstContext {
    SharedTables* tables;
    LcoreState* lcore;
    std::uint64_t now;       ///< monotonic, ns
    std::uint32_t interface; ///< that they came in by
    std::uint32_t role;      ///< enum sl_role of that interface
    Remembered* remembered;  ///< the lcore's
};

/// As enum sl_verdict in steer.h, which only the file that defines an engine may include.
enum : std::uint32_t { kPass = 0, kDrop = 1, kRedirect = 2 };

struct BurstOutcome {
    std::uint32_t verdict;
    std::uint32_t interface; ///< for SL_REDIRECT
    /// As one word.
    friend bool operator==(const BurstOutcome& one, const BurstOutcome& other) {
        return std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other);
    }
};

/// At most kBurst packets; `outcomes` has as many places. How many from the first one on are known to have
/// its outcome, at least it.
std::size_t steer_burst(const BurstContext& context, std::span<rte_mbuf*> packets, BurstOutcome* outcomes);

/// The same for one kind of processor.
struct BurstVariant {
    const char* name;
    std::size_t (*steer)(const BurstContext&, std::span<rte_mbuf*>, BurstOutcome*);
};
/// Those that this processor can run, the fastest last: the one that steer_burst() takes.
std::vector<BurstVariant> burst_variants();

} // namespace suanlu
