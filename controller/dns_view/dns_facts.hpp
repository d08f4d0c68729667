// SPDX-License-Identifier: Apache-2.0
// What the DNS view takes from the decision besides Applied Plans: which sites are up and what they reported,
// and the Plans of places, which nobody but the DNS makes true. A copy of pointers, handed from the
// decision's strand to the publisher's. Pure values.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "controller/decision/decision.hpp"

namespace suanlu {

struct DnsSiteFacts {
    /// Reports, and some ingress reaches it.
    bool is_up = false;
    /// Null while nothing fresh was said.
    std::shared_ptr<const SiteReport> report;
};

struct DnsFacts {
    /// By name; every site of the inventory.
    std::map<std::string, DnsSiteFacts> sites;
    /// By place.
    std::map<std::string, std::shared_ptr<const Plan>> places;
};

/// Call on the decision's strand.
DnsFacts dns_facts_of(const Decision& decision, MonoTime now);

} // namespace suanlu
