// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/topology_report.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu::offline {

namespace {

template <class Number>
void widen(std::optional<Range<Number>>& range, Number value) {
    range = range ? Range<Number>{std::min(range->least, value), std::max(range->most, value)}
                  : Range<Number>{value, value};
}

/// Parts of the network whatever the direction of links: union-find with path halving.
void count_components(const TopologyView& view, TopologyReport& report) {
    std::vector<std::uint32_t> leader(view.routers.size());
    std::iota(leader.begin(), leader.end(), 0U);
    const auto find = [&](std::uint32_t r) {
        while (leader[r] != r) {
            r = leader[r] = leader[leader[r]];
        }
        return r;
    };
    for (const TopologyLink& link : view.links) {
        leader[find(link.from)] = find(link.to);
    }
    std::vector<std::size_t> sizes(view.routers.size());
    for (std::uint32_t r = 0; r < leader.size(); ++r) {
        ++sizes[find(r)];
    }
    for (const std::size_t size : sizes) {
        report.components += size > 0 ? 1 : 0;
        report.largest_component = std::max(report.largest_component, size);
    }
}

std::string range_text(const std::string& least, const std::string& most) {
    return least == most ? least : least + " to " + most;
}

std::string delay_or_dash(const std::optional<Microseconds>& delay) {
    return delay && *delay != kUnreachableDelay ? delay_text(*delay) : "-";
}

std::string routers_text(const TopologyView& view, std::size_t limit, bool colour) {
    std::vector<std::size_t> degree(view.routers.size());
    for (const TopologyLink& link : view.links) {
        ++degree[link.from];
    }
    std::vector<std::vector<std::string>> rows;
    for (std::size_t r = 0; r < std::min(limit, view.routers.size()); ++r) {
        const Router& router = view.routers[r];
        const auto word = to_text(router.protection);
        rows.push_back({router.name, std::to_string(degree[r]),
                        router.locator.length > 0 ? router.locator.text() : "-", or_dash(router.legal_area),
                        word == "none" ? "-" : std::string(word), router.is_overloaded ? "overloaded" : "-"});
    }
    return table_text({"ROUTER", ">LINKS", "LOCATOR", "AREA", "PROTECTION", "STATE"}, rows, colour);
}

std::vector<std::string> link_row(const TopologyView& view, const TopologyLink& link) {
    const auto rate = [](const std::optional<BytesPerSecond>& r) { return r ? bandwidth_text(*r) : "-"; };
    const auto layer = to_text(link.layer);
    const auto protection = to_text(link.protection);
    return {view.routers[link.from].name,
            view.routers[link.to].name,
            std::to_string(link.igp_metric),
            link.te_metric ? std::to_string(*link.te_metric) : "-",
            delay_or_dash(link.delay),
            delay_or_dash(link.jitter),
            link.loss_ppm ? loss_text(*link.loss_ppm) : "-",
            rate(link.bandwidth),
            rate(link.available),
            colours_text(link.affinity),
            srlgs_text(link.srlgs),
            layer == "unknown" ? "-" : std::string(layer),
            protection == "none" ? "-" : std::string(protection),
            or_dash(link.legal_area)};
}

std::string left_out(std::size_t all, std::size_t limit, const char* what) {
    return all <= limit ? ""
                        : "... and " + std::to_string(all - limit) + " more " + what +
                              " (--limit, or -o json for all)\n";
}

std::string plural(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::size_t members_of(const TopologyView& view, const FlexAlgorithm& definition) {
    const auto takes_part = [&](const Router& router) {
        return std::any_of(router.algorithms.begin(), router.algorithms.end(),
                           [&](const auto& other) { return other.algorithm == definition.algorithm; });
    };
    return static_cast<std::size_t>(std::count_if(view.routers.begin(), view.routers.end(), takes_part));
}

std::string affinity_text(const AffinityRule& rule) {
    const auto part = [](const char* what, std::uint32_t group) {
        return group == 0 ? "" : what + (" of the colours " + colours_text(group));
    };
    return part(", one", rule.include_any) + part(", all", rule.include_all) +
           part(", none", rule.exclude_any);
}

Json algorithm_json(const TopologyView& view, const FlexAlgorithm& definition) {
    return {{"algorithm", definition.algorithm},
            {"metric", metric_text(definition.metric)},
            {"include_any", colours_json(definition.affinity.include_any)},
            {"include_all", colours_json(definition.affinity.include_all)},
            {"exclude", colours_json(definition.affinity.exclude_any)},
            {"exclude_srlgs", definition.exclude_srlgs},
            {"routers", members_of(view, definition)}};
}

std::string facts_text(const TopologyReport& report, const ReadTopology& read) {
    const TopologyView& view = read.view;
    std::string out = report.file + ": " + read.facts.format + ", " + plural(view.routers.size(), "router") +
                      ", " + plural(view.links.size(), "directed link") + ", ";
    out += report.components == 1 ? "connected\n"
                                  : std::to_string(report.components) + " parts, the largest of " +
                                        plural(report.largest_component, "router") + "\n";
    if (!view.links.empty()) {
        out += "igp metric  " +
               range_text(std::to_string(report.igp_metric.least), std::to_string(report.igp_metric.most)) +
               "\n";
    }
    if (report.delay) {
        out += "delay       " + range_text(delay_text(report.delay->least), delay_text(report.delay->most));
        out += report.links_without_delay > 0
                   ? "; " + plural(report.links_without_delay, "link") + " without\n"
                   : "\n";
    } else {
        out += "delay       unknown for every link: --metric delay finds no path\n";
    }
    if (report.bandwidth) {
        out += "bandwidth   " +
               range_text(bandwidth_text(report.bandwidth->least), bandwidth_text(report.bandwidth->most)) +
               "\n";
    }
    for (const FlexAlgorithm& definition : view.algorithms) {
        out += "flex-algo   " + std::to_string(definition.algorithm) + ": least " +
               std::string(metric_text(definition.metric)) + affinity_text(definition.affinity) + ", " +
               plural(members_of(view, definition), "router") + "\n";
    }
    for (const std::string& note : read.facts.notes) {
        out += "note        " + note + "\n";
    }
    return out;
}

} // namespace

TopologyReport topology_report(std::string file, const TopologyView& view) {
    TopologyReport report;
    report.file = std::move(file);
    count_components(view, report);
    std::optional<Range<std::uint32_t>> igp;
    for (const TopologyLink& link : view.links) {
        widen(igp, link.igp_metric);
        if (link.delay == kUnreachableDelay) {
            ++report.links_without_delay;
        } else {
            widen(report.delay, link.delay);
        }
        if (link.bandwidth) {
            widen(report.bandwidth, *link.bandwidth);
        }
    }
    report.igp_metric = igp.value_or(Range<std::uint32_t>{});
    return report;
}

Json to_json(const TopologyReport& report, const ReadTopology& read) {
    const auto bits = [](BytesPerSecond rate) {
        return static_cast<std::uint64_t>(std::llround(rate.value * 8));
    };
    Json out{{"file", report.file},
             {"format", read.facts.format},
             {"components", report.components},
             {"largest_component", report.largest_component},
             {"links_without_delay", report.links_without_delay}};
    if (!read.view.links.empty()) {
        out["igp_metric"] = {{"least", report.igp_metric.least}, {"most", report.igp_metric.most}};
    }
    if (report.delay) {
        out["delay_us"] = {{"least", report.delay->least.value}, {"most", report.delay->most.value}};
    }
    if (report.bandwidth) {
        out["bandwidth_bps"] = {{"least", bits(report.bandwidth->least)},
                                {"most", bits(report.bandwidth->most)}};
    }
    out["notes"] = read.facts.notes;
    out["algorithms"] = Json::array();
    for (const FlexAlgorithm& definition : read.view.algorithms) {
        out["algorithms"].push_back(algorithm_json(read.view, definition));
    }
    out["routers"] = Json::array();
    for (const Router& router : read.view.routers) {
        out["routers"].push_back(router_json(router));
    }
    out["links"] = Json::array();
    for (const TopologyLink& link : read.view.links) {
        out["links"].push_back(link_json(read.view, link));
    }
    return out;
}

std::string to_text(const TopologyReport& report, const ReadTopology& read, std::size_t limit, bool colour) {
    const TopologyView& view = read.view;
    std::vector<std::vector<std::string>> rows;
    for (std::size_t l = 0; l < std::min(limit, view.links.size()); ++l) {
        rows.push_back(link_row(view, view.links[l]));
    }
    return facts_text(report, read) + "\n" + routers_text(view, limit, colour) +
           left_out(view.routers.size(), limit, "routers") + "\n" +
           table_text({"FROM", "TO", ">IGP", ">TE", ">DELAY", ">JITTER", ">LOSS", ">BANDWIDTH", ">AVAILABLE",
                       "COLOURS", "SRLGS", "LAYER", "PROTECTION", "AREA"},
                      rows, colour) +
           left_out(view.links.size(), limit, "links");
}

} // namespace suanlu::offline
