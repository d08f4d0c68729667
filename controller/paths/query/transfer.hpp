// SPDX-License-Identifier: Apache-2.0
// "Data express": a volume that must have arrived by a deadline, sent over whatever bandwidth is spare in
// each slot of time. Answer: which link carries which rate in which slot. Earliest completion first, then the
// smallest cost. It is a flow through the network laid out over time (a copy per slot; bytes wait from slot
// to slot at the source and, if allowed, at routers with storage), hence exact. A slot is long against the
// delay of a path. Pure.
#pragma once

#include <map>

#include "controller/paths/query/bounds.hpp"

namespace suanlu::paths {

struct TransferQuery {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    /// Cost of a byte on a link.
    MetricView view;
    /// Of links and routers. A bound on a sum is kUnsupported: the volume is split over many paths.
    Bounds bounds;
    std::uint64_t volume_bytes = 0; ///< 1..2^60
    std::uint32_t slot_seconds = 1;
    /// By slot, then by link: bytes per second to spare. The transfer uses slots `earliest` to `deadline`
    /// - 1.
    std::vector<std::vector<std::uint64_t>> spare;
    std::uint32_t earliest = 0;
    std::uint32_t deadline = 0;
    /// Router -> bytes that it may keep from one slot to the next.
    std::map<std::uint32_t, std::uint64_t> storage;
};
/// Most (links + routers) x slots; about 60 bytes each.
inline constexpr std::uint64_t kLargestTransfer = 2'000'000;

struct TransferLeg {
    std::uint32_t slot = 0;
    std::uint32_t link = 0;
    std::uint64_t bytes = 0;
    std::uint64_t rate = 0; ///< bytes per second, rounded up; at most what is spare
};
struct TransferHold {
    std::uint32_t slot = 0; ///< kept from this slot to the next
    std::uint32_t router = 0;
    std::uint64_t bytes = 0;
};
struct TransferSchedule {
    std::vector<TransferLeg> legs;    ///< by slot, then link
    std::vector<TransferHold> holds;  ///< by slot, then router; without the source's own waiting
    std::uint32_t complete_after = 0; ///< slot after which everything has arrived
    double mean_cost = 0;             ///< per byte, in the view's metric; for reports
};

/// kRefused says how much would fit by the deadline.
Result<TransferSchedule> plan_transfer(const Graph& graph, const TransferQuery& query);

} // namespace suanlu::paths
