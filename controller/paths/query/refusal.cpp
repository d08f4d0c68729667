// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/refusal.hpp"

#include <algorithm>

#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu::paths {

namespace {

struct Question {
    const Graph& graph;
    const Weights& weights;
    const Bounds& bounds;
    std::uint32_t from, to;
    const std::vector<std::vector<StageStep>>& stages;

    // The space under some bounds of single links; limits of sums give the least of each sum, nothing is cut
    // off.
    [[nodiscard]] StateSpace space(const Bounds& of, const SumLimits& limits = {}) const {
        Weights masked = weights;
        mask(graph, of, from, to, masked);
        return {graph, std::move(masked), from, to, stages, limits};
    }
    [[nodiscard]] bool connects(const Bounds& of) const {
        const StateSpace laid = space(of);
        return laid.to_go(laid.start(), Quantity::kCost) < kInfinite;
    }
    [[nodiscard]] std::string ends() const {
        return graph.view().routers[from].name + " to " + graph.view().routers[to].name;
    }
};

bool is_set(const Bounds& bounds, Bound kind) {
    return !(only(bounds, kind) == Bounds{});
}

// The widest path's bandwidth; bandwidths of links are tried in descending order by halving.
std::optional<BytesPerSecond> widest(const Question& asked) {
    std::vector<double> rates;
    for (std::uint32_t link = 0; link < asked.graph.links(); ++link) {
        if (const auto rate = bandwidth_of(asked.graph.link(link)); rate && asked.weights[link] < kInfinite) {
            rates.push_back(rate->value);
        }
    }
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    const auto fits = [&](double rate) {
        Bounds bounds;
        bounds.min_bandwidth = BytesPerSecond{rate};
        return asked.connects(bounds);
    };
    const auto first_not = std::partition_point(rates.begin(), rates.end(), fits);
    return first_not == rates.begin() ? std::nullopt : std::optional(BytesPerSecond{*(first_not - 1)});
}

std::string best_protection(const Question& asked, Protection Bounds::*field) {
    for (auto level = static_cast<int>(Protection::kQkd); level > 0; --level) {
        Bounds bounds;
        bounds.*field = static_cast<Protection>(level);
        if (asked.connects(bounds)) {
            return ": the most is " + std::string(to_text(bounds.*field));
        }
    }
    return ": the most is none";
}

std::string unknown_links(const Question& asked, Bound kind) {
    std::size_t count = 0;
    for (std::uint32_t link = 0; link < asked.graph.links(); ++link) {
        const TopologyLink& is = asked.graph.link(link);
        const bool is_known = kind == Bound::kDelay    ? is.delay.value < kInfinite
                              : kind == Bound::kJitter ? is.jitter.has_value()
                              : kind == Bound::kLoss   ? is.loss_ppm.has_value()
                                                       : bandwidth_of(is).has_value();
        count += is_known ? 0 : 1;
    }
    return count == 0 ? "" : "; " + std::to_string(count) + " links do not tell theirs";
}

// A kind of bound that leaves no path by itself.
std::string culprit_text(const Question& asked, Bound kind) {
    const std::string start = "no path from " + asked.ends();
    switch (kind) {
    case Bound::kBandwidth: {
        const auto most = widest(asked);
        return start + " with " + bandwidth_text(*asked.bounds.min_bandwidth) + " to spare: " +
               (most ? "the widest has " + bandwidth_text(*most) : "no path's bandwidth is known") +
               unknown_links(asked, kind);
    }
    case Bound::kProtection:
        return start + " whose links have " + std::string(to_text(asked.bounds.protection)) + " or better" +
               best_protection(asked, &Bounds::protection);
    case Bound::kTransitProtection:
        return start + " whose transit routers have " +
               std::string(to_text(asked.bounds.transit_protection)) + " or better" +
               best_protection(asked, &Bounds::transit_protection);
    case Bound::kDelay:
    case Bound::kJitter:
    case Bound::kLoss:
        return start + " over links that tell their " + std::string(to_text(kind)) +
               unknown_links(asked, kind);
    case Bound::kArea: {
        std::string areas;
        for (const std::string& area : asked.bounds.legal_areas) {
            areas += (areas.empty() ? "" : ", ") + area;
        }
        return start + " within the legal area " + areas;
    }
    default:
        return start + " within the bound on " + std::string(to_text(kind));
    }
}

std::string sum_text(const Bounds& bounds, Bound kind, const StateSpace& space) {
    const std::uint32_t at = space.start();
    switch (kind) {
    case Bound::kDelay:
        return "a delay of " + delay_text(*bounds.max_delay) + ": the least is " +
               delay_text({space.to_go(at, Quantity::kDelay)});
    case Bound::kJitter:
        return "a jitter of " + delay_text(*bounds.max_jitter) + ": the least is " +
               delay_text({space.to_go(at, Quantity::kJitter)});
    case Bound::kLoss:
        return "a loss of " + loss_text(*bounds.max_loss_ppm) + ": the least is " +
               loss_text(loss_ppm_of(space.arrives(at)));
    default:
        return std::to_string(*bounds.max_hops) + " hops: the fewest are " +
               std::to_string(space.to_go(at, Quantity::kHops));
    }
}

bool exceeds(const StateSpace& space, Bound kind) {
    const std::uint32_t at = space.start();
    const SumLimits& limits = space.limits();
    switch (kind) {
    case Bound::kDelay:
        return space.to_go(at, Quantity::kDelay) > *limits.most[static_cast<std::size_t>(Quantity::kDelay)];
    case Bound::kJitter:
        return space.to_go(at, Quantity::kJitter) > *limits.most[static_cast<std::size_t>(Quantity::kJitter)];
    case Bound::kLoss:
        return loss_ppm_of(space.arrives(at)) > *limits.loss_ppm;
    default:
        return space.to_go(at, Quantity::kHops) > *limits.most[static_cast<std::size_t>(Quantity::kHops)];
    }
}

// Every link bound leaves a path, and so do all of them: the sums, over links that all bounds admit.
Error why_of_sums(const Question& asked) {
    const StateSpace space = asked.space(asked.bounds, SumLimits::of(asked.bounds));
    std::string kinds;
    for (const Bound kind : {Bound::kDelay, Bound::kJitter, Bound::kLoss, Bound::kHops}) {
        if (!is_set(asked.bounds, kind)) {
            continue;
        }
        if (exceeds(space, kind)) {
            return {Errc::kRefused,
                    "no path from " + asked.ends() + " within " + sum_text(asked.bounds, kind, space)};
        }
        kinds += (kinds.empty() ? "" : ", ") + std::string(to_text(kind));
    }
    return {Errc::kRefused, "no path from " + asked.ends() + " keeps the bounds on " + kinds +
                                " together, though each alone can be kept"};
}

// No bound alone leaves none: those without which there would be a path.
Error why_together(const Question& asked) {
    std::string kinds;
    for (std::uint8_t kind = 0; kind < kBoundKinds; ++kind) {
        const auto bound = static_cast<Bound>(kind);
        if (is_set(asked.bounds, bound) && asked.connects(without(asked.bounds, bound))) {
            kinds += (kinds.empty() ? "" : ", ") + std::string(to_text(bound));
        }
    }
    return {Errc::kRefused,
            "no path from " + asked.ends() + " keeps all bounds together" +
                (kinds.empty() ? "" : "; there would be one without that on any one of: " + kinds)};
}

} // namespace

Error why_no_path(const Graph& graph, const Weights& weights, const Bounds& bounds, std::uint32_t from,
                  std::uint32_t to, const std::vector<std::vector<StageStep>>& stages) {
    const Question asked{graph, weights, bounds, from, to, stages};
    if (!asked.connects({})) {
        return {Errc::kNotFound, "no path from " + asked.ends() + " in this view of the network at all"};
    }
    for (std::uint8_t kind = 0; kind < kBoundKinds; ++kind) {
        const auto bound = static_cast<Bound>(kind);
        if (is_set(bounds, bound) && !asked.connects(only(bounds, bound))) {
            return {Errc::kRefused, culprit_text(asked, bound)};
        }
    }
    return asked.connects(bounds) ? why_of_sums(asked) : why_together(asked);
}

} // namespace suanlu::paths
