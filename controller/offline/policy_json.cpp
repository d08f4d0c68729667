// SPDX-License-Identifier: Apache-2.0
// Reports of `suanluctl policy` as JSON (docs/reference/policy-*.schema.json).
#include "controller/offline/policy_answer.hpp"

namespace suanlu::offline {

namespace {

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json site_json(const RankedSite& site, const PolicyTrial& trial) {
    Json out{{"site", site.name}, {"id", site.id.value}};
    const auto share = trial.shares.find(site.id);
    out["rejected_by"] = site.rejected_by.empty() ? Json(nullptr) : Json(site.rejected_by);
    out["cost_s"] = site.rejected_by.empty() ? Json(site.cost_s) : Json(nullptr);
    out["keys"] = site.keys;
    out["share"] =
        trial.shares.empty() ? Json(nullptr) : Json(share == trial.shares.end() ? 0 : share->second);
    out["terms"] = Json::array();
    for (const RankedTerm& term : site.terms) {
        out["terms"].push_back({{"term", to_text(term.kind)},
                                {"seconds", or_null(term.seconds)},
                                {"counted_s", term.counted_s},
                                {"is_first", term.is_first},
                                {"why", term.why}});
    }
    return out;
}

Json trial_json(const PolicyTrial& trial) {
    Json out{{"policy", trial.policy}};
    out["refusal"] = trial.ranking.refusal.empty() ? Json(nullptr) : Json(trial.ranking.refusal);
    out["sites"] = Json::array();
    for (const RankedSite& site : trial.ranking.sites) {
        out["sites"].push_back(site_json(site, trial));
    }
    return out;
}

} // namespace

Json to_json(const std::vector<PolicyCheck>& checks) {
    Json out{{"files", Json::array()}};
    for (const PolicyCheck& check : checks) {
        Json file{{"file", check.file}};
        file["policy"] = check.reading.policy ? Json(check.reading.policy->name) : Json(nullptr);
        file["complaints"] = Json::array();
        for (const YamlComplaint& complaint : check.reading.complaints) {
            file["complaints"].push_back({{"line", complaint.line},
                                          {"column", complaint.column},
                                          {"path", complaint.path},
                                          {"what", complaint.what}});
        }
        out["files"].push_back(std::move(file));
    }
    return out;
}

Json to_json(const PolicyReport& report) {
    Json out{{"policies", report.policies}};
    out["time"] = report.time ? Json(report.time->text()) : Json(nullptr);
    out["differences"] = Json::array();
    for (const auto& [place, first, second] : report.differences) {
        out["differences"].push_back({{"place", place}, {"first", first}, {"second", second}});
    }
    out["requests"] = Json::array();
    for (const RequestReport& request : report.requests) {
        Json asked{{"request", request.request.name}, {"kind", to_text(request.request.kind)}};
        asked["trials"] = Json::array();
        for (const PolicyTrial& trial : request.trials) {
            asked["trials"].push_back(trial_json(trial));
        }
        out["requests"].push_back(std::move(asked));
    }
    return out;
}

} // namespace suanlu::offline
