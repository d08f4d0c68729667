// SPDX-License-Identifier: Apache-2.0
// The small inventory with a computing DNS: class "others" comes in at P1, where nobody steers, "homes" and
// "roaming" behind R1.
#pragma once

#include "tests/unit/controller/decision_bench.hpp"

namespace suanlu {

inline const std::string kDnsInventory = kSmallInventory + R"(dns:
  zone: compute.example.
  validity: 20s
  classes:
    - {name: others, at: P1, flows_per_s: 8}
    - {name: homes, ingress: R1, prefixes: ["2001:db8:1::/48", "192.0.2.0/24"]}
    - {name: roaming, ingress: R1, prefixes: ["2001:db8:2::/48"], steering: dns}
  sites:
    near: {region: bay, addresses: ["2001:db8:51::80", "198.51.100.1"], grade: P2.large, accelerator: gpu,
           benchmark: {kind: llm-tokens, score: 12000, precision: fp8},
           price: {amount: 0.0012, per: 1k-tokens, currency: CNY},
           energy: {millijoules_per_token: 800, carbon_g_per_kwh: 300, renewable_percent: 40},
           inference: {tokens_per_s: 50, first_token: 250ms},
           access: {bandwidth: 10Gbps, delay: 300us, grade: 1}}
  services:
    analysis: {alpn: [h2, http/1.1], fail: closed, steering: {homes: both}}
)";

} // namespace suanlu
