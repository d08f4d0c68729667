// SPDX-License-Identifier: Apache-2.0
// The agent's side of suanlu-fwd: writes the tables that both share. The engine forwards by them whether the
// agent is there or not, and the agent keeps them ready while the engine is away: a restart of either finds
// them as they were. Owned by the agent's strand. A refused call changes nothing in force.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/api/dataplane.hpp"

namespace suanlu {

struct DpdkInterface {
    std::string name;
    std::uint32_t role = 0; ///< enum sl_role
};

struct DpdkConfig {
    /// The file that fwd.yaml names too; whoever comes first makes it.
    std::string tables;
    /// Outer source of steered packets: an address of this ingress below its locator.
    Ip6 outer_source;
    std::vector<DpdkInterface> interfaces;
    /// New exceptions a second that one lcore may write; 0 = as many as come.
    std::uint32_t insert_rate = 125'000;
    /// One new flow in so many is told of; 0 = none.
    std::uint32_t flow_sample = 64;
};

class DpdkDataplane final : public Dataplane {
public:
    /// Adopts what the file holds. kConflict: tables of another layout, or another agent has them; kKernel:
    /// the file cannot be had.
    static Result<std::unique_ptr<DpdkDataplane>> open(DpdkConfig config);
    ~DpdkDataplane() override;

    Status apply(const Plan& plan, MonoTime now) override;
    Status set_paths(SiteId site, std::span<const UsablePath> usable) override;
    Status set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) override;
    Status set_steering(ServiceId service, bool on) override;
    Status set_sids(std::span<const EngineSid> sids) override;
    [[nodiscard]] bool needs_routes() const override { return true; }
    Status set_routes(std::span<const EngineRoute> routes) override;
    Status tick(MonoTime now) override;
    void take_loads(std::span<const SiteJobs> loads, MonoTime now) override;
    PlacementCount placement() const override;
    /// kConflict: the engine has a port in another role than agent.yaml says, or lacks one.
    Status reattach() override;

    Result<EngineCounters> counters() override;
    Result<std::vector<EngineFlow>> flows(std::size_t limit) override;
    Result<std::vector<SlotView>> slots(ServiceId service) override;
    Result<Occupancy> occupancy() override;
    /// kNotFound: the engine has no such port, or has not been there yet.
    Result<FlowRun> explain(const FlowQuestion& question) override;
    PlanId applied() const override;
    /// "dpdk"; "dpdk-away" while no engine has the tables open, "dpdk-stuck" while one of its lcores has not
    /// finished a burst for a second, "dpdk-port-down" while one of its ports has no link or interface.
    std::string engine_name() const override;
    [[nodiscard]] EngineState state() const override;

    [[nodiscard]] bool is_adopted() const;

private:
    struct State;
    explicit DpdkDataplane(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Nothing is steered any more; the file goes unless an engine has it open.
Status withdraw_tables(const std::string& path);

} // namespace suanlu
