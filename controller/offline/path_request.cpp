// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/path_request.hpp"

#include <charconv>

#include "controller/offline/link_report.hpp"
#include "controller/offline/near_names.hpp"
#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"

namespace suanlu::offline {

namespace {

Error of_option(Error error, const char* option) {
    return std::move(error).with(option);
}

/// An absent text leaves the bound open.
template <class Number>
Status read_quantity(std::optional<Number>& into, const std::string& text,
                     Result<Number> (*parse)(std::string_view), const char* option) {
    if (!text.empty()) {
        auto parsed = parse(text);
        if (!parsed) {
            return of_option(parsed.error(), option);
        }
        into = *parsed;
    }
    return {};
}

std::uint32_t group_of(const std::vector<std::uint32_t>& colours) {
    std::uint32_t out = 0;
    for (const std::uint32_t colour : colours) {
        out |= std::uint32_t{1} << (colour & 31);
    }
    return out;
}

Result<paths::Bounds> read_bounds(const PathWords& words) {
    paths::Bounds out;
    SL_TRY_VOID(read_quantity(out.max_delay, words.max_delay, parse_delay, "--max-delay"));
    SL_TRY_VOID(read_quantity(out.max_jitter, words.max_jitter, parse_delay, "--max-jitter"));
    SL_TRY_VOID(read_quantity(out.max_loss_ppm, words.max_loss, parse_loss, "--max-loss"));
    SL_TRY_VOID(read_quantity(out.min_bandwidth, words.min_bandwidth, parse_bandwidth, "--min-bandwidth"));
    if (words.max_hops > 0) {
        out.max_hops = words.max_hops;
    }
    if (words.max_segments > 0) {
        out.max_segments = words.max_segments;
    }
    out.affinity = {group_of(words.include_any), group_of(words.include_all), group_of(words.exclude)};
    out.legal_areas = words.areas;
    out.protection = protection_of(words.protection).value_or(Protection::kNone);
    out.transit_protection = protection_of(words.transit_protection).value_or(Protection::kNone);
    for (const std::string& word : words.layers) {
        out.layers.push_back(layer_of(word).value_or(LinkLayer::kUnknown));
    }
    return out;
}

Result<paths::MetricView> read_view(const PathWords& words, const TopologyView& view) {
    using paths::MetricView;
    if (words.algorithm != 0) {
        if (!words.metric.empty()) {
            return Error{Errc::kBadInput, "--algorithm has its own metric; leave --metric out"};
        }
        std::string known;
        for (const FlexAlgorithm& definition : view.algorithms) {
            if (definition.algorithm == words.algorithm) {
                return MetricView::of(definition);
            }
            known += (known.empty() ? "; it defines " : ", ") + std::to_string(definition.algorithm);
        }
        return Error{Errc::kNotFound, "--algorithm: this topology defines no Flex-Algo " +
                                          std::to_string(words.algorithm) + known};
    }
    MetricView out;
    out.metric = words.metric == "igp" ? Metric::kIgp : words.metric == "te" ? Metric::kTe : Metric::kDelay;
    return out;
}

Result<std::optional<paths::LayerRule>> read_rule(const PathWords& words) {
    using paths::SiteRole;
    if (words.sites.empty()) {
        if (!words.data_class.empty()) {
            return Error{Errc::kBadInput, "--data-class needs --sites hub, edge:hub or edge"};
        }
        return std::optional<paths::LayerRule>{};
    }
    const SiteRole a = words.sites == "hub" ? SiteRole::kHub : SiteRole::kEdge;
    const SiteRole b = words.sites == "edge" ? SiteRole::kEdge : SiteRole::kHub;
    std::optional<paths::TrafficClass> data;
    if (!words.data_class.empty()) {
        data = paths::TrafficClass{words.data_class == "high-volume", words.data_class != "no-need"};
    }
    return std::optional(paths::layer_rule(a, b, data));
}

Result<std::uint16_t> read_service_id(const std::string& text) {
    unsigned value = 0;
    const bool hex = text.starts_with("0x");
    const char* begin = text.data() + (hex ? 2 : 0);
    const auto [end, ec] = std::from_chars(begin, text.data() + text.size(), value, hex ? 16 : 10);
    if (ec != std::errc{} || end != text.data() + text.size() || value == 0 || value > 0xffff) {
        return Error{Errc::kBadInput, "--service-id: '" + text + "' is no id from 1 to 0xffff, e.g. 0xe001"};
    }
    return static_cast<std::uint16_t>(value);
}

Status read_answers(PathRequest& out, const PathWords& words) {
    using paths::Disjoint;
    using paths::ElementKind;
    out.query.disjoint = words.disjoint == "link"   ? Disjoint::kLink
                         : words.disjoint == "node" ? Disjoint::kNode
                         : words.disjoint == "srlg" ? Disjoint::kSrlg
                                                    : Disjoint::kNone;
    if (!words.disjoint.empty() && (words.k != 1 || !words.via.empty())) {
        return Error{Errc::kBadInput, "--disjoint asks for one pair; it goes with neither --k nor --via"};
    }
    if (!words.protect.empty()) {
        out.protect = words.protect == "node"   ? ElementKind::kNode
                      : words.protect == "srlg" ? ElementKind::kSrlg
                                                : ElementKind::kLink;
    }
    if (words.encode == "sid") {
        out.encode.packing.mode = paths::ListMode::kSid;
    } else if (words.encode == "usid-f4816") {
        out.encode.packing.format = kF4816;
    }
    if (!words.service_id.empty()) {
        SL_TRY(out.service_id, read_service_id(words.service_id));
    }
    out.encode.max_segments = out.query.bounds.max_segments;
    if (const auto& bound = out.query.bounds.max_delay) {
        out.encode.delay_bound = bound->value;
    }
    return {};
}

std::string colours_or(const char* before, std::uint32_t group) {
    return before + (" " + colours_text(group));
}

template <class List, class Text>
std::string either(const List& list, Text text) {
    std::string out;
    for (const auto& item : list) {
        out += (out.empty() ? "" : " or ") + std::string(text(item));
    }
    return out;
}

} // namespace

Result<PathRequest> read_request(const PathWords& words, const TopologyView& view) {
    PathRequest out;
    const auto router = [&](const std::string& name, const char* option) {
        return find_router(view, name).map_error([&](Error e) { return of_option(std::move(e), option); });
    };
    SL_TRY(out.query.from, router(words.from, "--from"));
    SL_TRY(out.query.to, router(words.to, "--to"));
    for (const std::string& name : words.via) {
        SL_TRY(const std::uint32_t passed, router(name, "--via"));
        out.query.via.push_back(passed);
    }
    SL_TRY(out.query.view, read_view(words, view));
    SL_TRY(out.query.bounds, read_bounds(words));
    SL_TRY(out.rule, read_rule(words));
    out.query.k = words.k;
    SL_TRY_VOID(read_answers(out, words));
    return out;
}

std::vector<std::string> bounds_text(const paths::Bounds& bounds) {
    std::vector<std::string> out;
    const auto add = [&](bool is_set, const std::string& text) {
        if (is_set) {
            out.push_back(text);
        }
    };
    const auto at_most = [](const char* what, const std::string& most) {
        return what + (" at most " + most);
    };
    add(bounds.max_delay.has_value(),
        at_most("delay", delay_text(bounds.max_delay.value_or(Microseconds{}))));
    add(bounds.max_jitter.has_value(),
        at_most("jitter", delay_text(bounds.max_jitter.value_or(Microseconds{}))));
    add(bounds.max_loss_ppm.has_value(), at_most("loss", loss_text(bounds.max_loss_ppm.value_or(0))));
    add(bounds.min_bandwidth.has_value(),
        "bandwidth at least " + bandwidth_text(bounds.min_bandwidth.value_or(BytesPerSecond{})));
    add(bounds.max_hops.has_value(), at_most("hops", std::to_string(bounds.max_hops.value_or(0))));
    add(bounds.max_segments.has_value(),
        at_most("segments", std::to_string(bounds.max_segments.value_or(0))));
    add(bounds.affinity.include_any != 0, colours_or("one of the colours", bounds.affinity.include_any));
    add(bounds.affinity.include_all != 0, colours_or("all of the colours", bounds.affinity.include_all));
    add(bounds.affinity.exclude_any != 0, colours_or("none of the colours", bounds.affinity.exclude_any));
    add(!bounds.legal_areas.empty(),
        "legal area " + either(bounds.legal_areas, [](const std::string& area) { return area; }));
    add(bounds.protection != Protection::kNone, "links at least " + std::string(to_text(bounds.protection)));
    add(bounds.transit_protection != Protection::kNone,
        "routers passed at least " + std::string(to_text(bounds.transit_protection)));
    add(!bounds.layers.empty(),
        "layer " + either(bounds.layers, [](LinkLayer layer) { return to_text(layer); }));
    return out;
}

std::string_view disjoint_text(paths::Disjoint disjoint) {
    constexpr std::string_view names[] = {"none", "link", "node", "srlg"};
    return names[static_cast<std::size_t>(disjoint)];
}

} // namespace suanlu::offline
