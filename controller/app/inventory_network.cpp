// SPDX-License-Identifier: Apache-2.0
#include "controller/app/inventory_network.hpp"

#include <algorithm>

#include "core/model/link_words.hpp"

namespace suanlu::inventory_yaml {

namespace {

constexpr std::size_t kMostSrlgs = 64;

SrOwner owner_of(const std::string& word) {
    return word == "frr" ? SrOwner::kFrr : word == "external" ? SrOwner::kExternal : SrOwner::kAgent;
}

std::uint8_t read_depth(YamlNode depths, std::string_view key, std::uint8_t fallback) {
    return static_cast<std::uint8_t>(depths.optional(key).integer(0, 255, fallback));
}

SidDepths read_depths(YamlNode node) {
    SidDepths out;
    out.segments_left = read_depth(node, "segments_left", out.segments_left);
    out.end_pop = read_depth(node, "end_pop", out.end_pop);
    out.h_encaps = read_depth(node, "h_encaps", out.h_encaps);
    out.end_d = read_depth(node, "end_d", out.end_d);
    return out;
}

Protection read_protection(YamlNode node) {
    const std::string word = node.one_of({"none", "ipsec", "macsec", "otnsec", "qkd"}, "none");
    return protection_of(word).value_or(Protection::kNone);
}

LinkLayer read_layer(YamlNode node) {
    if (!node.is_present()) {
        return LinkLayer::kUnknown;
    }
    return layer_of(node.one_of({"otn", "ip-private", "internet"})).value_or(LinkLayer::kUnknown);
}

std::string read_legal_area(YamlNode node) {
    std::string area = node.text();
    if (node.is_present() && (area.empty() || area.size() > 63)) {
        node.complain("a legal area has 1 to 63 characters");
    }
    return area;
}

std::vector<std::uint32_t> read_srlgs(YamlNode node) {
    std::vector<std::uint32_t> out;
    for (YamlNode& item : node.items()) {
        const auto group = static_cast<std::uint32_t>(item.integer(0, 0xffffffff));
        if (std::find(out.begin(), out.end(), group) != out.end()) {
            item.complain("shared risk group " + std::to_string(group) + " is already listed");
        }
        if (out.size() == kMostSrlgs) {
            item.complain("a link has at most " + std::to_string(kMostSrlgs) + " shared risk groups");
            break;
        }
        out.push_back(group);
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

std::string read_name(YamlNode node, UniqueValues& unique, const std::string& kind) {
    YamlNode at = node.required("name");
    const std::string name = at.text();
    if (at.is_present() && (name.empty() || name.size() > 63)) {
        at.complain("a name has 1 to 63 characters");
    }
    unique.claim(at, kind, name);
    return name;
}

void read_domain(YamlNode srv6, Inventory& out) {
    YamlNode block = srv6.required("block");
    out.sid_block = block.prefix();
    if (block.is_present() && out.sid_block.length != 32) {
        block.complain("the block of format F3216 is 32 bits long");
    }
    srv6.optional("format").one_of({"F3216"}, "F3216");
}

void read_router(YamlNode node, UniqueValues& unique, Inventory& out) {
    Router r;
    r.name = read_name(node, unique, "router");
    YamlNode locator = node.required("locator");
    r.locator = locator.prefix();
    if (locator.is_present() && (r.locator.length != 48 || !out.sid_block.contains(r.locator))) {
        locator.complain("a locator is a /48 inside the block " + out.sid_block.text());
    }
    unique.claim(locator, "locator", locator.is_present() ? r.locator.text() : "");
    r.loopback = node.optional("loopback").address();
    r.srv6_owner = owner_of(node.optional("owner").one_of({"agent", "frr", "external"}, "agent"));
    r.msd = static_cast<std::uint8_t>(node.optional("msd").integer(1, 6, 6));
    r.is_ingress = node.optional("ingress").boolean(false);
    r.system_id = node.optional("system_id").text();
    r.depths = read_depths(node.optional("depths"));
    r.legal_area = read_legal_area(node.optional("legal_area"));
    r.protection = read_protection(node.optional("protection"));
    r.is_overloaded = node.optional("overload").boolean(false);
    YamlNode client_class = node.optional("client_class");
    if (client_class.is_present() && !r.is_ingress) {
        client_class.complain("only an ingress has a client class");
    }
    if (r.is_ingress) {
        out.client_classes[r.name] = client_class.text();
    }
    out.routers.push_back(std::move(r));
}

void read_link(YamlNode node, UniqueValues& unique, Inventory& out) {
    YamlNode between = node.required("between");
    std::vector<YamlNode> ends = between.items();
    LinkExtra link;
    link.mtu = {
        static_cast<std::uint32_t>(node.optional("mtu").integer(kLeastMtu, kMostMtu, out.core_mtu.value))};
    if (YamlNode delay = node.optional("delay"); delay.is_present()) {
        // 24 bits of microseconds, as in RFC 8570.
        link.delay = Microseconds{
            static_cast<std::uint32_t>(std::clamp(delay.duration().value * 1e6, 1.0, 16777215.0))};
    }
    link.igp_metric = static_cast<std::uint32_t>(node.optional("igp_metric").integer(1, 0xfffffe, 10));
    if (YamlNode te = node.optional("te_metric"); te.is_present()) {
        link.te_metric = static_cast<std::uint32_t>(te.integer(0, 0xfffffe)); // 24 bits in RFC 5305
        if (!link.delay) {
            te.complain("only a static link (one with a delay) has a te_metric; others have the IGP's");
        }
    }
    link.srlgs = read_srlgs(node.optional("srlgs"));
    link.layer = read_layer(node.optional("layer"));
    link.protection = read_protection(node.optional("protection"));
    link.legal_area = read_legal_area(node.optional("legal_area"));
    if (ends.size() != 2) {
        between.complain("a link is between two routers");
        return;
    }
    link.a = ends[0].text();
    link.b = ends[1].text();
    for (YamlNode& end : ends) {
        if (out.router(end.text()) == nullptr) {
            end.complain("no router '" + end.text() + "'");
        }
    }
    if (link.a == link.b) {
        between.complain("a link is between two routers");
    }
    unique.claim(between, "link", std::min(link.a, link.b) + "-" + std::max(link.a, link.b));
    out.links.push_back(std::move(link));
}

} // namespace suanlu::inventory_yaml
