// SPDX-License-Identifier: Apache-2.0
// What a path must keep to, apart from being cheap. Bounds of single links and routers become a mask on the
// weights; bounds of sums (delay, jitter, loss, hops) are kept by the searches. Unknown is not admitted: a
// link whose jitter nobody told has no place on a path with a jitter bound. Bounds are never loosened: they
// hold for the main path, for disjoint and for repair paths, and without a path the answer is a refusal.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/paths/graph/metric_view.hpp"

namespace suanlu::paths {

struct Bounds {
    /// Sum of average one-way delays.
    std::optional<Microseconds> max_delay;
    /// Sum of the links' delay variations: the pessimistic figure, variations do not cancel out.
    std::optional<Microseconds> max_jitter;
    /// Composed over the links, 1 - prod(1 - p); see Survival.
    std::optional<std::uint32_t> max_loss_ppm;
    /// Against the available bandwidth where it is known, else the link's.
    std::optional<BytesPerSecond> min_bandwidth;
    std::optional<std::uint32_t> max_hops;
    /// Not known before a path is encoded: carried for the encoder (segments/encode.hpp), not looked at here.
    std::optional<std::uint32_t> max_segments;
    AffinityRule affinity;
    /// Empty = any. A link is admitted by its own area or, when it has none, by those of both its routers; a
    /// router that is known to lie elsewhere closes its links whatever they say. Unknown is not admitted.
    std::vector<std::string> legal_areas;
    /// The weakest protection of a link.
    Protection protection = Protection::kNone;
    /// The weakest protection of a router that the path passes; not asked of its two ends.
    Protection transit_protection = Protection::kNone;
    /// Empty = any; otherwise a link of unknown layer is not admitted.
    std::vector<LinkLayer> layers;
    std::vector<std::uint32_t> exclude_links, exclude_routers, exclude_srlgs;

    bool operator==(const Bounds&) const = default;
};

/// Share of packets that arrive, in 1/4 000 000 000: integers, so that every machine composes alike. Rounded
/// down after each link, which is worth less than 0.000001 ppm.
using Survival = std::uint32_t;
inline constexpr Survival kAllArrive = 4'000'000'000;
/// Over a further link. 1 000 000 ppm and more lose all.
constexpr Survival over_link(Survival before, std::uint32_t loss_ppm) {
    const std::uint64_t arrive = loss_ppm < 1'000'000 ? 1'000'000 - loss_ppm : 0;
    return static_cast<Survival>(before * arrive / 1'000'000);
}
/// Rounded to the nearest.
constexpr std::uint32_t loss_ppm_of(Survival survival) {
    return (kAllArrive - survival + 2'000) / 4'000;
}

/// What a walk amounts to; missing when one of its links does not tell.
struct Measures {
    std::optional<Microseconds> delay, jitter;
    std::optional<std::uint32_t> loss_ppm;
    /// The narrowest link; missing for an empty walk too.
    std::optional<BytesPerSecond> bandwidth;
    std::uint32_t hops = 0;
    /// The smallest of the links; zero for an empty walk.
    Bytes mtu;
    /// Ascending, each once.
    std::vector<LinkLayer> layers;

    bool operator==(const Measures&) const = default;
};
Measures measure(const Graph& graph, const Walk& walk);

/// Available bandwidth where known, else the link's.
std::optional<BytesPerSecond> bandwidth_of(const TopologyLink& link);

/// One kind of bound; the order is that in which refusals look for the culprit.
enum class Bound : std::uint8_t {
    kExcluded,
    kAffinity,
    kArea,
    kProtection,
    kTransitProtection,
    kLayer,
    kBandwidth,
    kDelay,
    kJitter,
    kLoss,
    kHops,
};
inline constexpr std::uint8_t kBoundKinds = 11;
/// "legal area", "delay", ...
std::string_view to_text(Bound bound);

/// Whether a link may lie on a path between two routers as far as the link and its ends decide; for the
/// bounds of sums: whether the link tells its share at all. `culprit`: the first bound against it, untouched
/// otherwise.
bool admits(const Graph& graph, const Bounds& bounds, std::uint32_t from, std::uint32_t to,
            std::uint32_t link, Bound* culprit = nullptr);

/// Makes every link unusable that is not admitted.
void mask(const Graph& graph, const Bounds& bounds, std::uint32_t from, std::uint32_t to, Weights& weights);

/// All bounds but those of one kind; those of one kind alone.
Bounds without(Bounds bounds, Bound kind);
Bounds only(const Bounds& bounds, Bound kind);

/// A walk against all bounds but max_segments. The error (kRefused) names the bound, the place and by how
/// much.
Status check_walk(const Graph& graph, const Bounds& bounds, std::uint32_t from, const Walk& walk);

} // namespace suanlu::paths
