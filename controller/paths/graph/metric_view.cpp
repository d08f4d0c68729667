// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/graph/metric_view.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

bool takes_part(const Router& router, std::uint8_t algorithm) {
    return algorithm == 0 || std::any_of(router.algorithms.begin(), router.algorithms.end(),
                                         [&](const AlgorithmLocator& l) { return l.algorithm == algorithm; });
}

bool share_one(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    return std::any_of(a.begin(), a.end(),
                       [&](std::uint32_t group) { return std::binary_search(b.begin(), b.end(), group); });
}

} // namespace

MetricView MetricView::of(const FlexAlgorithm& definition) {
    return {definition.metric, definition.affinity, definition.exclude_srlgs, definition.algorithm, true};
}

std::uint32_t metric_of(const TopologyLink& link, Metric metric) {
    std::uint32_t value = kInfinite;
    switch (metric) {
    case Metric::kIgp:
        return link.igp_metric < kUnusableMetric ? link.igp_metric : kInfinite;
    case Metric::kTe:
        return link.te_metric ? std::min(*link.te_metric, kInfinite) : metric_of(link, Metric::kIgp);
    case Metric::kDelay:
        value = link.delay.value;
        break;
    case Metric::kDelayMin:
        value = link.delay_min.value_or(link.delay).value;
        break;
    case Metric::kDelayMax:
        value = link.delay_max.value_or(link.delay).value;
        break;
    }
    return std::min(value, kInfinite);
}

Weights weights_of(const Graph& graph, const MetricView& view, std::span<const std::uint32_t> sources) {
    const auto& routers = graph.view().routers;
    std::vector<bool> takes(routers.size());
    for (std::size_t index = 0; index < routers.size(); ++index) {
        takes[index] = takes_part(routers[index], view.algorithm);
    }
    Weights out(graph.links(), kInfinite);
    for (std::uint32_t index = 0; index < graph.links(); ++index) {
        const TopologyLink& link = graph.link(index);
        const bool is_closed = view.respects_overload && routers[link.from].is_overloaded &&
                               std::find(sources.begin(), sources.end(), link.from) == sources.end();
        if (takes[link.from] && takes[link.to] && !is_closed && view.affinity.admits(link.affinity) &&
            !share_one(link.srlgs, view.exclude_srlgs)) {
            out[index] = metric_of(link, view.metric);
        }
    }
    return out;
}

} // namespace suanlu::paths
