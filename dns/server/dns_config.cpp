// SPDX-License-Identifier: Apache-2.0
#include "dns/server/dns_config.hpp"

#include <algorithm>
#include <filesystem>

#include "core/support/whole_file.hpp"
#include "core/support/yaml_walk.hpp"
#include "dns/server/transfer_config.hpp"
#include "dns/udp/udp_server.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kMostTextBytes = 128;

/// Reads the text of `node` with `parse`; what is wrong becomes a complaint at its place. That it is missing
/// is said by whoever requires it.
template <class T, class Parse>
T read_parsed(YamlNode node, const Parse& parse) {
    if (!node.is_present()) {
        return {};
    }
    Result<T> parsed = parse(node.text());
    if (!parsed) {
        node.complain(parsed.error().detail);
        return {};
    }
    return *std::move(parsed);
}

Endpoint read_endpoint(YamlNode node) {
    return read_parsed<Endpoint>(node, [](const std::string& text) { return Endpoint::parse(text); });
}

Endpoint read_listen(YamlNode node) {
    auto endpoint = read_endpoint(node);
    if (endpoint.is_unix()) {
        node.complain("needs an address and a port");
    }
    return endpoint;
}

/// Empty without a page.
std::string read_metrics(YamlNode node) {
    return node.is_present() ? read_listen(node).text() : std::string();
}

std::string read_short_text(YamlNode node) {
    std::string text = node.text();
    if (text.size() > kMostTextBytes) {
        node.complain("at most 128 octets");
    }
    return text;
}

DnsZoneConfig read_zone(YamlNode node, const TsigKeys& keys) {
    DnsZoneConfig zone;
    zone.name = read_parsed<DomainName>(node.required("name"),
                                        [](const std::string& text) { return DomainName::parse(text); });
    zone.file = node.required("file").text();
    zone.key = node.optional("key").text();
    zone.keys = node.optional("keys").text();
    if (!zone.key.empty() && !zone.keys.empty()) {
        node.complain("has one key, or a list of keys");
    }
    const bool is_hashed = node.optional("denial").one_of({"nsec", "nsec3"}, "nsec") == "nsec3";
    zone.denial = is_hashed ? Denial::kNsec3 : Denial::kNsec;
    zone.view = node.optional("view").text();
    zone.is_followed = node.optional("follow").boolean(false);
    zone.transfer = read_transfer(node.optional("transfer"), keys);
    zone.group = read_short_text(node.optional("group"));
    return zone;
}

void read_time(YamlNode node, const char* key, unsigned& milliseconds) {
    const double seconds = node.optional(key).duration({milliseconds / 1e3}).value;
    if (seconds < 0.1 || seconds > 600) {
        node.complain(std::string(key) + " is 100ms to 600s");
    } else {
        milliseconds = static_cast<unsigned>(seconds * 1e3);
    }
}

TcpLimits read_tcp(YamlNode node) {
    TcpLimits limits;
    if (node.is_present()) {
        limits.connections = node.optional("connections").integer(1, 100'000, limits.connections);
        limits.per_client = node.optional("per_client").integer(1, 100'000, limits.per_client);
        read_time(node, "idle", limits.idle_ms);
    }
    return limits;
}

void read_push(YamlNode node, DnsTlsConfig& tls) {
    DsoLimits& limits = tls.limits.dso;
    limits.subscriptions = node.optional("subscriptions").integer(1, 1'000'000, limits.subscriptions);
    limits.per_connection = node.optional("per_connection").integer(1, 60'000, limits.per_connection);
    read_time(node, "inactivity", limits.timeouts.inactivity_ms);
    read_time(node, "keepalive", limits.timeouts.keepalive_ms);
    if (limits.timeouts.keepalive_ms < DsoTimeouts::kLeastKeepalive) {
        node.complain("keepalive is 10s at least (RFC 8490 section 7.1)");
    }
    if (YamlNode name = node.optional("name"); name.is_present()) {
        PushPlace place;
        place.name =
            read_parsed<DomainName>(name, [](const std::string& text) { return DomainName::parse(text); });
        place.port = static_cast<std::uint16_t>(node.optional("port").integer(1, 65'535, place.port));
        tls.push = std::move(place);
    }
}

DnsTlsConfig read_dns_tls(YamlNode node) {
    DnsTlsConfig tls;
    if (!node.is_present()) {
        return tls;
    }
    for (YamlNode& listen : node.required("listen").items()) {
        tls.listen.push_back(read_listen(listen));
    }
    if (tls.listen.empty()) {
        node.complain("needs at least one address");
    }
    tls.identity.certificate = node.required("certificate").text();
    tls.identity.key = node.required("key").text();
    tls.limits = read_tcp(node);
    tls.limits.handshakes = node.optional("handshakes").integer(1, 10'000, tls.limits.handshakes);
    read_time(node, "handshake", tls.limits.handshake_ms);
    if (YamlNode push = node.optional("push"); push.is_present()) {
        read_push(push, tls);
    }
    return tls;
}

DnsCookieConfig read_cookies(YamlNode node) {
    DnsCookieConfig cookies;
    if (node.is_present()) {
        cookies.secrets = node.required("secrets").text();
        cookies.is_required = node.optional("require").boolean(false);
    }
    return cookies;
}

std::optional<RateLimits> read_rate_limits(YamlNode node) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    RateLimits limits;
    const auto number = [&](const char* key, std::uint64_t least, std::uint64_t most, auto& value) {
        value = static_cast<std::remove_reference_t<decltype(value)>>(
            node.optional(key).integer(least, most, value));
    };
    number("per_second", 1, RateLimits::kMostPerSecond, limits.per_second);
    number("errors_per_second", 1, RateLimits::kMostPerSecond, limits.errors_per_second);
    number("burst_seconds", 1, 60, limits.burst_seconds);
    number("slip", 0, 10, limits.slip);
    number("v4_bits", 8, 32, limits.v4_bits);
    number("v6_bits", 16, 128, limits.v6_bits);
    number("entries", 1024, 16'777'216, limits.entries);
    for (YamlNode& prefix : node.optional("exempt").items()) {
        limits.exempt.push_back(prefix.prefix());
    }
    return limits;
}

std::optional<FollowConfig> read_controller(YamlNode node) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    FollowConfig follow;
    follow.address = read_endpoint(node.required("address"));
    follow.name = node.optional("name").text("suanlud");
    follow.tls = read_tls(node.optional("tls"));
    YamlNode state_dir = node.required("state_dir");
    follow.state_dir = state_dir.text();
    if (follow.state_dir.empty()) {
        state_dir.complain("needs a folder");
    }
    return follow;
}

/// Every zone once, and one of them by views, for a view says which classes of clients there are.
std::vector<DnsZoneConfig> read_zones(YamlNode root, bool has_controller, const TsigKeys& keys) {
    std::vector<DnsZoneConfig> zones;
    std::size_t views = 0;
    for (YamlNode& node : root.required("zones").items()) {
        zones.push_back(read_zone(node, keys));
        const DnsZoneConfig& last = zones.back();
        const auto is_same = [&](const DnsZoneConfig& zone) { return zone.name == last.name; };
        if (std::count_if(zones.begin(), zones.end(), is_same) > 1) {
            node.complain("zone " + last.name.text() + " stands here twice");
        }
        views += last.view.empty() && !last.is_followed ? 0 : 1;
        if (views > 1) {
            node.complain("one view in all: it says which classes of clients there are");
        }
        if (last.is_followed && !has_controller) {
            node.complain("follows a controller, and there is no section 'controller'");
        }
    }
    return zones;
}

/// It is nobody's to ask for, so it cannot lie where somebody is answered.
std::optional<CatalogConfig> read_catalog(YamlNode node, const DnsConfig& config) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    YamlNode name = node.required("name");
    CatalogConfig catalog;
    catalog.name =
        read_parsed<DomainName>(name, [](const std::string& text) { return DomainName::parse(text); });
    for (const DnsZoneConfig& zone : config.zones) {
        if (catalog.name.is_at_or_below(zone.name)) {
            name.complain("lies in the zone " + zone.name.text());
        }
    }
    if (auto transfer = read_transfer(node, *config.keys)) {
        catalog.transfer = *std::move(transfer);
    }
    return catalog;
}

/// Its rate is by default that of the sockets.
XdpFrontConfig read_xdp(YamlNode node, const DnsConfig& config) {
    XdpFrontConfig xdp;
    if (!node.is_present()) {
        return xdp;
    }
    for (YamlNode& interface : node.required("interfaces").items()) {
        xdp.interfaces.push_back(interface.text());
    }
    if (xdp.interfaces.empty()) {
        node.complain("needs at least one interface");
    }
    if (!config.fronts.empty()) {
        node.complain(
            "not beside proxy_from: the program would answer a front's query that has no PROXY header");
    }
    const std::uint64_t rate = config.rate_limits ? config.rate_limits->per_second : 0;
    xdp.rate = static_cast<std::uint32_t>(node.optional("rate").integer(0, RateLimits::kMostPerSecond, rate));
    YamlNode tap_one_in = node.optional("tap_one_in");
    xdp.tap_one_in = static_cast<std::uint32_t>(tap_one_in.integer(1, 1'000'000'000, 0));
    if (xdp.tap_one_in != 0 && !config.tap) {
        tap_one_in.complain("needs dnstap");
    }
    for (const Endpoint& listen : config.listen) {
        if (is_any(listen.address)) {
            node.complain("needs the addresses themselves in listen, not " + listen.text());
        }
    }
    return xdp;
}

std::optional<TapConfig> read_dnstap(YamlNode node) {
    if (!node.is_present()) {
        return std::nullopt;
    }
    TapConfig tap;
    tap.socket = node.optional("socket").text();
    YamlNode file = node.optional("file");
    tap.file = file.text();
    if (!tap.file.empty() && !has_folder(tap.file)) {
        file.complain("no folder " + std::filesystem::path(tap.file).parent_path().string());
    }
    if (tap.socket.empty() == tap.file.empty()) {
        node.complain("needs a socket or a file, not both");
    }
    tap.has_queries = node.optional("queries").boolean(true);
    tap.has_answers = node.optional("answers").boolean(true);
    tap.queue = node.optional("queue").integer(64, 1U << 20U, tap.queue);
    return tap;
}

/// All but the controller and the zones.
DnsConfig read_serving(YamlNode& root) {
    DnsConfig config;
    for (YamlNode& node : root.required("listen").items()) {
        config.listen.push_back(read_listen(node));
    }
    config.workers = root.optional("workers").integer(1, 128, config.workers);
    config.tcp = read_tcp(root.optional("tcp"));
    config.tls = read_dns_tls(root.optional("tls"));
    config.nsid = read_short_text(root.optional("nsid"));
    config.cookies = read_cookies(root.optional("cookies"));
    config.rate_limits = read_rate_limits(root.optional("rate_limit"));
    for (YamlNode& front : root.optional("proxy_from").items()) {
        config.fronts.push_back(front.prefix());
    }
    config.tap = read_dnstap(root.optional("dnstap"));
    config.xdp = read_xdp(root.optional("xdp"), config);
    if (YamlNode chaos = root.optional("chaos"); chaos.is_present()) {
        config.chaos_id = read_short_text(chaos.optional("id"));
        config.chaos_version = read_short_text(chaos.optional("version"));
    }
    config.metrics = read_metrics(root.optional("metrics"));
    config.journal_dir = root.optional("journal_dir").text();
    config.keys = std::make_shared<const TsigKeys>(read_tsig_keys(root.optional("keys")));
    return config;
}

bool follows(const DnsConfig& config) {
    return std::any_of(config.zones.begin(), config.zones.end(),
                       [](const DnsZoneConfig& zone) { return zone.is_followed; });
}

Status finish(YamlNode& root, const DnsConfig& config) {
    if (config.listen.empty() || config.zones.empty()) {
        root.complain("needs at least one address and one zone");
    }
    root.finish();
    return root.whole_status();
}

/// What is wrong with the file as YAML is said with all else that is wrong.
Result<YamlNode> open_config(const std::string& path) {
    SL_TRY(const std::string text, read_whole_file(path));
    return YamlNode::open_text(text, path);
}

} // namespace

bool has_folder(const std::string& path) {
    std::error_code ignored;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    return folder.empty() || std::filesystem::is_directory(folder, ignored);
}

Result<DnsConfig> load_dns_config(const std::string& path) {
    SL_TRY(YamlNode root, open_config(path));
    DnsConfig config = read_serving(root);
    config.controller = read_controller(root.optional("controller"));
    config.zones = read_zones(root, config.controller.has_value(), *config.keys);
    config.catalog = read_catalog(root.optional("catalog"), config);
    if (config.controller && !follows(config)) {
        root.complain("has a section 'controller', and no zone follows it");
    }
    SL_TRY_VOID(finish(root, config));
    return config;
}

Result<DnsConfig> load_embedded_dns_config(const std::string& path, const std::string& state_dir) {
    SL_TRY(YamlNode root, open_config(path));
    DnsConfig config = read_serving(root);
    if (YamlNode controller = root.optional("controller"); controller.is_present()) {
        controller.complain("the controller is in this very process: leave the section out");
    }
    config.zones = read_zones(root, true, *config.keys);
    config.catalog = read_catalog(root.optional("catalog"), config);
    if (follows(config)) {
        config.controller.emplace().state_dir = state_dir;
    }
    SL_TRY_VOID(finish(root, config));
    return config;
}

} // namespace suanlu::dns
