// SPDX-License-Identifier: Apache-2.0
// Service (CS-ID, RFC 10053): what a client asks for. Loaded from the inventory, immutable at run time. Pure
// values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/ids.hpp"
#include "core/model/ip6.hpp"
#include "core/model/units.hpp"

namespace suanlu {

enum class Transport : std::uint8_t { kAny = 0, kTcp = 6, kUdp = 17 };
/// What belongs to one site (design.md section 5): kFlow = a 5-tuple, kSource = all of a client address,
/// kPair = all between a client and a service address, kMovable = a flow that may be moved while alive,
/// kNone = every packet on its own.
enum class Affinity : std::uint8_t { kFlow, kSource, kMovable, kNone, kPair };
/// Who steers: the network, the DNS answer, or both; a flow is never steered twice.
enum class SteeringMode : std::uint8_t { kNetwork, kDns, kBoth };
/// kDsr: replies leave the site directly; kViaIngress: replies return through the ingress.
enum class ReturnMode : std::uint8_t { kDsr, kViaIngress };

/// DSCP values are 0..63.
inline constexpr std::uint8_t kAnyDscp = 255;
inline constexpr std::uint8_t kNoMark = 255;

/// The longest prefix that a source falls under decides; without one it is denied.
struct AccessRule {
    Prefix6 source;
    bool is_allowed = true;

    bool operator==(const AccessRule&) const = default;
};

/// Most that a service, or one slice of it (a DSCP), takes from one ingress, counted in bytes of IP packets.
struct RateLimit {
    /// kAnyDscp = whatever no earlier limit of the service took.
    std::uint8_t dscp = kAnyDscp;
    std::uint64_t bytes_per_second = 0;
    std::uint64_t burst_bytes = 0;
    /// DSCP of the outer header of what is over the rate; kNoMark = it is dropped.
    std::uint8_t mark = kNoMark;

    bool operator==(const RateLimit&) const = default;
};

/// Which part of a QUIC connection id names the site (draft-ietf-quic-load-balancers, plaintext).
struct QuicServers {
    struct Server {
        SiteId site;
        std::uint64_t id = 0;

        bool operator==(const Server&) const = default;
    };
    /// First byte of the server id in the connection id, and its length, 1..8; 0 = ids name no site.
    std::uint8_t offset = 1;
    std::uint8_t length = 0;
    std::vector<Server> servers;

    bool operator==(const QuicServers&) const = default;
};

/// Which packets are a service's besides those to its addresses and port, and what it takes of them.
struct ServiceTraffic {
    /// Whole prefixes of destinations, besides the addresses.
    std::vector<Prefix6> prefixes;
    /// Last port of a range that begins with the service's port; 0 = that port alone.
    std::uint16_t last_port = 0;
    std::uint8_t dscp = kAnyDscp;
    /// Id of the outer VLAN tag; 0 = any.
    std::uint16_t vlan = 0;
    /// Services of two tenants may have the same addresses.
    std::uint16_t tenant = 0;
    /// Empty = open to all.
    std::vector<AccessRule> access;
    std::vector<RateLimit> rates;
    /// DSCP of the outer header; kNoMark = the client's.
    std::uint8_t mark = kNoMark;
    /// Goes into the argument of the service SID, for networks that treat applications apart; 0 = none.
    std::uint32_t application = 0;
    bool is_quic = false;
    QuicServers quic;

    bool operator==(const ServiceTraffic&) const = default;
};

/// Whose traffic comes in by an interface and its tags.
struct TenantTag {
    std::uint16_t tenant = 0;
    /// Empty = any.
    std::string interface;
    std::uint16_t outer_vlan = 0;
    std::uint16_t inner_vlan = 0;

    bool operator==(const TenantTag&) const = default;
};

struct Service {
    ServiceId id;
    std::string name;
    /// Anycast addresses, v6 or mapped v4; at least one, or a prefix.
    std::vector<Ip6> addresses;
    Transport transport = Transport::kTcp;
    /// 0 = all ports.
    std::uint16_t port = 0;
    ServiceTraffic traffic;
    Affinity affinity = Affinity::kFlow;
    SteeringMode steering = SteeringMode::kNetwork;
    ReturnMode return_mode = ReturnMode::kDsr;
    /// G of the affinity rules; 300 s for TCP and 60 s for UDP unless the inventory says otherwise.
    Seconds affinity_timeout{300};
    /// Size of the slot table, 251..65537, prime.
    std::uint32_t slots = 1021;
    /// Policy that splits it: "default" or a named baseline ("nearest").
    std::string policy = "default";
    /// Upper bound of network + queue + service time; zero = no latency class.
    Seconds latency_budget{0};
    /// Expected demand of one flow in jobs; the policy turns flows/s into jobs/s with it.
    double jobs_per_flow = 1.0;
    /// Most live flows, 0..1, that an ingress may keep elsewhere than their slot says; 0 = no second choices.
    double exception_share = 0.1;
};

std::string_view to_text(Transport transport);
std::string_view to_text(Affinity affinity);

} // namespace suanlu
