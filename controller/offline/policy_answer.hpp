// SPDX-License-Identifier: Apache-2.0
// `suanluctl policy`: checks policy files, tries a policy on stated sites, and lays two policies side by
// side. Texts in, reports out; whoever calls has read the files. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/offline/link_report.hpp"
#include "policies/strategy/policy_file.hpp"
#include "policies/strategy/ranking.hpp"
#include "policies/strategy/site_file.hpp"

namespace suanlu::offline {

struct NamedText {
    std::string name;
    std::string text;
};

struct PolicyCheck {
    std::string file;
    PolicyReading reading;
};

/// What one policy says of one request.
struct PolicyTrial {
    std::string policy;
    std::vector<FirstKey> first;
    Ranking ranking;
    std::map<SiteId, double> shares; ///< of flows whose rate is stated
};

/// One request under one policy, or under two.
struct RequestReport {
    Request request;
    std::vector<PolicyTrial> trials;
};

struct PolicyReport {
    std::optional<WallTime> time;
    /// "terms.network.delay" -> what each policy says; two policies only, and only what differs.
    std::vector<std::array<std::string, 3>> differences;
    std::vector<std::string> policies;
    std::vector<RequestReport> requests;

    /// Every request found a place under every policy.
    [[nodiscard]] bool is_fine() const;
};

PolicyCheck check_policy(const NamedText& file);
/// A built-in policy where the text is empty, else the file; kBadInput with all complaints, one a line.
Result<PolicyDefinition> policy_from(const NamedText& given);
Result<SiteFile> sites_from(const NamedText& file);

/// `policies` has one or two. kNotFound: `only` names a request that is not there.
Result<PolicyReport> try_policies(const std::vector<PolicyDefinition>& policies,
                                  const std::optional<SiteFile>& sites, const std::string& only);

Json to_json(const std::vector<PolicyCheck>& checks);
std::string to_text(const std::vector<PolicyCheck>& checks);
Json to_json(const PolicyReport& report);
std::string to_text(const PolicyReport& report, bool explain, bool colour);

} // namespace suanlu::offline
