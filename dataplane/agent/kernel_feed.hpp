// SPDX-License-Identifier: Apache-2.0
// What the kernel knows, told to the AgentCore: next hops of the Plan's paths and the usability of its
// services' routes. Asked after every notification and once a second. Owned by the agent's strand; a look-up
// that fails leaves its path unresolved and is logged once until it changes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "dataplane/agent/agent_core.hpp"
#include "dataplane/agent/engine_routes.hpp"
#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {

class KernelFeed {
public:
    static Result<std::unique_ptr<KernelFeed>> open();

    NextHopMap resolve(const Plan& plan);
    /// The Plan's SIDs for an engine, with their links as they are now. One that has to be told routes serves
    /// End and End.X too: others leave them to the kernel, which is next behind them.
    EngineSids engine_sids(const Plan& plan, bool needs_routes);
    void refresh_services(const Plan& plan, AgentCore& core, MonoTime now);
    /// As NextHops has it.
    [[nodiscard]] std::uint64_t routes_by_tables() const { return hops_->routes_by_tables(); }

private:
    explicit KernelFeed(std::unique_ptr<NextHops> hops) : hops_(std::move(hops)) {}
    Result<NextHop> resolve(const Plan& plan, const PathPlan& path);

    void add_routes(const Plan& plan, EngineSids& out);
    /// Logs what has changed since the last look.
    void complain(const std::string& about, const std::string& why);

    std::unique_ptr<NextHops> hops_;
    SteadyClock clock_;
    /// As last read, for that Plan.
    std::vector<KernelRoute> routes_;
    PlanId read_for_;
    Sparing reading_;
    /// What was logged last, by path or SID.
    std::map<std::string, std::string> complaints_;
};

} // namespace suanlu
