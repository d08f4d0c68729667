// SPDX-License-Identifier: Apache-2.0
// SNDlib networks in XML (namespace http://sndlib.zib.de/network). Demands are not the network's and are
// passed over.
#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/sndlib.hpp"
#include "controller/topology/files/xml_text.hpp"

namespace suanlu {

namespace {

Result<double> number_in(const XmlText& xml, const pugi::xml_node& parent, const char* name,
                         const NetworkBuilder& into) {
    const pugi::xml_node child = parent.child(name);
    const auto value = to_number(text_of(child));
    if (!value) {
        return into.refuse(xml.line(child ? child : parent), std::string("<") + name + "> is no number");
    }
    return *value;
}

Status read_nodes(const XmlText& xml, const pugi::xml_node& nodes, SndlibNetwork& network,
                  const NetworkBuilder& into) {
    const std::string_view type = nodes.attribute("coordinatesType").value();
    network.are_pixels = !type.empty() && type != "geographical";
    for (const pugi::xml_node& node : nodes.children("node")) {
        SndlibNode& out = network.nodes.emplace_back();
        out.name = node.attribute("id").value();
        out.line = xml.line(node);
        if (const pugi::xml_node place = node.child("coordinates")) {
            SL_TRY(out.x, number_in(xml, place, "x", into));
            SL_TRY(out.y, number_in(xml, place, "y", into));
            out.has_place = true;
        }
    }
    return {};
}

Status read_links(const XmlText& xml, const pugi::xml_node& links, SndlibNetwork& network,
                  const NetworkBuilder& into) {
    for (const pugi::xml_node& link : links.children("link")) {
        SndlibLink& out = network.links.emplace_back();
        out.from = text_of(link.child("source"));
        out.to = text_of(link.child("target"));
        out.line = xml.line(link);
        if (const pugi::xml_node installed = link.child("preInstalledModule")) {
            SL_TRY(out.capacity, number_in(xml, installed, "capacity", into));
            if (out.capacity < 0) {
                return into.refuse(xml.line(installed), "a negative capacity");
            }
        }
    }
    return {};
}

} // namespace

bool looks_like_sndlib_xml(std::string_view head) {
    return head.find("<network") != std::string_view::npos && head.find("sndlib") != std::string_view::npos;
}

Status read_sndlib_xml(const TopologyText& text, const ReadOptions&, NetworkBuilder& into) {
    SL_TRY(const XmlText xml, XmlText::parse(text, into));
    if (name_of(xml.root()) != "network") {
        return into.refuse(xml.line(xml.root()), "the outermost element is not <network>");
    }
    const pugi::xml_node structure = xml.root().child("networkStructure");
    if (!structure) {
        return into.refuse(xml.line(xml.root()), "no <networkStructure>");
    }
    SndlibNetwork network;
    network.unit = text_of(xml.root().child("meta").child("unit"));
    SL_TRY_VOID(read_nodes(xml, structure.child("nodes"), network, into));
    SL_TRY_VOID(read_links(xml, structure.child("links"), network, into));
    return add_sndlib(network, into);
}

} // namespace suanlu
