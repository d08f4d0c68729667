// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/bounds.hpp"

#include <algorithm>

#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu::paths {

namespace {

template <class List, class Value>
bool has(const List& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_excluded(const Bounds& bounds, const TopologyLink& link, std::uint32_t index) {
    return has(bounds.exclude_links, index) || has(bounds.exclude_routers, link.from) ||
           has(bounds.exclude_routers, link.to) ||
           std::any_of(link.srlgs.begin(), link.srlgs.end(),
                       [&](std::uint32_t group) { return has(bounds.exclude_srlgs, group); });
}

bool lies_within(const Graph& graph, const Bounds& bounds, const TopologyLink& link) {
    if (bounds.legal_areas.empty()) {
        return true;
    }
    const std::string& near = graph.view().routers[link.from].legal_area;
    const std::string& far = graph.view().routers[link.to].legal_area;
    const auto allowed = [&](const std::string& area) { return has(bounds.legal_areas, area); };
    if (link.legal_area.empty()) {
        return !near.empty() && !far.empty() && allowed(near) && allowed(far);
    }
    return allowed(link.legal_area) && (near.empty() || allowed(near)) && (far.empty() || allowed(far));
}

bool is_guarded_in_transit(const Graph& graph, Protection least, std::uint32_t from, std::uint32_t to,
                           const TopologyLink& link) {
    const auto& routers = graph.view().routers;
    return (link.from == from || routers[link.from].protection >= least) &&
           (link.to == to || routers[link.to].protection >= least);
}

// Of the sums: whether the link tells its share.
bool keeps(const Graph& graph, const Bounds& bounds, std::uint32_t from, std::uint32_t to,
           std::uint32_t index, Bound kind) {
    const TopologyLink& link = graph.link(index);
    switch (kind) {
    case Bound::kExcluded:
        return !is_excluded(bounds, link, index);
    case Bound::kAffinity:
        return bounds.affinity.admits(link.affinity);
    case Bound::kArea:
        return lies_within(graph, bounds, link);
    case Bound::kProtection:
        return link.protection >= bounds.protection;
    case Bound::kTransitProtection:
        return is_guarded_in_transit(graph, bounds.transit_protection, from, to, link);
    case Bound::kLayer:
        return bounds.layers.empty() || (link.layer != LinkLayer::kUnknown && has(bounds.layers, link.layer));
    case Bound::kBandwidth:
        return !bounds.min_bandwidth ||
               bandwidth_of(link).value_or(BytesPerSecond{-1}).value >= bounds.min_bandwidth->value;
    case Bound::kDelay:
        return !bounds.max_delay || link.delay.value < kInfinite;
    case Bound::kJitter:
        return !bounds.max_jitter || (link.jitter && link.jitter->value < kInfinite);
    case Bound::kLoss:
        return !bounds.max_loss_ppm || link.loss_ppm.has_value();
    case Bound::kHops:
        return true;
    }
    return false;
}

Error exceeded(Bound kind, const std::string& is, const std::string& most) {
    return {Errc::kRefused, std::string(to_text(kind)) + " is " + is + ", the bound " + most};
}

Status check_sums(const Bounds& bounds, const Measures& measures) {
    if (bounds.max_delay && measures.delay.value_or(kUnreachableDelay) > *bounds.max_delay) {
        return exceeded(Bound::kDelay, delay_text(*measures.delay), delay_text(*bounds.max_delay));
    }
    if (bounds.max_jitter && measures.jitter.value_or(kUnreachableDelay) > *bounds.max_jitter) {
        return exceeded(Bound::kJitter, delay_text(*measures.jitter), delay_text(*bounds.max_jitter));
    }
    if (bounds.max_loss_ppm && measures.loss_ppm.value_or(1'000'000) > *bounds.max_loss_ppm) {
        return exceeded(Bound::kLoss, loss_text(*measures.loss_ppm), loss_text(*bounds.max_loss_ppm));
    }
    if (bounds.max_hops && measures.hops > *bounds.max_hops) {
        return exceeded(Bound::kHops, std::to_string(measures.hops), std::to_string(*bounds.max_hops));
    }
    return {};
}

} // namespace

std::string_view to_text(Bound bound) {
    constexpr std::string_view kWords[kBoundKinds] = {
        "exclusion",     "affinity",  "legal area", "protection", "protection of transit routers",
        "layer",         "bandwidth", "delay",      "jitter",     "loss",
        "number of hops"};
    return kWords[static_cast<std::size_t>(bound)];
}

std::optional<BytesPerSecond> bandwidth_of(const TopologyLink& link) {
    return link.available ? link.available : link.bandwidth;
}

Measures measure(const Graph& graph, const Walk& walk) {
    Measures out;
    std::uint64_t delay = 0, jitter = 0;
    bool has_delay = true, has_jitter = true, has_loss = true, has_bandwidth = !walk.empty();
    Survival survival = kAllArrive;
    for (const std::uint32_t index : walk) {
        const TopologyLink& link = graph.link(index);
        has_delay = has_delay && link.delay.value < kInfinite;
        delay += link.delay.value;
        has_jitter = has_jitter && link.jitter;
        jitter += link.jitter.value_or(Microseconds{}).value;
        has_loss = has_loss && link.loss_ppm;
        survival = over_link(survival, link.loss_ppm.value_or(0));
        const auto bandwidth = bandwidth_of(link);
        has_bandwidth = has_bandwidth && bandwidth;
        if (has_bandwidth && (!out.bandwidth || *bandwidth < *out.bandwidth)) {
            out.bandwidth = bandwidth;
        }
        out.mtu = out.hops == 0 ? link.mtu : std::min(out.mtu, link.mtu);
        ++out.hops;
        if (!has(out.layers, link.layer)) {
            out.layers.push_back(link.layer);
        }
    }
    std::sort(out.layers.begin(), out.layers.end());
    const auto sum = [](std::uint64_t value) {
        return Microseconds{static_cast<std::uint32_t>(std::min<std::uint64_t>(value, kInfinite))};
    };
    out.delay = has_delay ? std::optional(sum(delay)) : std::nullopt;
    out.jitter = has_jitter ? std::optional(sum(jitter)) : std::nullopt;
    out.loss_ppm = has_loss ? std::optional(loss_ppm_of(survival)) : std::nullopt;
    out.bandwidth = has_bandwidth ? out.bandwidth : std::nullopt;
    return out;
}

bool admits(const Graph& graph, const Bounds& bounds, std::uint32_t from, std::uint32_t to,
            std::uint32_t link, Bound* culprit) {
    for (std::uint8_t kind = 0; kind < kBoundKinds; ++kind) {
        if (!keeps(graph, bounds, from, to, link, static_cast<Bound>(kind))) {
            if (culprit != nullptr) {
                *culprit = static_cast<Bound>(kind);
            }
            return false;
        }
    }
    return true;
}

void mask(const Graph& graph, const Bounds& bounds, std::uint32_t from, std::uint32_t to, Weights& weights) {
    if (bounds == Bounds{}) {
        return;
    }
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        if (weights[link] < kInfinite && !admits(graph, bounds, from, to, link)) {
            weights[link] = kInfinite;
        }
    }
}

Bounds without(Bounds bounds, Bound kind) {
    switch (kind) {
    case Bound::kExcluded:
        bounds.exclude_links.clear();
        bounds.exclude_routers.clear();
        bounds.exclude_srlgs.clear();
        break;
    case Bound::kAffinity:
        bounds.affinity = {};
        break;
    case Bound::kArea:
        bounds.legal_areas.clear();
        break;
    case Bound::kProtection:
        bounds.protection = {};
        break;
    case Bound::kTransitProtection:
        bounds.transit_protection = {};
        break;
    case Bound::kLayer:
        bounds.layers.clear();
        break;
    case Bound::kBandwidth:
        bounds.min_bandwidth.reset();
        break;
    case Bound::kDelay:
        bounds.max_delay.reset();
        break;
    case Bound::kJitter:
        bounds.max_jitter.reset();
        break;
    case Bound::kLoss:
        bounds.max_loss_ppm.reset();
        break;
    case Bound::kHops:
        bounds.max_hops.reset();
        break;
    }
    return bounds;
}

Bounds only(const Bounds& bounds, Bound kind) {
    Bounds out = bounds;
    out.max_segments.reset();
    for (std::uint8_t other = 0; other < kBoundKinds; ++other) {
        out = other == static_cast<std::uint8_t>(kind) ? out
                                                       : without(std::move(out), static_cast<Bound>(other));
    }
    return out;
}

Status check_walk(const Graph& graph, const Bounds& bounds, std::uint32_t from, const Walk& walk) {
    const std::uint32_t to = walk.empty() ? from : graph.to(walk.back());
    for (const std::uint32_t link : walk) {
        Bound culprit{};
        if (!admits(graph, bounds, from, to, link, &culprit)) {
            return Error{Errc::kRefused, "the bound on " + std::string(to_text(culprit)) +
                                             " does not admit " + graph.view().link_name(graph.link(link))};
        }
    }
    return check_sums(bounds, measure(graph, walk));
}

} // namespace suanlu::paths
