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

/// Part of a candidate's price, in seconds or the seconds it is worth. What it is made of is told on request
/// (SteeringPolicy::term_reasons): texts for every ingress and site would cost more than the decision.
struct CandidateTerm {
    std::string_view name; ///< lives as long as the program
    /// Below zero it takes back what the split counts itself; delay and terms together never are.
    double seconds = 0;
};

/// One ingress as the service sees it. Vectors run parallel to PolicyInput::sites.
struct PolicyIngress {
    std::string name;
    double jobs_per_s = 0;
    /// Forward + return delay; nullopt = no path.
    std::vector<std::optional<double>> delay_s;
    /// False while this ingress holds the site for suspect or dead.
    std::vector<bool> is_alive;
    /// What a named policy adds to a site's price and why it excludes a site; empty = nothing.
    std::vector<std::vector<CandidateTerm>> terms{};
    std::vector<std::string> rejected_by{};
};

struct PolicyInput {
    std::string service;
    Affinity affinity = Affinity::kFlow;
    /// Upper bound of network + queue + service; 0 = none.
    double latency_budget_s = 0;
    /// Unix seconds, for tariffs by time of day; nullopt = unknown.
    std::optional<std::int64_t> wall_s;
    /// What a second of queue and service counts against a second of delay, price and terms; > 0. Set by
    /// policies with weights, not by who asks.
    double load_weight = 1;
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
    double service_time_s = 0; ///< this and the queue's price with the policy's weight of load
    double queue_price_s = 0;
    double price_s = 0;
    double slots = 0; ///< that the policy opens to the service
    double utilisation = -1;
    double report_age_s = 0;
    double share_wanted = 0; ///< before damping
    double share_given = 0;
    /// What `price_s` is made of beside the site's own price.
    std::vector<CandidateTerm> terms;

    [[nodiscard]] double marginal_s() const {
        return path_delay_s + service_time_s + queue_price_s + price_s;
    }
};

/// What would change whether a candidate has a share at all.
struct FlipPoint {
    /// kGains: has none and gets one when its cost falls; kLoses: has one until its cost rises; kNone: was
    /// rejected, or is the only candidate.
    enum class Kind : std::uint8_t { kNone, kGains, kLoses };
    Kind kind = Kind::kNone;
    /// Seconds that its delay, its price or its queue's price must change by: below zero to gain.
    double change_s = 0;
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
    /// PolicyInput::load_weight that it was decided with: what places single flows weighs alike.
    double load_weight = 1;
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
    /// For explain: one point per candidate of that ingress. `decided` is the answer to `input`. Empty: this
    /// policy cannot say.
    virtual std::vector<FlipPoint> flips(const PolicyInput& /*input*/, const PolicyDecision& /*decided*/,
                                         std::size_t /*ingress*/) const {
        return {};
    }
    /// For explain: what every term of every site is made of, [site][term] as in SiteCandidate::terms. Empty:
    /// the policy has no terms.
    virtual std::vector<std::vector<std::string>> term_reasons(const PolicyInput& /*input*/,
                                                               std::size_t /*ingress*/) const {
        return {};
    }
    /// False for policies that by definition ignore load and move everything at once: the checker lets them.
    [[nodiscard]] virtual bool is_damped() const { return true; }
};

/// The policy of that name, built-in ones first; kNotFound lists the known ones, kRefused says why one is not
/// for flows. Valid for the process's life.
Result<const SteeringPolicy*> find_policy(std::string_view name);
/// "default, nearest", then what was added.
std::string known_policies();

} // namespace suanlu
