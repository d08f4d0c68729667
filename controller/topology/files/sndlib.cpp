// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/sndlib.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "controller/topology/files/number_text.hpp"

namespace suanlu {

namespace {

/// Bits a second of one unit; nothing for a unit that nobody defined.
std::optional<double> bits_of(std::string_view unit) {
    constexpr std::array<std::pair<std::string_view, double>, 5> known{{{"BITPERSEC", 1},
                                                                        {"KBITPERSEC", 1e3},
                                                                        {"MBITPERSEC", 1e6},
                                                                        {"GBITPERSEC", 1e9},
                                                                        {"TBITPERSEC", 1e12}}};
    for (const auto& [name, bits] : known) {
        if (name == unit) {
            return bits;
        }
    }
    return std::nullopt;
}

bool are_degrees(const SndlibNetwork& network) {
    return !network.are_pixels &&
           std::all_of(network.nodes.begin(), network.nodes.end(), [](const SndlibNode& node) {
               return !node.has_place || (std::abs(node.x) <= 180 && std::abs(node.y) <= 90);
           });
}

Status add_links(const SndlibNetwork& network, NetworkBuilder& into) {
    const std::optional<double> bits = bits_of(network.unit);
    for (const SndlibLink& link : network.links) {
        FileLink out;
        out.from = link.from;
        out.to = link.to;
        if (link.capacity > 0 && bits) {
            out.properties.bandwidth = bits_per_second(link.capacity * *bits);
            if (!out.properties.bandwidth) {
                return into.refuse(link.line, "a capacity above 1e18 bit/s");
            }
            into.note("bandwidth: capacity of the module installed already, " + network.unit);
        } else if (link.capacity > 0) {
            into.note(network.unit.empty()
                          ? "bandwidth: unknown, the file states no unit of its capacities"
                          : "bandwidth: unknown, unit " + network.unit + " of the capacities is not known");
        } else {
            into.note("bandwidth: unknown where no module is installed already");
        }
        SL_TRY_VOID(into.add_both_directions(out, link.line));
    }
    return {};
}

} // namespace

Status add_sndlib(const SndlibNetwork& network, NetworkBuilder& into) {
    const bool has_degrees = are_degrees(network);
    if (!has_degrees) {
        into.forbid_derived_delay();
        into.note("delay: not derived, the coordinates are no degrees");
    }
    for (const SndlibNode& node : network.nodes) {
        FileRouter router;
        router.key = node.name;
        if (node.has_place && has_degrees) {
            router.place = Place{node.x, node.y};
        }
        SL_TRY_VOID(into.add_router(std::move(router), node.line));
    }
    into.note("links: the file has one line for both directions");
    return add_links(network, into);
}

} // namespace suanlu
