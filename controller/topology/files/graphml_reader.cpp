// SPDX-License-Identifier: Apache-2.0
// GraphML as the Internet Topology Zoo writes it: attributes are <data key="d30">, and which key means what
// is told by the file's own <key> elements.
#include <map>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/xml_text.hpp"

namespace suanlu {

namespace {

/// Attribute name by key id, for nodes and for edges.
struct Keys {
    std::map<std::string, std::string, std::less<>> of_nodes;
    std::map<std::string, std::string, std::less<>> of_edges;
};

Result<Keys> read_keys(const XmlText& xml, const NetworkBuilder& into) {
    Keys keys;
    for (const pugi::xml_node& key : xml.root().children()) {
        if (name_of(key) != "key") {
            continue;
        }
        const std::string id = key.attribute("id").value();
        const std::string name = key.attribute("attr.name").value();
        const std::string_view of = key.attribute("for").as_string("all");
        bool is_new = true;
        if (of == "node" || of == "all") {
            is_new = keys.of_nodes.emplace(id, name).second;
        }
        if (of == "edge" || of == "all") {
            is_new = keys.of_edges.emplace(id, name).second && is_new;
        }
        if (id.empty() || !is_new) {
            return into.refuse(xml.line(key), "key without an id, or id '" + id + "' again");
        }
    }
    return keys;
}

/// Attributes of a node or an edge by name.
using Attributes = std::map<std::string_view, std::string_view>;

Result<Attributes> read_data(const XmlText& xml, const pugi::xml_node& element,
                             const std::map<std::string, std::string, std::less<>>& keys,
                             const NetworkBuilder& into) {
    Attributes out;
    for (const pugi::xml_node& data : element.children()) {
        if (name_of(data) != "data") {
            continue;
        }
        const std::string_view id = data.attribute("key").value();
        const auto key = keys.find(id);
        if (key == keys.end()) {
            return into.refuse(xml.line(data),
                               "data of key '" + std::string(id) + "', which no <key> declares");
        }
        if (!out.emplace(key->second, text_of(data)).second) {
            return into.refuse(xml.line(data), "attribute '" + key->second + "' twice");
        }
    }
    return out;
}

std::string_view attribute(const Attributes& all, std::string_view name) {
    const auto found = all.find(name);
    return found == all.end() ? std::string_view{} : found->second;
}

Status read_node(const XmlText& xml, const pugi::xml_node& node, const Keys& keys, NetworkBuilder& into) {
    SL_TRY(const Attributes all, read_data(xml, node, keys.of_nodes, into));
    FileRouter router;
    router.key = node.attribute("id").value();
    router.name = attribute(all, "label");
    router.legal_area = attribute(all, "Country");
    const std::string_view longitude = attribute(all, "Longitude");
    const std::string_view latitude = attribute(all, "Latitude");
    if (!longitude.empty() && !latitude.empty()) {
        const auto x = to_number(longitude);
        const auto y = to_number(latitude);
        if (!x || !y) {
            return into.refuse(xml.line(node), "coordinates that are no numbers");
        }
        router.place = Place{*x, *y};
    }
    return into.add_router(std::move(router), xml.line(node));
}

Status read_edge(const XmlText& xml, const pugi::xml_node& edge, const Keys& keys, bool is_directed,
                 NetworkBuilder& into) {
    const std::size_t line = xml.line(edge);
    SL_TRY(const Attributes all, read_data(xml, edge, keys.of_edges, into));
    FileLink link;
    link.from = edge.attribute("source").value();
    link.to = edge.attribute("target").value();
    if (const std::string_view speed = attribute(all, "LinkSpeedRaw"); !speed.empty()) {
        const auto bits = to_number(speed);
        link.properties.bandwidth = bits ? bits_per_second(*bits) : std::nullopt;
        if (!link.properties.bandwidth) {
            return into.refuse(line, "LinkSpeedRaw '" + std::string(speed) + "' is no rate");
        }
        into.note("bandwidth: LinkSpeedRaw, bit/s");
    }
    const std::string_view directed = edge.attribute("directed").value();
    is_directed = directed.empty() ? is_directed : directed == "true";
    return is_directed ? into.add_link(link, line) : into.add_both_directions(link, line);
}

Result<pugi::xml_node> only_graph(const XmlText& xml, const NetworkBuilder& into) {
    pugi::xml_node found;
    for (const pugi::xml_node& child : xml.root().children()) {
        if (name_of(child) != "graph") {
            continue;
        }
        if (found) {
            return into.refuse(xml.line(child), "a second <graph>");
        }
        found = child;
    }
    if (!found) {
        return into.refuse(xml.line(xml.root()), "no <graph>");
    }
    return found;
}

} // namespace

bool looks_like_graphml(std::string_view head) {
    return head.find("<graphml") != std::string_view::npos;
}

Status read_graphml(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SL_TRY(const XmlText xml, XmlText::parse(text, into));
    if (name_of(xml.root()) != "graphml") {
        return into.refuse(xml.line(xml.root()), "the outermost element is not <graphml>");
    }
    SL_TRY(const Keys keys, read_keys(xml, into));
    SL_TRY(const pugi::xml_node graph, only_graph(xml, into));
    for (const pugi::xml_node& child : graph.children()) {
        if (name_of(child) == "node") {
            SL_TRY_VOID(read_node(xml, child, keys, into));
        }
    }
    const std::string_view direction = graph.attribute("edgedefault").value();
    if (direction != "directed" && direction != "undirected") {
        return into.refuse(xml.line(graph), "edgedefault is neither directed nor undirected");
    }
    for (const pugi::xml_node& child : graph.children()) {
        if (name_of(child) == "edge") {
            SL_TRY_VOID(read_edge(xml, child, keys, direction == "directed", into));
        } else if (name_of(child) == "hyperedge") {
            into.drop("hyperedge");
        }
    }
    return {};
}

} // namespace suanlu
