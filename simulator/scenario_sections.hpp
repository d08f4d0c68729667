// SPDX-License-Identifier: Apache-2.0
// The sections of a scenario file, one reader each. All complain at the node they were given and leave the
// rest to scenario_file.cpp. Inside the reader of scenario files only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/topology/files/network_builder.hpp"
#include "core/support/yaml_walk.hpp"
#include "simulator/scenario_file.hpp"

namespace suanlu::sim {

/// Longest time that a scenario may name: 10 years.
inline constexpr double kLongestTime = 10 * 366 * 86400.0;

/// Where a site or an ingress is: what `network` makes round trips of.
struct Whereabouts {
    std::string at; ///< router, row of a matrix, place; its name unless said
    std::optional<Place> degrees;
    YamlNode node;
};

/// What other sections and files are needed to read one.
struct Reading {
    const FileSearch& files;
    Scenario& scenario;
    double time_of_day_h = 0;
    bool has_date = false; ///< series are followed by their dates, not as mean days
    std::vector<Whereabouts> sites, ingresses;

    /// The files that were read so far; nothing for one that cannot be read.
    std::map<std::string, std::optional<NamedText>> loaded{};
    /// What sites state for policies of files.
    PlacementFacts facts{};

    /// The file that `node` names; null when it cannot be read, about which the first node complains. Lives
    /// as long as this object.
    const NamedText* load(YamlNode& node);
    /// Index of a site or an ingress; complains when there is none of this name.
    std::uint32_t site(YamlNode node) const;
    std::uint32_t ingress(YamlNode node) const;
};

/// Takes a value out of a Result, or complains with its error.
template <class T>
std::optional<T> accept(YamlNode& node, Result<T> result) {
    if (!result) {
        node.complain(result.error().detail);
        return std::nullopt;
    }
    return *std::move(result);
}

/// Price, tariff, power and carbon of a site.
void read_prices_of(YamlNode node, Reading& reading, SimSite& site);
void read_sites(YamlNode node, Reading& reading);
void read_ingresses(YamlNode node, Reading& reading);
void read_network(YamlNode node, Reading& reading);
void read_sizes(YamlNode node, Reading& reading);
void read_arrivals(YamlNode node, Reading& reading);
void read_news(YamlNode node, Reading& reading);
void read_happenings(YamlNode node, Reading& reading);
/// Round trips over a topology: section network.topology.
void read_topology_network(YamlNode node, Reading& reading);

} // namespace suanlu::sim
