// SPDX-License-Identifier: Apache-2.0
// Section network.topology: round trips over the fastest paths of a topology, there and back, and, where jobs
// bring a volume of data with them, the time until all of it has arrived over the bandwidth to spare.
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
constexpr std::uint32_t kMostSlots = 1000;
constexpr std::uint64_t kMostTransferWork = 200'000'000; // (links + routers) x slots x pairs

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

/// Data that every job brings with it.
struct Volume {
    std::uint64_t bytes = 0;
    std::uint32_t slot_s = 60;
    std::uint32_t slots = 0;
    std::vector<std::uint64_t> spare; ///< by link, bytes per second
};

Volume read_volume(YamlNode node, const TopologyView& view) {
    Volume out;
    out.bytes = read_bytes(node.required("volume"), 1);
    const double slot = read_seconds(node.optional("slot"), 86400, 60);
    const double within = read_seconds(node.optional("within"), kLongestTime, 86400);
    const double spare = read_share(node.optional("spare"), 1, 1);
    YamlNode bandwidth = node.optional("bandwidth");
    BytesPerSecond unknown{0};
    if (bandwidth.is_present()) {
        unknown = accept(bandwidth, parse_bandwidth(bandwidth.text())).value_or(unknown);
    }
    if (out.bytes == 0 || slot < 1 || std::ceil(within / slot) > kMostSlots) {
        node.complain("a volume above 0B, a slot of 1s or more, and at most " + std::to_string(kMostSlots) +
                      " slots are needed");
        return out;
    }
    out.slot_s = static_cast<std::uint32_t>(slot);
    out.slots = static_cast<std::uint32_t>(std::ceil(within / slot));
    for (const TopologyLink& link : view.links) {
        const double rate = link.available.value_or(link.bandwidth.value_or(unknown)).value;
        out.spare.push_back(static_cast<std::uint64_t>(rate * spare));
    }
    return out;
}

/// Seconds until the volume is there; nothing when it does not fit.
Result<double> transfer_s(const paths::PathLibrary& library, const Volume& volume, std::uint32_t from,
                          std::uint32_t to) {
    if (from == to) {
        return 0.0;
    }
    paths::TransferQuery query;
    query.from = from;
    query.to = to;
    query.view.metric = Metric::kDelay;
    query.volume_bytes = volume.bytes;
    query.slot_seconds = volume.slot_s;
    query.deadline = volume.slots;
    query.spare.assign(volume.slots, volume.spare);
    SL_TRY(const paths::TransferSchedule schedule, library.transfer(query));
    return double(schedule.complete_after + 1) * volume.slot_s;
}

void add_transfers(YamlNode node, const paths::PathLibrary& library, const std::vector<std::uint32_t>& from,
                   const std::vector<std::uint32_t>& to, Reading& reading) {
    const TopologyView& view = library.view();
    const Volume volume = read_volume(node, view);
    const std::uint64_t work =
        (view.links.size() + view.routers.size()) * volume.slots * from.size() * to.size();
    if (work > kMostTransferWork) {
        node.complain("too many slots for so many links, sites and ingresses");
        return;
    }
    for (std::size_t i = 0; volume.slots > 0 && i < from.size(); ++i) {
        for (std::size_t j = 0; j < to.size(); ++j) {
            double& round_trip = reading.scenario.rtt_s[i][j];
            const auto seconds = transfer_s(library, volume, from[i], to[j]);
            if (!seconds && seconds.error().code != Errc::kRefused) {
                node.complain(seconds.error().detail);
                return;
            }
            round_trip = seconds && round_trip >= 0 ? round_trip + *seconds : -1;
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
        add_transfers(data, library, from, to, reading);
    }
}

} // namespace suanlu::sim
