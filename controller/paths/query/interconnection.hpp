// SPDX-License-Identifier: Apache-2.0
// Which kind of network joins two sites: the interconnection priorities of the Greater Bay Area
// computing-network standard, section 5.2, as one lexicographic rule with a name to show.
//   the data's class first:  high volume that needs security or quality   OTN
//                            low volume that needs them                   IP private line
//                            no such need                                 Internet
//   then the pair of sites:  hub and hub                                  OTN, IP private line, Internet
//                            otherwise                                    IP private line, OTN, Internet
// Each step widens the layers by the next one, so a path may change between those admitted so far. Links of
// unknown layer are never admitted. The bounds of the query hold in every step; when no step has a path that
// is a refusal. Pure.
#pragma once

#include "controller/paths/query/find_path.hpp"

namespace suanlu::paths {

enum class SiteRole : std::uint8_t { kHub, kEdge };

struct TrafficClass {
    bool is_high_volume = false;
    bool needs_security_or_quality = false;

    bool operator==(const TrafficClass&) const = default;
};

struct LayerRule {
    /// "5.2 hub-hub, high volume with security or quality need: OTN, IP private, Internet".
    std::string name;
    /// Most wanted first, each once.
    std::vector<LinkLayer> order;

    /// Layers of a step, 0 to 2: the first step + 1 of `order`.
    [[nodiscard]] std::vector<LinkLayer> layers_of(std::size_t step) const;
};

/// Without a class the pair of sites decides alone.
LayerRule layer_rule(SiteRole a, SiteRole b, std::optional<TrafficClass> data);

struct PassedOver {
    std::vector<LinkLayer> layers;
    Error reason;
};

struct InterconnectedPaths {
    std::string rule;
    std::vector<LinkLayer> layers; ///< of the step that had a path
    std::vector<PassedOver> passed_over;
    std::vector<FoundPath> paths;
};

/// The first step with a path, k paths or pair within the bounds. Layers that the query's own bounds leave
/// out stay out. The error lists every step with its reason.
Result<InterconnectedPaths> find_by_layer(const Graph& graph, const PathQuery& query, const LayerRule& rule);

} // namespace suanlu::paths
