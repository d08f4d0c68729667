// SPDX-License-Identifier: Apache-2.0
// A path through a chain of functions (firewall, model, cache, ...) each of which several sites offer: which
// sites, and the way. One search over the graph laid on top of itself once per function, a site being the
// step from one layer to the next, finds both together: choosing the sites one after the other would be
// worse. Pure.
#pragma once

#include "controller/paths/query/find_path.hpp"

namespace suanlu::paths {

/// A router behind which a function is offered.
struct FunctionSite {
    std::uint32_t router = 0;
    /// Counts towards Bounds::max_delay, and towards the cost when the metric is a delay.
    Microseconds processing;
    /// Further cost in the metric's unit, e.g. of a busy site.
    std::uint32_t cost = 0;
};

struct ChainFunction {
    std::string name; ///< for refusals
    std::vector<FunctionSite> sites;
};

struct ChainQuery {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    MetricView view;
    Bounds bounds;
    /// In the order of the visits; at most 64.
    std::vector<ChainFunction> functions;
    std::uint32_t max_labels = 1U << 19;
};

struct FoundChain {
    /// One walk from end to end; its cost has the sites' share in it, its measures are the network's alone.
    FoundPath path;
    /// By function: index into its sites.
    std::vector<std::uint32_t> sites;
    /// By function: how many links of the walk lie before it.
    std::vector<std::uint32_t> after_links;
    Microseconds processing; ///< sum of the chosen sites
};

/// The cheapest within the bounds; of two sites at one router the better. Errors as of find_paths.
Result<FoundChain> find_chain(const Graph& graph, const ChainQuery& query);

} // namespace suanlu::paths
