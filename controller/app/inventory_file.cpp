// SPDX-License-Identifier: Apache-2.0
#include "controller/app/inventory_file.hpp"

#include <algorithm>

#include <cmath>
#include <set>
#include <tuple>

#include "core/model/link_words.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu {

namespace {

constexpr std::uint64_t kLeastMtu = 1280; // RFC 8200 section 5
constexpr std::uint64_t kMostMtu = 65535;
constexpr std::uint64_t kLeastSlots = 251;
constexpr std::uint64_t kMostSlots = 65537;
constexpr std::size_t kMostSrlgs = 64;
constexpr double kShareError = 1e-6;

bool is_prime(std::uint64_t n) {
    for (std::uint64_t d = 2; d * d <= n; ++d) {
        if (n % d == 0) {
            return false;
        }
    }
    return n > 1;
}

/// What must be unique in one file; `claim` complains at the second use.
class UniqueValues {
public:
    void claim(YamlNode& at, const std::string& kind, const std::string& value) {
        if (!value.empty() && !seen_.insert(kind + '\n' + value).second) {
            at.complain(kind + " '" + value + "' is already used");
        }
    }

private:
    std::set<std::string> seen_;
};

std::string read_name(YamlNode node, UniqueValues& unique, const std::string& kind) {
    YamlNode at = node.required("name");
    const std::string name = at.text();
    if (at.is_present() && (name.empty() || name.size() > 63)) {
        at.complain("a name has 1 to 63 characters");
    }
    unique.claim(at, kind, name);
    return name;
}

std::uint16_t read_id(YamlNode node, UniqueValues& unique, const std::string& kind) {
    YamlNode at = node.required("id");
    const auto id = static_cast<std::uint16_t>(at.integer(1, 65535));
    unique.claim(at, kind, id == 0 ? "" : std::to_string(id));
    return id;
}

Microseconds read_delay(YamlNode node) {
    const double us = node.duration().value * 1e6;
    if (us >= kUnreachableDelay.value) {
        node.complain("the delay is out of range");
        return {};
    }
    return {static_cast<std::uint32_t>(std::lround(us))};
}

void read_domain(YamlNode srv6, Inventory& out) {
    YamlNode block = srv6.required("block");
    out.sid_block = block.prefix();
    if (block.is_present() && out.sid_block.length != 32) {
        block.complain("the block of format F3216 is 32 bits long");
    }
    srv6.optional("format").one_of({"F3216"}, "F3216");
}

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

Affinity affinity_of(const std::string& word) {
    return word == "source"    ? Affinity::kSource
           : word == "movable" ? Affinity::kMovable
           : word == "none"    ? Affinity::kNone
                               : Affinity::kFlow;
}

void read_addresses(YamlNode node, UniqueValues& unique, Service& s) {
    YamlNode list = node.required("addresses");
    for (YamlNode& item : list.items()) {
        s.addresses.push_back(item.address());
        unique.claim(item, "service address",
                     s.addresses.back().text() + " " + std::string(to_text(s.transport)) + " " +
                         std::to_string(s.port));
    }
    if (list.is_present() && s.addresses.empty()) {
        list.complain("a service has at least one address");
    }
}

void read_modes(YamlNode node, Service& s) {
    YamlNode steering = node.optional("steering");
    if (steering.one_of({"network", "dns", "both"}, "network") != "network") {
        steering.complain("only 'network' is supported by this version");
    }
    YamlNode back = node.optional("return");
    if (back.one_of({"dsr", "via-ingress"}, "dsr") != "dsr") {
        back.complain("only 'dsr' is supported by this version");
    }
    s.policy = node.optional("policy").one_of({"default", "nearest"}, "default");
}

void read_service(YamlNode node, UniqueValues& unique, Inventory& out) {
    Service s;
    s.name = read_name(node, unique, "service");
    s.id = {read_id(node, unique, "service id")};
    s.transport =
        node.required("transport").one_of({"tcp", "udp"}, "tcp") == "udp" ? Transport::kUdp : Transport::kTcp;
    s.port = static_cast<std::uint16_t>(node.required("port").integer(1, 65535));
    read_addresses(node, unique, s);
    s.affinity = affinity_of(node.optional("affinity").one_of({"flow", "source", "movable", "none"}, "flow"));
    YamlNode timeout = node.optional("affinity_timeout");
    s.affinity_timeout = timeout.duration({s.transport == Transport::kUdp ? 60.0 : 300.0});
    if (s.affinity_timeout.value <= 0 || s.affinity_timeout.value > 86400) {
        timeout.complain("the affinity timeout is above 0 and at most 24h");
    }
    YamlNode slots = node.optional("slots");
    s.slots = static_cast<std::uint32_t>(slots.integer(kLeastSlots, kMostSlots, 1021));
    if (!is_prime(s.slots)) {
        slots.complain(std::to_string(s.slots) + " is not prime");
    }
    read_modes(node, s);
    s.jobs_per_flow = node.optional("jobs_per_flow").number(1e-6, 1e6, 1);
    s.latency_budget = node.optional("latency_budget").duration({0});
    out.services.push_back(std::move(s));
}

void check_sid(YamlNode node, const Router* egress, const Ip6& sid, UniqueValues& unique) {
    if (!node.is_present()) {
        return;
    }
    unique.claim(node, "SID", sid.text());
    if (egress != nullptr && (!egress->locator.contains(sid) || sid == egress->locator.address)) {
        node.complain(sid.text() + " is no function of " + egress->name + "'s locator " +
                      egress->locator.text());
    } else if (!Prefix6::parse(sid.text() + "/64")) {
        node.complain("a service SID is block, node and 16-bit function; the rest is zero");
    }
}

void read_attachment(YamlNode node, const Inventory& out, UniqueValues& unique, Site& site) {
    Attachment a;
    YamlNode egress = node.required("egress");
    a.egress = egress.text();
    const Router* router = out.router(a.egress);
    if (egress.is_present() && router == nullptr) {
        egress.complain("no router '" + a.egress + "'");
    }
    a.interface = node.required("interface").text();
    if (a.interface.size() > 15) { // IFNAMSIZ - 1
        node.complain("an interface name has at most 15 characters");
    }
    YamlNode sid6 = node.required("sid6");
    a.sid6 = sid6.address();
    check_sid(sid6, router, a.sid6, unique);
    a.next_hop6 = node.required("next_hop6").address();
    YamlNode sid4 = node.optional("sid4");
    a.sid4 = sid4.address();
    check_sid(sid4, router, a.sid4, unique);
    YamlNode hop4 = node.optional("next_hop4");
    a.next_hop4 = hop4.address();
    if (sid4.is_present() != hop4.is_present()) {
        node.complain("sid4 and next_hop4 come together");
    }
    if (hop4.is_present() && !a.next_hop4.is_mapped_v4()) {
        hop4.complain("expected an IPv4 address");
    }
    a.delay = read_delay(node.optional("delay"));
    a.mtu = {static_cast<std::uint32_t>(node.optional("mtu").integer(kLeastMtu, kMostMtu, 1500))};
    site.attachments.push_back(std::move(a));
}

void read_hosted(YamlNode node, const Inventory& out, Site& site) {
    Site::Hosted h;
    YamlNode service = node.required("service");
    h.service = service.text();
    if (service.is_present() && out.service(h.service) == nullptr) {
        service.complain("no service '" + h.service + "'");
    }
    if (Inventory::hosted(site, h.service) != nullptr) {
        service.complain("service '" + h.service + "' is already listed");
    }
    h.slots = node.required("slots").number(0, 1e6);
    h.rate_per_slot = {node.required("rate_per_slot").number(1e-6, 1e9, 1)};
    site.services.push_back(std::move(h));
}

SiteKind kind_of(const std::string& word) {
    return word == "intelligent" ? SiteKind::kIntelligent
           : word == "super"     ? SiteKind::kSuper
           : word == "cloud"     ? SiteKind::kCloud
                                 : SiteKind::kMec;
}

void read_site(YamlNode node, UniqueValues& unique, Inventory& out) {
    Site s;
    s.name = read_name(node, unique, "site");
    s.id = {read_id(node, unique, "site id")};
    s.kind = kind_of(node.optional("kind").one_of({"mec", "intelligent", "super", "cloud"}, "mec"));
    YamlNode address = node.required("address");
    s.address = address.address();
    unique.claim(address, "site address", address.is_present() ? s.address.text() : "");
    YamlNode attachments = node.required("attachments");
    for (YamlNode& item : attachments.items()) {
        read_attachment(item, out, unique, s);
    }
    if (attachments.is_present() && (s.attachments.empty() || s.attachments.size() > kPathsPerSite)) {
        attachments.complain("a site has 1 to " + std::to_string(kPathsPerSite) + " attachments");
    }
    for (YamlNode& item : node.required("services").items()) {
        read_hosted(item, out, s);
    }
    out.sites.push_back(std::move(s));
}

/// Needs sites and services, so it comes last; the place is still the service's.
void read_static_shares(YamlNode service, Inventory& out) {
    const std::string name = service.optional("name").text();
    YamlNode weights = service.optional("static_shares");
    if (!weights.is_present()) {
        return;
    }
    double sum = 0;
    std::uint32_t given = 0;
    std::vector<SiteShare> shares;
    for (const std::string& key : weights.keys()) {
        YamlNode at = weights.required(key);
        const Site* site = out.site(key);
        if (site == nullptr || Inventory::hosted(*site, name) == nullptr) {
            at.complain("no site '" + key + "' that hosts " + name);
            return;
        }
        const double share = at.number(0, 1);
        sum += share;
        shares.push_back({site->id, static_cast<std::uint32_t>(std::lround(share * kWholeShare))});
        given += shares.back().ppm;
    }
    if (shares.empty() || std::abs(sum - 1) > kShareError) {
        weights.complain("the static shares sum to " + std::to_string(sum) + ", not to 1");
        return;
    }
    shares.front().ppm += kWholeShare - given; // rounding to whole ppm
    out.static_shares[name] = std::move(shares);
}

void check_hosted_somewhere(YamlNode service, const Inventory& out) {
    const std::string name = service.optional("name").text();
    for (const Site& site : out.sites) {
        if (Inventory::hosted(site, name) != nullptr) {
            return;
        }
    }
    service.complain("no site hosts service '" + name + "'");
}

Result<Inventory> read_inventory(YamlNode root) {
    Inventory out;
    UniqueValues unique;
    read_domain(root.required("srv6"), out);
    out.core_mtu = {static_cast<std::uint32_t>(root.optional("core_mtu").integer(kLeastMtu, kMostMtu, 1500))};
    for (YamlNode& item : root.required("routers").items()) {
        read_router(item, unique, out);
    }
    for (YamlNode& item : root.optional("links").items()) {
        read_link(item, unique, out);
    }
    std::vector<YamlNode> services = root.required("services").items();
    for (YamlNode& item : services) {
        read_service(item, unique, out);
    }
    for (YamlNode& item : root.required("sites").items()) {
        read_site(item, unique, out);
    }
    for (YamlNode& item : services) {
        read_static_shares(item, out);
        check_hosted_somewhere(item, out);
    }
    root.finish();
    SL_TRY_VOID(root.status());
    return out;
}

} // namespace

Result<Inventory> load_inventory(const std::string& path) {
    SL_TRY(const YamlNode root, YamlNode::load_file(path));
    return read_inventory(root);
}

Result<Inventory> parse_inventory(const std::string& text, const std::string& name) {
    SL_TRY(const YamlNode root, YamlNode::load_text(text, name));
    return read_inventory(root);
}

} // namespace suanlu
