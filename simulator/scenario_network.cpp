// SPDX-License-Identifier: Apache-2.0
// Section network: a table, a published matrix, coordinates or a topology become round trips.
#include <algorithm>

#include "simulator/field_text.hpp"
#include "simulator/round_trips.hpp"
#include "simulator/scenario_sections.hpp"

namespace suanlu::sim {

namespace {

constexpr double kLongestRoundTrip = 1000; // s

void read_table(YamlNode node, Reading& reading) {
    Scenario& scenario = reading.scenario;
    std::vector<bool> is_read(scenario.ingresses.size(), false);
    for (auto& [name, row] : node.members()) {
        const auto same = [&wanted = name](const SimIngress& i) { return i.name == wanted; };
        const auto found = std::find_if(scenario.ingresses.begin(), scenario.ingresses.end(), same);
        if (found == scenario.ingresses.end()) {
            row.complain("no ingress is called '" + name + "'");
            continue;
        }
        const auto index = static_cast<std::size_t>(found - scenario.ingresses.begin());
        is_read[index] = true;
        std::vector<YamlNode> cells = row.items();
        if (cells.size() != scenario.sites.size()) {
            row.complain(std::to_string(cells.size()) + " round trips for " +
                         std::to_string(scenario.sites.size()) + " sites");
            continue;
        }
        for (std::size_t j = 0; j < cells.size(); ++j) {
            const bool has_path = cells[j].text() != "none";
            scenario.rtt_s[index][j] = has_path ? read_seconds(cells[j], kLongestRoundTrip, 0) : -1;
        }
    }
    for (std::size_t i = 0; i < is_read.size(); ++i) {
        if (!is_read[i]) {
            node.complain("no row for ingress '" + scenario.ingresses[i].name + "'");
        }
    }
}

std::optional<std::size_t> row_of(const std::map<std::string, std::size_t, std::less<>>& rows,
                                  Whereabouts& place, YamlNode& matrix) {
    const auto found = rows.find(place.at);
    if (found == rows.end()) {
        YamlNode at = place.node.optional("at");
        (at.is_present() ? at : matrix).complain("no row or column is called '" + place.at + "'");
        return std::nullopt;
    }
    return found->second;
}

void read_matrix(YamlNode node, Reading& reading) {
    YamlNode file = node.required("file");
    const std::string format = node.required("format").one_of({"azure", "planetlab", "seattle"}, "azure");
    const NamedText* data = reading.load(file);
    const auto matrix = data != nullptr ? accept(file, read_round_trips(*data, format)) : std::nullopt;
    for (std::size_t i = 0; matrix && i < reading.ingresses.size(); ++i) {
        const auto row = row_of(matrix->rows, reading.ingresses[i], node);
        for (std::size_t j = 0; row && j < reading.sites.size(); ++j) {
            const auto column = row_of(matrix->columns, reading.sites[j], node);
            reading.scenario.rtt_s[i][j] = column ? matrix->seconds[*row][*column] : -1;
        }
    }
}

std::optional<Place> place_of(const std::map<std::string, Place, std::less<>>& places, Whereabouts& w) {
    if (w.degrees) {
        return w.degrees;
    }
    const auto found = places.find(w.at);
    if (found == places.end()) {
        w.node.complain("no place is called '" + w.at + "', and it has no degrees");
        return std::nullopt;
    }
    return found->second;
}

void read_coordinates(YamlNode node, Reading& reading) {
    const double per_km = read_seconds(node.optional("per_km"), 1, 5e-6);
    const double detour = node.required("detour").number(1, 10, 1);
    std::map<std::string, Place, std::less<>> places;
    if (YamlNode file = node.optional("file"); file.is_present()) {
        if (const NamedText* data = reading.load(file)) {
            places = accept(file, read_places(*data)).value_or(places);
        }
        if (places.empty()) {
            return;
        }
    }
    std::vector<std::optional<Place>> sites;
    for (Whereabouts& site : reading.sites) {
        sites.push_back(place_of(places, site));
    }
    for (std::size_t i = 0; i < reading.ingresses.size(); ++i) {
        const auto from = place_of(places, reading.ingresses[i]);
        for (std::size_t j = 0; from && j < sites.size(); ++j) {
            if (sites[j]) {
                reading.scenario.rtt_s[i][j] = 2 * distance_km(*from, *sites[j]) * per_km * detour;
            }
        }
    }
}

} // namespace

void read_network(YamlNode node, Reading& reading) {
    Scenario& scenario = reading.scenario;
    scenario.rtt_s.assign(scenario.ingresses.size(), std::vector<double>(scenario.sites.size(), 0));
    scenario.rtt_jitter = read_share(node.optional("jitter"), 1, 0.1);
    const double access = read_seconds(node.optional("access"), kLongestRoundTrip, 0);
    struct Kind {
        std::string_view key;
        void (*read)(YamlNode, Reading&);
    };
    constexpr Kind kKinds[] = {{"table", read_table},
                               {"matrix", read_matrix},
                               {"coordinates", read_coordinates},
                               {"topology", read_topology_network}};
    std::size_t count = 0;
    for (const Kind& kind : kKinds) {
        YamlNode part = node.optional(kind.key);
        if (part.is_present() && ++count == 1) {
            kind.read(part, reading);
        }
    }
    if (node.is_present() && count != 1) {
        node.complain("exactly one of table, matrix, coordinates and topology is needed");
    }
    for (auto& row : scenario.rtt_s) {
        for (double& round_trip : row) {
            round_trip += round_trip >= 0 ? access : 0;
        }
    }
}

} // namespace suanlu::sim
