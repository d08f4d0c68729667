// SPDX-License-Identifier: Apache-2.0
// The agent's decisions without its sockets: accepts or refuses Plans, chooses paths, judges sites, gates
// services by their routes, degrades when the controller is away, and writes the report. Owned by the agent's
// strand; calls the engine and the SID sink directly. Pure apart from those two; time comes in. What fails is
// returned or becomes an event for the log, and the last good state stays in force.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "dataplane/agent/fail_static.hpp"
#include "dataplane/agent/liveness.hpp"
#include "dataplane/agent/path_choice.hpp"
#include "dataplane/agent/plan_gate.hpp"
#include "dataplane/agent/probe_targets.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/kernel/seg6_routes.hpp"

namespace suanlu {

struct AgentCoreConfig {
    PlanRules rules;
    /// False: somebody else (FRR) owns this node's SIDs; those of a Plan are not programmed.
    bool owns_sids = true;
    FailStaticTimes fail_static;
    LivenessTimes liveness;
    /// A better path must have worked this long before its site's packets return to it.
    Duration path_hold = std::chrono::seconds(1);
    std::string client_class;
    std::string boot_id;
};

/// What a prober says about one path.
struct ProbeResult {
    PathId path;
    /// Guards against results for a destination that the Plan has replaced meanwhile.
    Ip6 destination;
    ProbeState state = ProbeState::kUnknown;
    Microseconds delay_one_way{0};
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
};

/// A change of state, for the log.
struct AgentEvent {
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;
    bool is_warning = false;
};

struct AgentCoreCounters {
    std::uint64_t plans_applied = 0;
    std::uint64_t plans_repeated = 0;
    /// By error code.
    std::map<std::string, std::uint64_t> plans_refused;
    std::uint64_t path_changes = 0;
    std::uint64_t engine_errors = 0;
    /// Reports about services or sites that the Plan does not have.
    std::uint64_t loads_unknown = 0;
    /// Times the agent fell back to static weights because most sites were gone at once.
    std::uint64_t self_suspected = 0;
};

class AgentCore {
public:
    AgentCore(AgentCoreConfig config, Dataplane& engine, LocalSidSink& sids, MonoTime now);

    /// After a start: what was saved. If the engine holds newer tables than that, they stay and only their
    /// number is taken over.
    Status restore(const Plan& saved, const NextHopMap& hops, MonoTime now);
    /// First message of a session. kConflict while another controller's session lives.
    Status on_welcome(const std::string& controller, MonoTime now);
    void on_session_lost(MonoTime now);
    /// An error is a refusal and has changed nothing. kRepeated: it was in force already.
    Result<PlanOrder> offer(const Plan& plan, const NextHopMap& hops, MonoTime now);
    /// Counts a Plan that could not even be read.
    void count_refusal(const Error& why);

    void on_probe(const ProbeResult& result, MonoTime now);
    /// Reports of sites, for the second choices of new flows.
    void on_loads(const std::vector<SiteLoad>& loads, MonoTime received, MonoTime now);
    void set_next_hops(const NextHopMap& hops, MonoTime now);
    /// SIDs that the engine serves beside the kernel, as their links are now.
    void set_engine_sids(const EngineSids& sids);
    /// The service's addresses have a route that is neither blackhole nor unreachable. `why` for the log.
    /// Known before the Plan that brings the service, it counts from that Plan's first packet on.
    void set_route_usable(ServiceId service, bool usable, const std::string& why, MonoTime now);
    void tick(MonoTime now);

    /// The last good Plan; nullptr before the first.
    [[nodiscard]] const Plan* plan() const { return plan_ ? &*plan_ : nullptr; }
    [[nodiscard]] const PlanId& applied() const { return applied_; }
    /// While the guard holds, a controller that is there or was there lately does not know better.
    [[nodiscard]] AgentMode mode() const;
    [[nodiscard]] SiteLiveness liveness(SiteId site) const { return liveness_.of(site); }
    [[nodiscard]] bool is_guarding() const { return liveness_.is_guarding(); }
    [[nodiscard]] std::uint64_t guard_count() const { return liveness_.guard_count(); }
    [[nodiscard]] const AgentCoreCounters& counters() const { return counters_; }
    /// Sites of the Plan that this ingress does not probe itself.
    [[nodiscard]] std::size_t told_sites() const;
    /// Counts, measurements, liveness and flow samples; the sequence grows with every call.
    IngressReport report(MonoTime now);
    std::vector<AgentEvent> take_events() { return std::exchange(events_, {}); }

private:
    Status put_in_force(const Plan& plan, MonoTime now);
    void take_over(const Plan& plan, const NextHopMap& hops, MonoTime now);
    /// The Plan's tables as this mode wants them (static: other shares).
    [[nodiscard]] Plan tables_for(const Plan& plan, AgentMode mode) const;
    /// Acts on a mode that has changed since the last call.
    void follow_mode(MonoTime now);
    void repeat_liveness(MonoTime now);
    void choose_paths(MonoTime now);
    void push_paths(SitePaths& site, MonoTime now);
    void push_liveness(MonoTime now);
    void push_steering(ServiceId service);
    void push_all_steering();
    void note(std::string name, std::vector<std::pair<std::string, std::string>> fields, bool warn = false);
    /// Counts and notes a refusal of the engine.
    void expect(const Status& status, const char* call);
    [[nodiscard]] std::string site_name(SiteId site) const;
    [[nodiscard]] std::string service_name(ServiceId service) const;
    void report_paths(IngressReport& out) const;
    void report_counts(IngressReport& out, const EngineCounters& counters) const;
    void report_flows(IngressReport& out);
    void report_rests(IngressReport& out, const EngineCounters& counters, MonoTime now);
    /// `named`: packets that have named the site by QUIC connection id, ever.
    SiteRest rest_of(SiteId site, const Occupancy& lives, std::uint64_t named, MonoTime now);
    /// How long after its last packet a flow that names the site by connection id counts as living.
    [[nodiscard]] Duration named_timeout(SiteId site) const;

    AgentCoreConfig config_;
    Dataplane& engine_;
    LocalSidSink& sids_;
    MonoTime started_;
    FailStatic fail_static_;
    Liveness liveness_;
    /// The one that the engine's tables were made for.
    AgentMode entered_;
    /// Controller of the living session; empty without one.
    std::string session_;
    std::optional<Plan> plan_;
    PlanId applied_;
    std::map<SiteId, SitePaths> sites_;
    std::map<SiteId, std::vector<UsablePath>> pushed_;
    std::map<ServiceId, bool> route_usable_;
    /// Those that the engine has taken; none before the first call.
    std::optional<EngineSids> engine_sids_;
    /// Of the Plan, for reports that say names.
    std::map<std::string, ServiceId> service_ids_;
    std::map<std::string, SiteId> site_ids_;
    /// Sites of a restored Plan whose state in the engine nobody has measured since.
    std::set<SiteId> unconfirmed_;
    /// Since the drain of a site began.
    struct DrainWatch {
        std::uint64_t looks = 0; ///< at the exceptions, when it began
        std::uint64_t named = 0; ///< packets that had named the site when last asked
        MonoTime last_named;     ///< when that grew last, or the drain began
    };
    std::map<SiteId, DrainWatch> drains_;
    std::vector<AgentEvent> events_;
    AgentCoreCounters counters_;
    std::uint64_t sequence_ = 0;
};

} // namespace suanlu
