// SPDX-License-Identifier: Apache-2.0
// What would happen: a replayed Decision goes on with its last inputs for a while of virtual time, once as it
// is and once with changes, until the shares have settled. The controller is not asked and nothing is sent.
// Pure and deterministic.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/decision/replay.hpp"

namespace suanlu {

struct WhatIfChange {
    /// Ends of links that fail, in both directions.
    std::vector<std::pair<std::string, std::string>> failed_links;
    /// Silent, and dead at every ingress.
    std::set<std::string> failed_sites;
    /// Takes no new flows.
    std::set<std::string> drained_sites;
    std::map<std::string, double> added_slots;
    std::map<std::string, std::string> policies;
    /// Seconds that a job's price at the site is worth.
    std::map<std::string, double> prices;

    [[nodiscard]] bool is_empty() const;
};

struct WhatIfSide {
    bool has_path = false;
    double share = 0;   ///< of the ingress's new flows
    double delay_s = 0; ///< there and back
};
struct WhatIfPair {
    std::string service;
    std::string ingress;
    std::string site;
    std::string rejected_by; ///< after
    WhatIfSide before;
    WhatIfSide after;
};
struct WhatIfLoad {
    double jobs_per_s = 0;
    double capacity = 0;

    [[nodiscard]] double utilisation() const { return capacity > 0 ? jobs_per_s / capacity : 0; }
};
struct WhatIfSite {
    std::string service;
    std::string site;
    WhatIfLoad before;
    WhatIfLoad after;
};
struct WhatIfService {
    std::string service;
    /// Jobs on the way, in service and waiting, of the shares in force.
    double cost_before = 0;
    double cost_after = 0;
    std::string mode_after; ///< the worst state of its ingresses
    std::string verdict_after;
};
struct WhatIf {
    std::vector<WhatIfService> services;
    std::vector<WhatIfPair> pairs;
    std::vector<WhatIfSite> sites;
};

/// `until` as in replay(). kNotFound names what the change is about and nobody has; kRefused: the journal
/// does not reach a decision.
Result<WhatIf> what_if(const JournalReading& journal, const Inventory& inventory, const WhatIfChange& change,
                       std::optional<Duration> until = std::nullopt);

} // namespace suanlu
