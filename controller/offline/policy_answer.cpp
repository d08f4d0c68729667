// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/policy_answer.hpp"

#include <algorithm>

#include "controller/offline/policy_words.hpp"
#include "policies/strategy/builtin_policies.hpp"
#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/flow_shares.hpp"

namespace suanlu::offline {

namespace {

Error all_of(const std::string& file, const std::vector<YamlComplaint>& complaints) {
    std::string text;
    for (const YamlComplaint& complaint : complaints) {
        text += (text.empty() ? "" : "\n") + complaint_text(file, complaint);
    }
    return {Errc::kBadInput, text};
}

} // namespace

bool PolicyReport::is_fine() const {
    return std::all_of(requests.begin(), requests.end(), [](const RequestReport& request) {
        return std::all_of(request.trials.begin(), request.trials.end(),
                           [](const PolicyTrial& trial) { return trial.ranking.refusal.empty(); });
    });
}

PolicyCheck check_policy(const NamedText& file) {
    return {file.name, read_policy(file.text, file.name)};
}

Result<PolicyDefinition> policy_from(const NamedText& given) {
    if (given.text.empty()) {
        return find_builtin_policy(given.name);
    }
    PolicyReading reading = read_policy(given.text, given.name);
    if (!reading.policy) {
        return all_of(given.name, reading.complaints);
    }
    return *std::move(reading.policy);
}

Result<SiteFile> sites_from(const NamedText& file) {
    SiteFileReading reading = read_sites(file.text, file.name);
    if (!reading.file) {
        return all_of(file.name, reading.complaints);
    }
    return *std::move(reading.file);
}

Result<PolicyReport> try_policies(const std::vector<PolicyDefinition>& policies,
                                  const std::optional<SiteFile>& sites, const std::string& only) {
    PolicyReport out;
    for (const PolicyDefinition& policy : policies) {
        out.policies.push_back(policy.name);
    }
    if (policies.size() == 2) {
        out.differences = differing_words(policies[0], policies[1]);
    }
    if (!sites) {
        return out;
    }
    out.time = sites->time;
    std::string known;
    for (const Request& request : sites->requests) {
        known += (known.empty() ? "" : ", ") + request.name;
        if (!only.empty() && request.name != only) {
            continue;
        }
        RequestReport report{request, {}};
        for (const PolicyDefinition& policy : policies) {
            report.trials.push_back({policy.name, policy.first,
                                     rank(policy, request, sites->sites, sites->time),
                                     flow_shares(policy, request, sites->sites, sites->time)});
        }
        out.requests.push_back(std::move(report));
    }
    if (out.requests.empty()) {
        return Error{Errc::kNotFound, only.empty() ? "the site file has no requests"
                                                   : "no request '" + only + "'; known: " + known};
    }
    return out;
}

} // namespace suanlu::offline
