// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/paths/networks.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "controller/topology/files/topology_file.hpp"
#include "tests/bench/paths/generators.hpp"

namespace suanlu::bench {

namespace {

std::shared_ptr<const TopologyView> load(const std::string& path) {
    auto read = load_topology(path);
    if (!read) {
        std::fprintf(stderr, "skip %s # %s\n", path.c_str(), read.error().text().c_str());
        return nullptr;
    }
    return std::make_shared<const TopologyView>(std::move(read->view));
}

// The AS graph comes without metrics.
std::shared_ptr<const TopologyView> with_weights(const TopologyView& view) {
    EdgeList list;
    list.routers = static_cast<std::uint32_t>(view.routers.size());
    for (const TopologyLink& link : view.links) {
        if (link.from < link.to) {
            list.edges.push_back({link.from, link.to, 1});
        }
    }
    return view_of(shuffled(reweighted(std::move(list), 3), 7));
}

} // namespace

BoostPeer Network::peer() const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> links;
    std::vector<std::uint32_t> usable;
    for (std::uint32_t link = 0; link < graph.links(); ++link) {
        if (weights[link] < paths::kInfinite) {
            links.emplace_back(graph.from(link), graph.to(link));
            usable.push_back(weights[link]);
        }
    }
    return BoostPeer(graph.routers(), links, usable);
}

std::vector<std::uint32_t> Network::roots(std::size_t count) const {
    std::mt19937 random(5);
    std::vector<std::uint32_t> out(count);
    std::generate(out.begin(), out.end(),
                  [&] { return static_cast<std::uint32_t>(random() % graph.routers()); });
    return out;
}

std::optional<Network> network(const std::string& name, const std::string& data) {
    if (name == "hier10k" || name == "hier100k") {
        return Network(view_of(shuffled(hierarchical(name == "hier10k" ? 10000 : 100000, 1), 7)));
    }
    if (name == "ba10k") {
        return Network(view_of(shuffled(preferential(10000, 2, 1), 7)));
    }
    const bool is_caida = name == "caida";
    const auto view = load(data + (is_caida ? "/topologies/aslevel/as-caida20070917.txt.gz"
                                            : "/topologies/repetita/rf1239_real_hard.graph"));
    if (view == nullptr) {
        return {};
    }
    paths::MetricView igp;
    igp.metric = Metric::kIgp;
    return is_caida ? Network(with_weights(*view)) : Network(view, igp);
}

std::vector<std::string> carrier_files(const std::string& data) {
    std::vector<std::string> out;
    std::error_code none;
    for (const char* folder : {"/topologies/repetita", "/topologies/rocketfuel"}) {
        for (const auto& entry : std::filesystem::directory_iterator(data + folder, none)) {
            const std::string path = entry.path().string();
            if (path.ends_with(".graph") || path.ends_with(".weights.intra")) {
                out.push_back(path);
            }
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace suanlu::bench
