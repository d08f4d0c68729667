// SPDX-License-Identifier: Apache-2.0
#include "controller/app/inventory_traffic.hpp"

#include <algorithm>

namespace suanlu {
namespace {

constexpr std::uint64_t kMostDscp = 63;
constexpr std::uint64_t kMostVlan = 4094;
constexpr std::uint64_t kMostApplication = 0xffff'ffff;
constexpr std::uint64_t kMostRate = 1'000'000'000'000;
constexpr std::uint64_t kMostBurst = 1'000'000'000;

std::uint8_t read_dscp(YamlNode node, std::string_view key) {
    return static_cast<std::uint8_t>(node.optional(key).integer(0, kMostDscp, kAnyDscp));
}

RateLimit read_rate(YamlNode node) {
    RateLimit rate;
    rate.dscp = read_dscp(node, "dscp");
    rate.bytes_per_second = node.required("bytes_per_second").integer(1, kMostRate);
    // A tenth of a second, but at least some packets.
    const auto tenth = std::max<std::uint64_t>(rate.bytes_per_second / 10, 15'000);
    rate.burst_bytes = node.optional("burst_bytes").integer(1500, kMostBurst, std::min(tenth, kMostBurst));
    rate.mark = read_dscp(node, "mark");
    return rate;
}

QuicServers read_quic(YamlNode node) {
    QuicServers quic;
    quic.offset = static_cast<std::uint8_t>(node.optional("offset").integer(0, 19, 1));
    YamlNode length = node.optional("length");
    quic.length = static_cast<std::uint8_t>(length.integer(1, 8, 0));
    for (YamlNode& item : node.optional("servers").items()) {
        const auto site = static_cast<std::uint16_t>(item.required("site_id").integer(1, 65535));
        quic.servers.push_back({SiteId{site}, item.required("id").integer(0, ~std::uint64_t{0})});
    }
    if ((quic.length == 0) != quic.servers.empty()) {
        node.complain("server ids need both a length and servers");
    } else if (quic.offset + quic.length > 20) {
        length.complain("a connection id has at most 20 bytes");
    }
    return quic;
}

} // namespace

ServiceTraffic read_traffic(YamlNode node, std::uint16_t port) {
    ServiceTraffic out;
    for (YamlNode& item : node.optional("prefixes").items()) {
        out.prefixes.push_back(item.prefix());
    }
    YamlNode last = node.optional("last_port");
    out.last_port = static_cast<std::uint16_t>(last.integer(1, 65535, 0));
    if (out.last_port != 0 && (port == 0 || out.last_port < port)) {
        last.complain("the range ends before it begins");
    }
    out.dscp = read_dscp(node, "dscp");
    out.vlan = static_cast<std::uint16_t>(node.optional("vlan").integer(1, kMostVlan, 0));
    out.tenant = static_cast<std::uint16_t>(node.optional("tenant").integer(0, 65535, 0));
    out.mark = read_dscp(node, "mark");
    out.application =
        static_cast<std::uint32_t>(node.optional("application").integer(1, kMostApplication, 0));
    for (YamlNode& item : node.optional("access").items()) {
        const auto source = item.required("source").prefix();
        out.access.push_back({source, item.optional("allow").boolean(true)});
    }
    YamlNode rates = node.optional("rates");
    for (YamlNode& item : rates.items()) {
        out.rates.push_back(read_rate(item));
    }
    if (out.rates.size() > 8) {
        rates.complain("a service has at most 8 rates");
    }
    YamlNode quic = node.optional("quic");
    out.is_quic = quic.is_present();
    out.quic = out.is_quic ? read_quic(quic) : QuicServers{};
    return out;
}

std::vector<TenantTag> read_tenants(YamlNode list) {
    std::vector<TenantTag> tags;
    for (YamlNode& item : list.items()) {
        TenantTag tag;
        tag.tenant = static_cast<std::uint16_t>(item.required("tenant").integer(1, 65535));
        YamlNode interface = item.optional("interface");
        tag.interface = interface.text();
        tag.outer_vlan = static_cast<std::uint16_t>(item.optional("outer_vlan").integer(1, kMostVlan, 0));
        tag.inner_vlan = static_cast<std::uint16_t>(item.optional("inner_vlan").integer(1, kMostVlan, 0));
        if (tag.interface.empty() && tag.outer_vlan == 0) {
            item.complain("a tenant is told by an interface, an outer VLAN, or both");
        }
        if (tag.interface.size() > 15) { // IFNAMSIZ - 1
            interface.complain("an interface name has at most 15 characters");
        }
        tags.push_back(std::move(tag));
    }
    return tags;
}

} // namespace suanlu
