// SPDX-License-Identifier: Apache-2.0
// containerlab topologies: nodes of every kind are routers, links have the numbers that their labels give.
// Both forms of `endpoints` are read: "node:interface" and {node, interface}.
#include <algorithm>
#include <array>

#include "controller/topology/files/clab_algorithms.hpp"
#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "core/model/link_words.hpp"
#include "core/model/quantity_text.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu {

namespace {

/// Ends of brief links that stand for the machine below and not for a node.
constexpr std::array<std::string_view, 3> kNoNodes{"host", "mgmt-net", "macvlan"};
/// Labels of links that are read.
constexpr std::array<std::string_view, 16> kLinkLabels{
    "igp",      "te",        "delay",       "delay-min", "delay-max", "jitter", "loss",       "bandwidth",
    "reserved", "available", "utilisation", "affinity",  "srlg",      "layer",  "protection", "legal-area"};
constexpr std::uint64_t kMostMtu = 65535;

/// Coordinates as containerlab's own graph labels have them.
std::optional<Place> place_of(YamlNode& labels) {
    YamlNode latitude = labels.optional("graph-geoCoordinateLat");
    YamlNode longitude = labels.optional("graph-geoCoordinateLng");
    if (!latitude.is_present() || !longitude.is_present()) {
        return std::nullopt;
    }
    return Place{longitude.number(-180, 180), latitude.number(-90, 90)};
}

Protection read_protection(YamlNode label) {
    const std::string word = label.one_of({"none", "ipsec", "macsec", "otnsec", "qkd"}, "none");
    return protection_of(word).value_or(Protection::kNone);
}

Status read_node(const std::string& name, YamlNode& node, const std::vector<FlexAlgorithm>& algorithms,
                 NetworkBuilder& into) {
    FileRouter router;
    router.key = name;
    Protection protection = Protection::kNone;
    bool is_overloaded = false;
    const auto locators = taken_part_in(algorithms, node.optional("labels"));
    if (node.is_present()) {
        router.name = node.optional("hostname").text();
        YamlNode labels = node.optional("labels");
        router.legal_area = labels.optional("legal-area").text();
        router.place = place_of(labels);
        protection = read_protection(labels.optional("protection"));
        is_overloaded = labels.optional("overload").boolean(false);
    }
    SL_TRY_VOID(node.status());
    SL_TRY_VOID(into.add_router(std::move(router), node.line()));
    SL_TRY(Router * added, into.router(name, node.line()));
    added->protection = protection;
    added->is_overloaded = is_overloaded;
    added->algorithms = locators;
    return {};
}

/// The quantity that a label gives, or a complaint about its place.
template <class Value>
void read_quantity(YamlNode label, Result<Value> (*parse)(std::string_view), std::optional<Value>& out) {
    if (!label.is_present()) {
        return;
    }
    if (auto value = parse(label.text())) {
        out = *value;
    } else {
        label.complain(value.error().detail);
    }
}

void read_srlgs(YamlNode label, TopologyLink& out) {
    std::string text = label.text();
    for (std::size_t first = 0; first < text.size();) {
        const std::size_t end = std::min(text.find(',', first), text.size());
        const auto group = to_integer(trimmed(std::string_view(text).substr(first, end - first)));
        if (!group) {
            label.complain("'" + text + "' is not like \"7,12\"");
            return;
        }
        out.srlgs.push_back(*group);
        first = end + 1;
    }
}

void read_labels(YamlNode labels, FileLink& link) {
    TopologyLink& out = link.properties;
    if (YamlNode igp = labels.optional("igp"); igp.is_present()) {
        out.igp_metric = static_cast<std::uint32_t>(igp.integer(0, kUnusableMetric));
        link.has_igp_metric = true;
    }
    if (YamlNode te = labels.optional("te"); te.is_present()) {
        out.te_metric = static_cast<std::uint32_t>(te.integer(0, kUnusableMetric));
    }
    std::optional<Microseconds> delay;
    read_quantity(labels.optional("delay"), parse_delay, delay);
    out.delay = delay.value_or(kUnreachableDelay);
    read_quantity(labels.optional("delay-min"), parse_delay, out.delay_min);
    read_quantity(labels.optional("delay-max"), parse_delay, out.delay_max);
    read_quantity(labels.optional("jitter"), parse_delay, out.jitter);
    read_quantity(labels.optional("loss"), parse_loss, out.loss_ppm);
    read_quantity(labels.optional("bandwidth"), parse_bandwidth, out.bandwidth);
    read_quantity(labels.optional("reserved"), parse_bandwidth, out.reserved);
    read_quantity(labels.optional("available"), parse_bandwidth, out.available);
    std::optional<std::uint32_t> utilisation; // "35%", kept in parts per thousand
    read_quantity(labels.optional("utilisation"), parse_loss, utilisation);
    if (utilisation) {
        out.utilisation = static_cast<std::uint16_t>(*utilisation / 1000);
    }
    out.affinity = static_cast<std::uint32_t>(labels.optional("affinity").integer(0, 0xffffffff));
    read_srlgs(labels.optional("srlg"), out);
    if (YamlNode layer = labels.optional("layer"); layer.is_present()) {
        out.layer = layer_of(layer.one_of({"otn", "ip-private", "internet"})).value_or(LinkLayer::kUnknown);
    }
    out.protection = read_protection(labels.optional("protection"));
    out.legal_area = labels.optional("legal-area").text();
}

/// A label that nobody reads may be another program's, or a slip of the pen.
void tell_unread(YamlNode labels, NetworkBuilder& into) {
    for (const std::string& key : labels.keys()) {
        if (std::find(kLinkLabels.begin(), kLinkLabels.end(), key) == kLinkLabels.end()) {
            into.note("not read: label '" + key.substr(0, 64) + "' of the links");
        }
    }
}

/// Node of "node:interface" or of {node, interface}.
std::string node_of(YamlNode& end, bool is_extended) {
    if (is_extended) {
        return end.required("node").text();
    }
    const std::string text = end.text();
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
        end.complain("'" + text + "' is not like \"node:interface\"");
    }
    return text.substr(0, colon);
}

bool is_no_node(std::string_view name) {
    return std::find(kNoNodes.begin(), kNoNodes.end(), name) != kNoNodes.end();
}

Status read_link(YamlNode& node, NetworkBuilder& into) {
    const std::string type = node.optional("type").text();
    YamlNode endpoints = node.optional("endpoints");
    if (!endpoints.is_present() && node.optional("endpoint").is_present()) {
        into.drop("link of type " + (type.empty() ? "?" : type) + ", which has one end");
        return node.status();
    }
    std::vector<YamlNode> ends = node.required("endpoints").items();
    if (ends.size() != 2) {
        node.complain("a link has two endpoints");
        return node.status();
    }
    const std::string from = node_of(ends[0], !type.empty());
    const std::string to = node_of(ends[1], !type.empty());
    FileLink link;
    link.from = from;
    link.to = to;
    read_labels(node.optional("labels"), link);
    tell_unread(node.optional("labels"), into);
    link.properties.mtu = {static_cast<std::uint32_t>(node.optional("mtu").integer(68, kMostMtu, 1500))};
    SL_TRY_VOID(node.status());
    if (type.empty() && (is_no_node(from) || is_no_node(to))) {
        into.drop("link to the machine below");
        return {};
    }
    return into.add_both_directions(link, node.line());
}

} // namespace

bool looks_like_clab(std::string_view head) {
    return head.starts_with("topology:") || head.find("\ntopology:") != std::string_view::npos;
}

Status read_clab(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SL_TRY(YamlNode root, YamlNode::load_text(std::string(text.text), text.name));
    YamlNode topology = root.required("topology");
    YamlNode nodes = topology.required("nodes");
    const auto algorithms = read_algorithms(topology.optional("defaults").optional("labels"));
    SL_TRY_VOID(root.status());
    for (const FlexAlgorithm& definition : algorithms) {
        into.add_algorithm(definition);
    }
    for (auto& [name, node] : nodes.members()) {
        SL_TRY_VOID(read_node(name, node, algorithms, into));
    }
    SL_TRY_VOID(root.status());
    for (YamlNode& link : topology.optional("links").items()) {
        SL_TRY_VOID(read_link(link, into));
    }
    into.note("routers: nodes of every kind, hosts among them");
    return root.status();
}

} // namespace suanlu
