// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/transfer.hpp"

#include <algorithm>
#include <limits>

#include "controller/paths/graph/tree.hpp"
#include "controller/paths/query/flow.hpp"
#include "controller/paths/query/refusal.hpp"

namespace suanlu::paths {

namespace {

// The network once per slot, joined by storage; the source feeds every slot, the sink drains every slot.
class TimeNetwork {
public:
    // Slots [query.earliest, end).
    TimeNetwork(const Graph& graph, const TransferQuery& query, const Weights& weights, std::uint32_t end)
        : routers_(graph.routers()), flow_((end - query.earliest) * graph.routers() + 2) {
        for (std::uint32_t slot = query.earliest; slot < end; ++slot) {
            const std::uint32_t first = 2 + (slot - query.earliest) * routers_;
            flow_.add_arc(kSource, first + query.from, query.volume_bytes, 0);
            flow_.add_arc(first + query.to, kSink, query.volume_bytes, 0);
            for (std::uint32_t link = 0; link < graph.links(); ++link) {
                const std::uint64_t room = capacity(query, query.spare[slot][link]);
                if (weights[link] < kInfinite && room > 0 && graph.from(link) != graph.to(link)) {
                    const auto arc =
                        flow_.add_arc(first + graph.from(link), first + graph.to(link), room, weights[link]);
                    legs_.push_back({arc, slot, link});
                }
            }
            for (const auto& [router, room] : query.storage) {
                if (slot + 1 < end && router != query.from && router != query.to) {
                    const auto arc = flow_.add_arc(first + router, first + routers_ + router,
                                                   std::min(room, query.volume_bytes), 0);
                    holds_.push_back({arc, slot, router});
                }
            }
        }
    }

    std::uint64_t push_most(std::uint64_t amount) { return flow_.push_most(kSource, kSink, amount); }
    std::uint64_t push_cheapest(std::uint64_t amount) { return flow_.push_cheapest(kSource, kSink, amount); }

    [[nodiscard]] TransferSchedule schedule(const TransferQuery& query, const Weights& weights) const {
        TransferSchedule out;
        double cost = 0;
        for (const Place& leg : legs_) {
            if (const std::uint64_t bytes = flow_.flow(leg.arc); bytes > 0) {
                const std::uint64_t rate =
                    bytes / query.slot_seconds + (bytes % query.slot_seconds != 0 ? 1 : 0);
                out.legs.push_back({leg.slot, leg.where, bytes, rate});
                out.complete_after = std::max(out.complete_after, leg.slot);
                cost += static_cast<double>(bytes) * weights[leg.where];
            }
        }
        for (const Place& hold : holds_) {
            if (const std::uint64_t bytes = flow_.flow(hold.arc); bytes > 0) {
                out.holds.push_back({hold.slot, hold.where, bytes});
            }
        }
        out.mean_cost = cost / static_cast<double>(query.volume_bytes);
        return out;
    }

private:
    struct Place {
        std::uint32_t arc, slot, where;
    };
    static constexpr std::uint32_t kSource = 0, kSink = 1;

    // What a link carries in a slot; more than the volume is as good as the volume.
    static std::uint64_t capacity(const TransferQuery& query, std::uint64_t rate) {
        return rate > query.volume_bytes / query.slot_seconds ? query.volume_bytes
                                                              : rate * query.slot_seconds;
    }

    std::uint32_t routers_;
    FlowNetwork flow_;
    std::vector<Place> legs_, holds_;
};

Status check_query(const Graph& graph, const TransferQuery& query) {
    if (query.from >= graph.routers() || query.to >= graph.routers() ||
        (!query.storage.empty() && query.storage.rbegin()->first >= graph.routers())) {
        return Error{Errc::kNotFound, "the query names a router that the network does not have"};
    }
    if (query.from == query.to) {
        return Error{Errc::kBadInput, "the volume is where it should go already"};
    }
    if (query.volume_bytes == 0 || query.volume_bytes > std::uint64_t{1} << 60 || query.slot_seconds == 0) {
        return Error{Errc::kOutOfRange, "a transfer has 1 to 2^60 bytes and slots of a second or more"};
    }
    if (query.earliest >= query.deadline || query.deadline > query.spare.size()) {
        return Error{Errc::kBadInput, "the slots " + std::to_string(query.earliest) + " to before " +
                                          std::to_string(query.deadline) + " do not lie in the " +
                                          std::to_string(query.spare.size()) +
                                          " slots whose bandwidth is known"};
    }
    for (const auto& slot : query.spare) {
        if (slot.size() != graph.links()) {
            return Error{Errc::kBadInput, "spare bandwidth is needed for every link in every slot"};
        }
    }
    const Bounds& bounds = query.bounds;
    if (bounds.max_delay || bounds.max_jitter || bounds.max_loss_ppm || bounds.max_hops ||
        bounds.max_segments) {
        return Error{Errc::kUnsupported,
                     "a transfer over many paths has no single delay, jitter, loss or length"};
    }
    const std::uint64_t slots = query.deadline - query.earliest;
    if (slots * (std::uint64_t{graph.links()} + graph.routers()) > kLargestTransfer) {
        return Error{Errc::kOutOfRange, "links and routers times slots exceed " +
                                            std::to_string(kLargestTransfer) + "; take longer slots"};
    }
    return {};
}

Error too_much(const TransferQuery& query, std::uint64_t fits) {
    return {Errc::kRefused, "of " + std::to_string(query.volume_bytes) + " bytes only " +
                                std::to_string(fits) + " arrive by the end of slot " +
                                std::to_string(query.deadline - 1)};
}

} // namespace

Result<TransferSchedule> plan_transfer(const Graph& graph, const TransferQuery& query) {
    SL_TRY_VOID(check_query(graph, query));
    Weights weights = weights_from(graph, query.view, query.from, query.to);
    const Weights open = weights;
    mask(graph, query.bounds, query.from, query.to, weights);
    if (shortest_tree(graph, weights, query.from).distance[query.to] == kInfinite) {
        return why_no_path(graph, open, query.bounds, query.from, query.to, {});
    }
    const auto fits_before = [&](std::uint32_t end) {
        return TimeNetwork(graph, query, weights, end).push_most(query.volume_bytes);
    };
    if (const std::uint64_t fits = fits_before(query.deadline); fits < query.volume_bytes) {
        return too_much(query, fits);
    }
    std::uint32_t too_early = query.earliest; // what fits before a slot grows with it
    std::uint32_t end = query.deadline;
    while (end - too_early > 1) {
        const std::uint32_t middle = too_early + (end - too_early) / 2;
        (fits_before(middle) == query.volume_bytes ? end : too_early) = middle;
    }
    TimeNetwork network(graph, query, weights, end);
    SL_CHECK(network.push_cheapest(query.volume_bytes) == query.volume_bytes);
    return network.schedule(query, weights);
}

} // namespace suanlu::paths
