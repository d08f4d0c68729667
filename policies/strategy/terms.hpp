// SPDX-License-Identifier: Apache-2.0
// What each term says of one site, in seconds. Nothing is guessed: a term whose inputs are not all known says
// which is missing, and the ranking applies the policy's rule for unknowns. Never negative, never infinite.
// Pure functions.
#pragma once

#include <optional>
#include <string>

#include "policies/strategy/policy_definition.hpp"

namespace suanlu {

struct TermReading {
    std::optional<double> seconds;
    /// "12.0 kWh, 4.8 kg CO2" or "pue unknown"; empty when nobody asked for it.
    std::string why;
};

struct TermQuestion {
    const PolicyDefinition& policy;
    const Request& request;
    const SiteAttributes& site;
    std::optional<WallTime> now;
    /// Without it only numbers are read: texts for every pair of a large network take longer than its split.
    bool is_explained = true;
};

TermReading read_term(TermKind kind, const TermQuestion& question);
/// What such a term says of a site is different at every ingress.
inline bool depends_on_path(TermKind kind) {
    return kind == TermKind::kNetwork || kind == TermKind::kQos;
}

/// Seconds that the request keeps a slot busy: tokens at the token rate, else work at the job rate.
TermReading service_time(const Request& request, const SiteAttributes& site);
/// Network + queue + first token; a flow's queue is left out, for the split holds it.
TermReading expected_latency(const TermQuestion& question);
/// The known parts of network and idle first token: what is unknown counts as nothing.
double least_latency(const SiteAttributes& site);

} // namespace suanlu
