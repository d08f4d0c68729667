// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/inventory_file.hpp"

#include <cmath>
#include <limits>

#include "controller/app/inventory_dns.hpp"
#include "controller/app/inventory_network.hpp"
#include "controller/app/inventory_traffic.hpp"
#include "core/model/limits.hpp"
#include "core/support/yaml_walk.hpp"
#include "policies/steering_policy.hpp"

namespace suanlu {

namespace {

using namespace inventory_yaml;

constexpr double kShareError = 1e-6;

bool is_prime(std::uint64_t n) {
    for (std::uint64_t d = 2; d * d <= n; ++d) {
        if (n % d == 0) {
            return false;
        }
    }
    return n > 1;
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

Affinity affinity_of(const std::string& word) {
    return word == "source"               ? Affinity::kSource
           : word == "source-destination" ? Affinity::kPair
           : word == "movable"            ? Affinity::kMovable
           : word == "none"               ? Affinity::kNone
                                          : Affinity::kFlow;
}

Transport transport_of(const std::string& word) {
    return word == "any" ? Transport::kAny : word == "udp" ? Transport::kUdp : Transport::kTcp;
}

/// Services with the same words get the same packets.
std::string match_of(const Service& s) {
    std::string words = std::string(to_text(s.transport)) + " " + std::to_string(s.port);
    for (const std::uint16_t more :
         {s.traffic.last_port, std::uint16_t{s.traffic.dscp}, s.traffic.vlan, s.traffic.tenant}) {
        words += more == 0 || more == kAnyDscp ? "" : " " + std::to_string(more);
    }
    return words;
}

void read_addresses(YamlNode node, UniqueValues& unique, Service& s) {
    YamlNode list = s.traffic.prefixes.empty() ? node.required("addresses") : node.optional("addresses");
    for (YamlNode& item : list.items()) {
        s.addresses.push_back(item.address());
        unique.claim(item, "service address", s.addresses.back().text() + " " + match_of(s));
    }
    if (list.is_present() && s.addresses.empty()) {
        list.complain("a service has at least one address");
    }
}

void read_modes(YamlNode node, bool has_dns, Service& s) {
    YamlNode steering = node.optional("steering");
    const std::string mode = steering.one_of({"network", "dns", "both"}, "network");
    s.steering = mode == "dns"    ? SteeringMode::kDns
                 : mode == "both" ? SteeringMode::kBoth
                                  : SteeringMode::kNetwork;
    if (s.steering != SteeringMode::kNetwork && !has_dns) {
        steering.complain("'" + mode + "' needs the section 'dns'");
    }
    YamlNode back = node.optional("return");
    if (back.one_of({"dsr", "via-ingress"}, "dsr") != "dsr") {
        back.complain("only 'dsr' is supported by this version");
    }
    YamlNode policy = node.optional("policy");
    s.policy = policy.text("default");
    if (const auto known = find_policy(s.policy); !known) {
        policy.complain(known.error().detail);
    }
}

void read_service(YamlNode node, bool has_dns, UniqueValues& unique, Inventory& out) {
    Service s;
    s.name = read_name(node, unique, "service");
    s.id = {read_id(node, unique, "service id")};
    s.transport = transport_of(node.required("transport").one_of({"tcp", "udp", "any"}, "tcp"));
    s.port = static_cast<std::uint16_t>(node.required("port").integer(0, 65535));
    s.traffic = read_traffic(node, s.port);
    read_addresses(node, unique, s);
    s.affinity =
        affinity_of(node.optional("affinity")
                        .one_of({"flow", "source", "source-destination", "movable", "none"}, "flow"));
    YamlNode timeout = node.optional("affinity_timeout");
    s.affinity_timeout = timeout.duration({s.transport == Transport::kUdp ? 60.0 : 300.0});
    if (s.affinity_timeout.value <= 0 || s.affinity_timeout.value > 86400) {
        timeout.complain("the affinity timeout is above 0 and at most 24h");
    }
    YamlNode slots = node.optional("slots");
    s.slots = static_cast<std::uint32_t>(slots.integer(kLeastTableSlots, kMostTableSlots, 1021));
    if (!is_prime(s.slots)) {
        slots.complain(std::to_string(s.slots) + " is not prime");
    }
    read_modes(node, has_dns, s);
    s.jobs_per_flow = node.optional("jobs_per_flow").number(1e-6, 1e6, 1);
    s.exception_share = node.optional("exception_share").number(0, 1, s.exception_share);
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

/// With a routing table the SIDs need no next hops, and one SID may serve both IP versions (End.DT46).
void read_service_sids(YamlNode node, const Router* router, UniqueValues& unique, Attachment& a) {
    YamlNode table = node.optional("table");
    a.table = static_cast<std::uint32_t>(table.integer(1, std::numeric_limits<std::uint32_t>::max()));
    if (table.is_present() && !is_own_table(a.table)) {
        table.complain("a service SID needs a table of its own, never one of the kernel's (253 to 255)");
    }
    YamlNode sid6 = node.required("sid6");
    a.sid6 = sid6.address();
    check_sid(sid6, router, a.sid6, unique);
    YamlNode sid4 = node.optional("sid4");
    a.sid4 = sid4.address();
    if (!table.is_present() || a.sid4 != a.sid6) {
        check_sid(sid4, router, a.sid4, unique);
    }
    YamlNode hop6 = table.is_present() ? node.optional("next_hop6") : node.required("next_hop6");
    a.next_hop6 = hop6.address();
    YamlNode hop4 = node.optional("next_hop4");
    a.next_hop4 = hop4.address();
    if (table.is_present() && (hop6.is_present() || hop4.is_present())) {
        node.complain("the table has the next hops; next_hop6 and next_hop4 are for SIDs without one");
    }
    if (!table.is_present() && sid4.is_present() != hop4.is_present()) {
        node.complain("sid4 and next_hop4 come together");
    }
    if (hop4.is_present() && !a.next_hop4.is_mapped_v4()) {
        hop4.complain("expected an IPv4 address");
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
    read_service_sids(node, router, unique, a);
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
    h.slots = node.required("slots").number(0, kMostWorkers);
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
    if (node.optional("drain").boolean(false)) {
        out.drained.insert(s.id);
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
    YamlNode dns = root.optional("dns");
    for (YamlNode& item : services) {
        read_service(item, dns.is_present(), unique, out);
    }
    out.tenants = read_tenants(root.optional("tenants"));
    out.probers_per_site = static_cast<std::uint32_t>(
        root.optional("probers_per_site").integer(1, 100'000, out.probers_per_site));
    for (YamlNode& item : root.required("sites").items()) {
        read_site(item, unique, out);
    }
    for (YamlNode& item : services) {
        read_static_shares(item, out);
        check_hosted_somewhere(item, out);
    }
    if (dns.is_present()) {
        read_dns(dns, out);
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
