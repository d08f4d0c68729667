// SPDX-License-Identifier: Apache-2.0
// Sites and policies that the tests of the strategies share. Pure.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policies/strategy/policy_file.hpp"
#include "policies/strategy/ranking.hpp"

namespace suanlu {

/// One slot at 1 job/s, idle, 10 ms away: a site about which everything is known.
inline SiteAttributes plain_site(std::uint16_t id, const std::string& name) {
    SiteAttributes out;
    out.id = {id};
    out.name = name;
    out.slots = 1;
    out.rate_per_slot = 1;
    out.utilisation = 0;
    out.waiting = 0;
    out.watts_per_slot = 1000;
    out.pue = 1;
    out.carbon_g_per_kwh = 100;
    out.path = {0.010, 0.001, 0.0, 125e6};
    return out;
}

inline PolicyDefinition policy_of(const std::string& text) {
    const PolicyReading reading = read_policy(text, "test");
    for (const YamlComplaint& complaint : reading.complaints) {
        ADD_FAILURE() << complaint.line << ":" << complaint.column << ": " << complaint.what;
    }
    return reading.policy.value_or(PolicyDefinition{});
}

inline Request job() {
    Request out;
    out.name = "job";
    out.kind = RequestKind::kJob;
    return out;
}

/// "a b | c": candidates in order, then the rejected ones.
inline std::string order_of(const Ranking& ranking) {
    std::string out;
    for (const RankedSite& site : ranking.sites) {
        out += out.empty() ? "" : " ";
        out += (site.rejected_by.empty() || out.find('|') != std::string::npos ? "" : "| ") + site.name;
    }
    return out;
}

inline const RankedSite& ranked(const Ranking& ranking, const std::string& name) {
    for (const RankedSite& site : ranking.sites) {
        if (site.name == name) {
            return site;
        }
    }
    static const RankedSite none;
    ADD_FAILURE() << "no site " << name;
    return none;
}

} // namespace suanlu
