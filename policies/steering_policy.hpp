// SPDX-License-Identifier: Apache-2.0
// The one entry of the folder: what a policy is told about a service, what it answers, and where policies are
// found by name. A policy is a pure function of inputs, its own small memory of the last answer, and the
// time. Hard filters come before every policy and are the same for all. Called on the decision's strand.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/plan.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// One site as the service sees it.
struct PolicySite {
    SiteId id;
    std::string name;
    bool hosts_service = true;
    /// Workers that steered jobs can get; 0 = takes no new flows.
    double slots = 0;
    double rate_per_slot = 1; ///< jobs/s of one worker, > 0
    double cv2 = 1;
    /// Busy share of the pool, local work included; negative = unknown.
    double utilisation = -1;
    /// Jobs/s that other steered services bring to the same pool.
    double other_jobs = 0;
    double price_s = 0;
    /// A report younger than the age limit is there (the inventory's figures count as not fresh).
    bool is_fresh = true;
    double report_age_s = 0;
};

/// One ingress as the service sees it. Vectors run parallel to PolicyInput::sites.
struct PolicyIngress {
    std::string name;
    double jobs_per_s = 0;
    /// Forward + return delay; nullopt = no path.
    std::vector<std::optional<double>> delay_s;
    /// False while this ingress holds the site for suspect or dead.
    std::vector<bool> is_alive;
};

struct PolicyInput {
    std::string service;
    Affinity affinity = Affinity::kFlow;
    /// Upper bound of network + queue + service; 0 = none.
    double latency_budget_s = 0;
    std::vector<PolicySite> sites;
    std::vector<PolicyIngress> ingresses;
};

/// Why a site got its share; one per (ingress, site).
struct SiteCandidate {
    SiteId site;
    std::string name;
    /// Empty = was a candidate; otherwise the filter and its number.
    std::string rejected_by;
    double path_delay_s = 0;
    double service_time_s = 0;
    double queue_price_s = 0;
    double price_s = 0;
    double slots = 0;
    double utilisation = -1;
    double report_age_s = 0;
    double share_wanted = 0; ///< before damping
    double share_given = 0;

    [[nodiscard]] double marginal_s() const {
        return path_delay_s + service_time_s + queue_price_s + price_s;
    }
};

struct IngressDecision {
    std::string ingress;
    /// Sums to kWholeShare; empty = plain anycast (no site passed the filters).
    std::vector<SiteShare> shares;
    std::vector<SiteCandidate> candidates;
};

struct PolicyDecision {
    std::vector<IngressDecision> ingresses;
    double cost_before = 0;
    double cost_after = 0;
    /// "published: …" or "held: …", for explain.
    std::string verdict;
};

/// What one service's policy remembers between two decisions; made empty, kept by the caller.
struct PolicyMemory {
    /// (ingress, site) -> share given last.
    std::map<std::pair<std::string, std::uint16_t>, double> shares;
    /// Site -> capacity in jobs/s at the last decision; 0 = filtered everywhere.
    std::map<std::uint16_t, double> capacity;
    /// Sites that a movable service has left because they were hot, and since when.
    std::map<std::uint16_t, MonoTime> hot_since;
    /// (ingress, site) pairs that were allowed at the last decision.
    std::map<std::pair<std::string, std::uint16_t>, bool> allowed;
};

class SteeringPolicy {
public:
    SteeringPolicy() = default;
    SteeringPolicy(const SteeringPolicy&) = delete;
    SteeringPolicy& operator=(const SteeringPolicy&) = delete;
    virtual ~SteeringPolicy() = default;
    virtual PolicyDecision decide(const PolicyInput& input, PolicyMemory& memory, MonoTime now) const = 0;
};

/// The policy of that name; kNotFound lists the known ones. Valid for the process's life.
Result<const SteeringPolicy*> find_policy(std::string_view name);
/// "default, nearest".
std::string known_policies();

} // namespace suanlu
