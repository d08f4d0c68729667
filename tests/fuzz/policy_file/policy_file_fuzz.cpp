// SPDX-License-Identifier: Apache-2.0
// Any bytes as a policy and as a site file: no crash, either values or complaints with a place, and what is
// accepted ranks and steers without an infinite cost.
#include <cmath>
#include <cstdlib>

#include "policies/strategy/flow_shares.hpp"
#include "policies/strategy/policy_file.hpp"
#include "policies/strategy/site_file.hpp"

namespace {

using namespace suanlu;

void demand(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const std::vector<YamlComplaint>& complaints, bool is_accepted) {
    demand(is_accepted == complaints.empty());
    for (const YamlComplaint& complaint : complaints) {
        demand(complaint.line > 0 && complaint.column > 0 && !complaint.what.empty());
    }
}

void try_on(const PolicyDefinition& policy, const SiteFile& file) {
    for (const Request& request : file.requests) {
        const Ranking ranking = rank(policy, request, file.sites, file.time);
        demand((ranking.candidates() == 0) == !ranking.refusal.empty());
        for (const RankedSite& site : ranking.sites) {
            demand(!std::isnan(site.cost_s));
        }
        double sum = 0;
        const auto shares = flow_shares(policy, request, file.sites, file.time);
        for (const auto& [site, share] : shares) {
            sum += share;
        }
        demand(shares.empty() || std::abs(sum - 1) < 1e-6);
    }
}

const SiteFile& plain_sites() {
    static const SiteFile file =
        *read_sites("sites:\n"
                    "  - {name: a, slots: 4, rate_per_slot: 1 jobs/s, path: {delay: 1ms}}\n"
                    "  - {name: b}\n"
                    "requests:\n"
                    "  - {name: f, kind: flow, rate: 2 jobs/s}\n"
                    "  - {name: j, kind: job}\n",
                    "sites")
             .file;
    return file;
}

const PolicyDefinition& plain_policy() {
    static const PolicyDefinition policy =
        *read_policy("policy: p\nterms: {load: {}, energy: {energy: 1 s/kWh}, network: {}}\n", "p").policy;
    return policy;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(bytes), size);
    const PolicyReading policy = read_policy(text, "fuzz");
    check(policy.complaints, policy.policy.has_value());
    if (policy.policy) {
        try_on(*policy.policy, plain_sites());
    }
    const SiteFileReading sites = read_sites(text, "fuzz");
    check(sites.complaints, sites.file.has_value());
    if (sites.file) {
        try_on(plain_policy(), *sites.file);
    }
    return 0;
}
