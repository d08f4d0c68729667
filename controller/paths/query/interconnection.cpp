// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/interconnection.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

std::string layer_words(LinkLayer layer) {
    switch (layer) {
    case LinkLayer::kOtn:
        return "OTN";
    case LinkLayer::kIpPrivate:
        return "IP private";
    case LinkLayer::kInternet:
        return "Internet";
    case LinkLayer::kUnknown:
        break;
    }
    return "unknown";
}

std::string list_words(const std::vector<LinkLayer>& layers) {
    std::string out;
    for (const LinkLayer layer : layers) {
        out += (out.empty() ? "" : ", ") + layer_words(layer);
    }
    return out;
}

std::string class_words(const TrafficClass& data) {
    return std::string(", ") + (data.is_high_volume ? "high" : "low") + " volume " +
           (data.needs_security_or_quality ? "with" : "without") + " security or quality need";
}

LinkLayer layer_for(const TrafficClass& data) {
    if (!data.needs_security_or_quality) {
        return LinkLayer::kInternet;
    }
    return data.is_high_volume ? LinkLayer::kOtn : LinkLayer::kIpPrivate;
}

} // namespace

std::vector<LinkLayer> LayerRule::layers_of(std::size_t step) const {
    return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(std::min(step + 1, order.size()))};
}

LayerRule layer_rule(SiteRole a, SiteRole b, std::optional<TrafficClass> data) {
    const bool are_hubs = a == SiteRole::kHub && b == SiteRole::kHub;
    LayerRule out;
    out.order = are_hubs ? std::vector{LinkLayer::kOtn, LinkLayer::kIpPrivate, LinkLayer::kInternet}
                         : std::vector{LinkLayer::kIpPrivate, LinkLayer::kOtn, LinkLayer::kInternet};
    if (data) {
        std::stable_partition(out.order.begin(), out.order.end(),
                              [&](LinkLayer layer) { return layer == layer_for(*data); });
    }
    const bool is_mixed = a != b;
    out.name = std::string("5.2 ") +
               (are_hubs   ? "hub-hub"
                : is_mixed ? "hub-edge"
                           : "edge-edge") +
               (data ? class_words(*data) : "") + ": " + list_words(out.order);
    return out;
}

Result<InterconnectedPaths> find_by_layer(const Graph& graph, const PathQuery& query, const LayerRule& rule) {
    InterconnectedPaths out;
    out.rule = rule.name;
    std::string reasons;
    for (std::size_t step = 0; step < rule.order.size(); ++step) {
        PathQuery widened = query;
        const auto& allowed = query.bounds.layers;
        const auto is_allowed = [&](LinkLayer layer) {
            return allowed.empty() || std::find(allowed.begin(), allowed.end(), layer) != allowed.end();
        };
        if (!is_allowed(rule.order[step])) {
            out.passed_over.push_back(
                {rule.layers_of(step), Error{Errc::kRefused, "left out by the bounds"}});
            reasons += "; " + layer_words(rule.order[step]) + ": left out by the bounds";
            continue;
        }
        widened.bounds.layers.clear();
        for (const LinkLayer layer : rule.layers_of(step)) {
            if (is_allowed(layer)) {
                widened.bounds.layers.push_back(layer);
            }
        }
        out.layers = widened.bounds.layers;
        auto paths = find_paths(graph, widened);
        if (paths) {
            out.paths = *std::move(paths);
            return out;
        }
        reasons += "; " + list_words(out.layers) + ": " + paths.error().detail;
        out.passed_over.push_back({out.layers, std::move(paths).error()});
        const Errc code = out.passed_over.back().reason.code;
        if (code != Errc::kRefused && code != Errc::kExhausted) { // a wrong question, or no path in any layer
            return std::move(out.passed_over.back().reason);
        }
    }
    return Error{Errc::kRefused, rule.name + reasons};
}

} // namespace suanlu::paths
