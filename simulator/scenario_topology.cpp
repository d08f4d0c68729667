// SPDX-License-Identifier: Apache-2.0
// Section network.topology: round trips over the fastest paths of a topology, there and back, and, where jobs
// bring a volume of data with them, the links that it goes over and their bandwidth to spare.
#include <algorithm>
#include <cmath>
#include <memory>

#include "controller/paths/library/path_library.hpp"
#include "controller/topology/files/topology_file.hpp"
#include "core/model/quantity_text.hpp"
#include "simulator/field_text.hpp"
#include "simulator/scenario_sections.hpp"

namespace suanlu::sim {

namespace {

constexpr std::size_t kNamedRouters = 8; ///< in a complaint
constexpr std::size_t kMostWays = 40'000;

std::optional<ReadTopology> load(YamlNode& node, const Reading& reading) {
    ReadOptions options;
    options.format = node.optional("format").text();
    options.delay_per_km = read_seconds(node.optional("per_km"), 1, 5e-6) * 1e6;
    YamlNode file = node.optional("file");
    YamlNode text = node.optional("text");
    if (file.is_present() == text.is_present()) {
        node.complain("exactly one of file and text is needed");
        return std::nullopt;
    }
    if (text.is_present()) {
        const std::string inside = text.text();
        return accept(text, read_topology({"text", inside}, options));
    }
    const auto path = accept(file, reading.files.find(file.text()));
    return path ? accept(file, load_topology(*path, options)) : std::nullopt;
}

std::vector<std::uint32_t> routers_of(const TopologyView& view, std::vector<Whereabouts>& places) {
    std::vector<std::uint32_t> out;
    for (Whereabouts& place : places) {
        const auto router = view.by_name.find(place.at);
        if (router != view.by_name.end()) {
            out.push_back(router->second);
            continue;
        }
        std::string some;
        for (std::size_t i = 0; i < std::min(kNamedRouters, view.routers.size()); ++i) {
            some += (i == 0 ? "" : ", ") + view.routers[i].name;
        }
        place.node.complain("the topology has no router '" + place.at + "'; it has " + some +
                            (view.routers.size() > kNamedRouters ? ", ..." : ""));
    }
    return out;
}

/// Bandwidth to spare of every link; 0 = carries no data.
std::vector<double> spare_of(YamlNode& node, const TopologyView& view) {
    const double spare = read_share(node.optional("spare"), 1, 1);
    YamlNode bandwidth = node.optional("bandwidth");
    BytesPerSecond unknown{0};
    if (bandwidth.is_present()) {
        unknown = accept(bandwidth, parse_bandwidth(bandwidth.text())).value_or(unknown);
    }
    std::vector<double> out;
    for (const TopologyLink& link : view.links) {
        out.push_back(static_cast<double>(paths::bandwidth_of(link).value_or(unknown).value) * spare);
    }
    return out;
}

/// Every job's data takes the way of least delay among links with bandwidth to spare.
struct VolumeRoutes {
    const paths::PathLibrary& library;
    paths::PathQuery query;

    VolumeRoutes(const paths::PathLibrary& engine, const std::vector<double>& spare) : library(engine) {
        query.view.metric = Metric::kDelay;
        for (std::uint32_t link = 0; link < spare.size(); ++link) {
            if (spare[link] <= 0) {
                query.bounds.exclude_links.push_back(link);
            }
        }
    }
    /// Nothing without a way.
    std::optional<std::vector<std::uint32_t>> find(std::uint32_t from, std::uint32_t to) {
        query.from = from;
        query.to = to;
        auto found = library.path(query);
        return found ? std::optional<std::vector<std::uint32_t>>(
                           {found->front().links.begin(), found->front().links.end()})
                     : std::nullopt;
    }
};

/// Links that no data uses get bandwidth 1: what is checked is then above 0 everywhere.
void read_data(YamlNode node, const paths::PathLibrary& library, const std::vector<std::uint32_t>& from,
               const std::vector<std::uint32_t>& to, Reading& reading) {
    JobVolume& data = reading.scenario.data;
    YamlNode volume = node.required("volume");
    data.bytes = static_cast<double>(read_bytes(volume, 1));
    const double within = read_seconds(node.optional("within"), kLongestTime, 86400);
    const std::vector<double> spare = spare_of(node, library.view());
    if (data.bytes <= 0) {
        volume.complain("must be above 0B");
    }
    if (from.size() * to.size() > kMostWays) {
        node.complain("more than " + std::to_string(kMostWays) + " ways from ingresses to sites");
        return;
    }
    for (const double rate : spare) {
        data.link_bytes_per_s.push_back(rate > 0 ? rate : 1);
    }
    VolumeRoutes ways(library, spare);
    for (std::size_t i = 0; i < from.size(); ++i) {
        data.routes.emplace_back(to.size());
        for (std::size_t j = 0; j < to.size(); ++j) {
            auto way =
                from[i] == to[j] ? std::optional(std::vector<std::uint32_t>{}) : ways.find(from[i], to[j]);
            double alone = way ? 0 : HUGE_VAL;
            for (std::size_t k = 0; way && k < way->size(); ++k) {
                alone = std::max(alone, data.bytes / spare[(*way)[k]]);
            }
            if (alone > within) {
                reading.scenario.rtt_s[i][j] = -1;
                continue;
            }
            data.routes[i][j] = *std::move(way);
        }
    }
}

} // namespace

void read_topology_network(YamlNode node, Reading& reading) {
    auto read = load(node, reading);
    YamlNode data = node.optional("data");
    if (!read) {
        return;
    }
    const auto view = std::make_shared<const TopologyView>(std::move(read->view));
    const std::vector<std::uint32_t> from = routers_of(*view, reading.ingresses);
    const std::vector<std::uint32_t> to = routers_of(*view, reading.sites);
    if (from.size() != reading.ingresses.size() || to.size() != reading.sites.size() || from.empty() ||
        to.empty()) {
        return;
    }
    paths::PathLibrary library(view, {.only = {}, .uses_cuda = false});
    paths::MetricView metric;
    metric.metric = Metric::kDelay;
    library.set_metrics(metric);
    const paths::Distances there = library.many_to_all(to, paths::Direction::kTo);
    const paths::Distances back = library.many_to_all(to, paths::Direction::kFrom);
    for (std::size_t i = 0; i < from.size(); ++i) {
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::uint32_t way = paths::add(there.at(from[i], j), back.at(from[i], j));
            reading.scenario.rtt_s[i][j] = way < paths::kInfinite ? way * 1e-6 : -1;
        }
    }
    if (data.is_present()) {
        read_data(data, library, from, to, reading);
    }
}

} // namespace suanlu::sim
