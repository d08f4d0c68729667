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

enum class Transport : std::uint8_t { kTcp = 6, kUdp = 17 };
/// How long a flow belongs to its site (design.md section 5): kFlow = 5-tuple, kSource = client address,
/// kMovable = may be moved while alive, kNone = every packet on its own.
enum class Affinity : std::uint8_t { kFlow, kSource, kMovable, kNone };
/// Who steers: the network, the DNS answer, or both; a flow is never steered twice.
enum class SteeringMode : std::uint8_t { kNetwork, kDns, kBoth };
/// kDsr: replies leave the site directly; kViaIngress: replies return through the ingress.
enum class ReturnMode : std::uint8_t { kDsr, kViaIngress };

struct Service {
    ServiceId id;
    std::string name;
    /// Anycast addresses, v6 or mapped v4; at least one.
    std::vector<Ip6> addresses;
    Transport transport = Transport::kTcp;
    std::uint16_t port = 0;
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
};

std::string_view to_text(Transport transport);
std::string_view to_text(Affinity affinity);

} // namespace suanlu
