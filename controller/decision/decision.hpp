// SPDX-License-Identifier: Apache-2.0
// The one owner of the model: reports of sites, ingresses and links in, a Plan per router out. Pure: one
// strand calls it and passes the time in, the simulator does the same with a virtual clock. A split is made
// every tick, or at once when something happened that must not wait. Whatever cannot be decided safely leaves
// the last good Plan in force, counted and explained (docs/decision.md).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decision/arrivals.hpp"
#include "controller/decision/decision_listener.hpp"
#include "controller/decision/ingress_table.hpp"
#include "controller/decision/instance_table.hpp"
#include "controller/decision/inventory.hpp"
#include "controller/decision/job_counts.hpp"
#include "controller/decision/path_table.hpp"
#include "controller/decision/prober_table.hpp"
#include "controller/decision/split_checker.hpp"
#include "controller/program/state_folder.hpp"
#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "policies/fallback.hpp"
#include "policies/steering_policy.hpp"
#include "telemetry/site_table.hpp"

namespace suanlu {

struct DecisionLimits {
    Duration tick = std::chrono::seconds(1);
    Duration report_max_age = std::chrono::seconds(2);
    /// A source of links that said nothing for so long is shown as stale; its links stay.
    Duration link_max_age = std::chrono::seconds(10);
    /// Longest wait after a start for every site and path (and, with adopted shares, for arrivals) before an
    /// ingress gets its first Plan.
    Duration warm_up = std::chrono::seconds(5);
};

struct DecisionCounters {
    std::uint64_t ticks = 0;
    /// Splits made because something happened, not because it was time.
    std::uint64_t events = 0;
    std::uint64_t plans = 0;
    /// Plans that the checker refused; the last good one stays.
    std::uint64_t plans_refused = 0;
    /// Times that most sites fell silent at once.
    std::uint64_t self_suspected = 0;
    std::uint64_t links_refused = 0;
    /// What the checker refused, splits and Plans, by the name of the check.
    std::map<std::string, std::uint64_t> refused_by;
    /// How often a (service, ingress) entered each state, by FallbackMode.
    std::array<std::uint64_t, kFallbackModes> entered{};
};

/// "warming-up", "no-links", "deciding", "self-suspect".
enum class DecisionState : std::uint8_t { kWarmingUp, kNoLinks, kDeciding, kSelfSuspect };
std::string_view to_text(DecisionState state);

/// One part of a candidate's cost with where it comes from; all parts add up to the marginal cost.
struct ExplainedTerm {
    std::string name;
    double value = 0;
    std::string unit = "s";
    /// Of what it was made of; nothing for what a file states.
    std::optional<double> age_s;
    std::string source;
    std::string why; ///< figures behind it, where there is more to say
};

/// One candidate with what went into its costs and what would flip it.
struct ExplainedCandidate : SiteCandidate {
    double rate_per_slot = 0;
    double cv2 = 1;
    double other_jobs = 0;
    bool is_fresh = false;
    FlipPoint flip;
    std::vector<ExplainedTerm> parts;
};

/// Why a service is split as it is at one ingress. Ages are those at the last input.
struct Explanation {
    std::string service;
    std::string ingress;
    std::string policy;
    PerSecond arrivals;
    double jobs_per_flow = 1;
    bool is_measured = false;
    double cost_before = 0;
    double cost_after = 0;
    std::string verdict;
    /// The checker's last refusal of a split of this service; empty = it was accepted.
    std::string refusal;
    FallbackView fallback;
    Duration decided_ago{0};
    Duration ingress_age{0};
    Duration links_age{0};
    std::vector<ExplainedCandidate> candidates;
};

class Decision {
public:
    /// `adopted`: shares that were in force before a restart; the first split continues from them.
    Decision(Inventory inventory, DecisionLimits limits, const ShareTable& adopted, MonoTime start);
    Decision(const Decision&) = delete;
    Decision& operator=(const Decision&) = delete;

    /// Hears every input from now on; outlives this object, or null.
    void set_listener(DecisionListener* listener) { listener_ = listener; }

    // Inputs. Errors are refusals: counted, and nothing changed.
    Status take(SiteReport report, MonoTime now, std::uint64_t wall_unix_ns);
    Status take(IngressReport report, MonoTime now);
    Status take(LinkReport report, MonoTime now);
    /// Gives the previous policy's name. kNotFound: no such service or policy.
    Result<std::string> set_policy(const std::string& service, const std::string& policy, MonoTime now);
    /// What a job at that site costs, in the seconds it is worth. kNotFound: no such site.
    Status set_price(const std::string& site, double seconds, MonoTime now);
    /// The site gets no new flows until the order is taken back; those it has stay. kNotFound: no such site.
    Status set_drain(const std::string& site, bool is_on, MonoTime now);
    /// Call about every 100 ms; splits when it is time.
    void tick(MonoTime now);

    /// Plans whose content changed since the last call; ids are given by the programmer.
    std::vector<Plan> take_plans();
    /// By place: the decision for the clients whom the DNS steers there, once the checker passed it. No
    /// router applies it; the same pointer is the same decision.
    [[nodiscard]] const std::map<std::string, std::shared_ptr<const Plan>>& place_plans() const {
        return place_plans_;
    }
    /// The shares in force, when they changed since the last call; else null.
    const ShareTable* take_changed_shares();

    [[nodiscard]] bool is_draining(SiteId site) const { return drained_.contains(site); }
    [[nodiscard]] Result<Explanation> explain(const std::string& service, const std::string& ingress) const;
    [[nodiscard]] DecisionState state() const { return state_; }
    /// What keeps a router's last Plan in force; empty when nothing does.
    [[nodiscard]] std::string held_back(const std::string& node) const;
    [[nodiscard]] const std::string& policy_of(const std::string& service) const;
    /// The state of the service at that ingress; "live", "not judged yet" until the first split.
    [[nodiscard]] const Fallback& fallback(const std::string& service, const std::string& ingress) const;
    /// Measured, or the inventory's figure.
    [[nodiscard]] double jobs_per_flow(const Service& service) const { return jobs_.per_flow(service); }
    /// What the last decision of the service was given and answered; null before the first.
    [[nodiscard]] const PolicyInput* last_input(const std::string& service) const;
    [[nodiscard]] const PolicyDecision* last_decision(const std::string& service) const;
    [[nodiscard]] const Inventory& inventory() const { return inventory_; }
    [[nodiscard]] const SiteTable& sites() const { return sites_; }
    [[nodiscard]] const IngressTable& ingresses() const { return ingresses_; }
    [[nodiscard]] const PathTable& paths() const { return paths_; }
    [[nodiscard]] const ArrivalTable& arrivals() const { return arrivals_; }
    [[nodiscard]] const ShareTable& shares() const { return shares_; }
    [[nodiscard]] const DecisionLimits& limits() const { return limits_; }
    [[nodiscard]] const DecisionCounters& counters() const { return counters_; }

private:
    struct ServiceState {
        std::string policy;
        PolicyMemory memory;
        PolicyInput input;
        PolicyDecision last;
        MonoTime decided_at;
        SplitChecker checker;
        std::string refusal;
        std::map<std::string, Fallback> fallbacks;
        /// By ingress: what new flows are placed by there; absent = by their slots alone.
        std::map<std::string, PlacementTable> placement;
    };
    enum class Cause : std::uint8_t { kTick, kEvent };

    [[nodiscard]] bool is_warm(MonoTime now) const;
    [[nodiscard]] bool arrivals_are_known() const;
    void on_event(const std::set<std::string>& services, MonoTime now);
    void on_event_everywhere(MonoTime now);
    void run(const std::set<std::string>& services, Cause cause, MonoTime now);
    bool update_state(MonoTime now);
    void split(const Service& service, MonoTime now);
    [[nodiscard]] FallbackEvidence evidence(const ServiceState& state, const std::string& service,
                                            std::size_t ingress, MonoTime now) const;
    [[nodiscard]] std::vector<bool> judge_ingresses(ServiceState& state, const Service& service,
                                                    MonoTime now);
    void follow(ServiceState& state, const Service& service, const std::vector<bool>& is_live,
                PolicyMemory before);
    bool is_accepted(ServiceState& state, const std::vector<bool>& is_live);
    void place(ServiceState& state, const Service& service, const std::vector<bool>& is_live);
    [[nodiscard]] PlacementTable placement(const std::string& service, const std::string& ingress) const;
    void keep_close_placement(Plan& plan) const;
    void set_shares(const std::string& ingress, const std::string& service, std::vector<SiteShare> shares);
    void fall_back(const Service& service, const std::string& ingress, FallbackMode mode);
    [[nodiscard]] std::vector<SiteShare> reachable(const std::string& ingress,
                                                   const std::vector<SiteShare>& shares) const;
    [[nodiscard]] std::vector<SiteShare> static_shares(const std::string& ingress,
                                                       const std::string& service) const;
    [[nodiscard]] PolicyInput policy_input(const Service& service, MonoTime now);
    [[nodiscard]] PolicySite policy_site(const Service& service, const Site& site, MonoTime now);
    [[nodiscard]] PerSecond arrivals(const std::string& entry, const std::string& service) const;
    [[nodiscard]] bool is_alive(const std::string& entry, const std::string& site) const;
    [[nodiscard]] const std::vector<double>& brought(std::uint32_t service);
    [[nodiscard]] double other_jobs(const Service& service, const Site& site, const InstanceTable::Cell& own);
    [[nodiscard]] std::string verdict_of(const ServiceState& state, const std::string& ingress) const;
    [[nodiscard]] std::vector<ExplainedTerm> explain_terms(const ServiceState& state, const Explanation& of,
                                                           const SiteCandidate& c, const PolicySite& told,
                                                           const std::vector<std::string>& reasons) const;
    [[nodiscard]] std::vector<ExplainedCandidate> explain_candidates(const ServiceState& state,
                                                                     const Explanation& of) const;
    [[nodiscard]] SitePlan build_site(const Site& site, const std::string& ingress) const;
    void publish_all();
    void publish(const Router& router);
    void publish_place(const Router& router);
    bool passes(const Plan& plan, const std::string& name);
    [[nodiscard]] Plan build(const Router& router) const;
    void add_decision(const Router& router, Plan& plan) const;
    [[nodiscard]] ServicePlan build_service(const Service& service, const std::string& ingress) const;

    DecisionListener* listener_ = nullptr;
    Inventory inventory_;
    DecisionLimits limits_;
    MonoTime start_;
    MonoTime next_split_;
    DecisionState state_ = DecisionState::kWarmingUp;
    SiteTable sites_;
    InstanceTable instances_;
    IngressTable ingresses_;
    PathTable paths_;
    ArrivalTable arrivals_;
    JobCounts jobs_;
    /// The latest moment passed in, and the wall clock that went with a moment, both from inputs alone.
    MonoTime latest_;
    std::optional<std::pair<MonoTime, std::uint64_t>> wall_;
    std::map<std::string, double> prices_;
    std::set<SiteId> drained_;
    ProberTable probers_;
    std::map<std::string, ServiceState> services_;
    std::set<std::string> every_service_;
    std::set<std::string> stale_sites_;
    ShareTable shares_;
    bool shares_changed_ = false;
    /// Jobs/s that the shares in force bring to every site, by position of the service; empty until a run
    /// asks.
    std::vector<std::vector<double>> brought_;
    /// Router -> what was handed out last; only content that passed the checker.
    std::map<std::string, Plan> published_;
    std::map<std::string, Plan> changed_;
    std::map<std::string, std::shared_ptr<const Plan>> place_plans_;
    std::map<std::string, std::string> held_back_;
    DecisionCounters counters_;
};

/// A change of one instance that must not wait for the tick: capacity to or from zero, capacity by more than
/// a fifth, utilisation crossing 90 %.
bool is_urgent(const InstanceReport* before, const InstanceReport& after);

} // namespace suanlu
