// SPDX-License-Identifier: Apache-2.0
// Small nasty networks for the engine tests: parallel links, self loops, one-way links, separate parts;
// weights with many zeros, ties and unusable links. The same for one seed on every machine.
#pragma once

#include <memory>
#include <random>

#include "controller/paths/graph/metric_view.hpp"

namespace suanlu::paths {

inline Graph random_graph(std::mt19937& random, std::uint32_t routers, std::uint32_t links) {
    auto view = std::make_shared<TopologyView>();
    view->routers.resize(routers);
    for (std::uint32_t i = 0; i < links; ++i) {
        TopologyLink link;
        link.from = static_cast<std::uint32_t>(random() % routers);
        // Mostly near, so that trees are deep.
        link.to = static_cast<std::uint32_t>(random() % 4 == 0 ? random() % routers
                                                               : (link.from + random() % 4) % routers);
        view->links.push_back(link);
        if (random() % 8 != 0) {
            std::swap(link.from, link.to);
            view->links.push_back(link);
        }
    }
    sort_links(view->links);
    return Graph(view);
}

/// 0, unusable, nearly too far, one of few values (ties), or anything up to `most`.
inline std::uint32_t random_weight(std::mt19937& random, std::uint32_t most) {
    switch (random() % 12) {
    case 0:
    case 1:
        return 0;
    case 2:
        return kInfinite;
    case 3:
        return random() % 4 == 0 ? kFarthest - static_cast<std::uint32_t>(random() % 3) : 1;
    case 4:
    case 5:
    case 6:
        return 1 + static_cast<std::uint32_t>(random() % 3);
    default:
        return static_cast<std::uint32_t>(random() % most);
    }
}

inline Weights random_weights(std::mt19937& random, std::uint32_t links, std::uint32_t most) {
    Weights weights(links);
    for (std::uint32_t& weight : weights) {
        weight = random_weight(random, most);
    }
    return weights;
}

} // namespace suanlu::paths
