// SPDX-License-Identifier: Apache-2.0
// A data plane and a SID sink that write down what they are told and refuse on demand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataplane/agent/agent_core.hpp"

namespace suanlu {

class RecordingEngine final : public Dataplane {
public:
    Status apply(const Plan& plan, MonoTime) override {
        if (!refuse_apply.empty()) {
            return Error{Errc::kExhausted, refuse_apply};
        }
        applied_id = plan.id;
        shares.clear();
        for (const ServicePlan& service : plan.services) {
            shares[service.id] = service.shares;
        }
        ++applies;
        return {};
    }
    Status set_paths(SiteId site, std::span<const UsablePath> usable) override {
        usable_paths[site].assign(usable.begin(), usable.end());
        paths[site] = usable.front().id;
        hops[site] = usable.front().hop;
        ++path_calls;
        return {};
    }
    Status set_liveness(SiteId site, SiteLiveness state, MonoTime) override {
        liveness[site] = state;
        return {};
    }
    Status set_steering(ServiceId service, bool on) override {
        steering[service] = on;
        return {};
    }
    Status set_sids(std::span<const EngineSid> list) override {
        sids.assign(list.begin(), list.end());
        ++sid_calls;
        return {};
    }
    Status tick(MonoTime) override { return {}; }
    void take_loads(std::span<const SiteJobs> told, MonoTime) override {
        loads.assign(told.begin(), told.end());
    }
    Result<EngineCounters> counters() override { return counts; }
    Result<std::vector<EngineFlow>> flows(std::size_t) override { return flow_list; }
    Result<std::vector<SlotView>> slots(ServiceId) override { return std::vector<SlotView>{}; }
    Result<Occupancy> occupancy() override { return occupied; }
    PlanId applied() const override { return applied_id; }
    std::string engine_name() const override { return "recording"; }

    std::string refuse_apply;
    PlanId applied_id;
    int applies = 0;
    int path_calls = 0;
    std::map<ServiceId, std::vector<SiteShare>> shares;
    std::map<SiteId, std::vector<UsablePath>> usable_paths;
    /// The first of them.
    std::map<SiteId, PathId> paths;
    std::map<SiteId, NextHop> hops;
    std::map<SiteId, SiteLiveness> liveness;
    std::map<ServiceId, bool> steering;
    std::vector<EngineSid> sids;
    int sid_calls = 0;
    std::vector<SiteJobs> loads;
    EngineCounters counts;
    std::vector<EngineFlow> flow_list;
    Occupancy occupied;
};

class RecordingSids final : public LocalSidSink {
public:
    Status check(const std::vector<LocalSid>&) override {
        return foreign.empty() ? Status{} : Status{Error{Errc::kConflict, foreign}};
    }
    Status set(const std::vector<LocalSid>& wanted) override {
        sids = wanted;
        return {};
    }

    std::string foreign;
    std::vector<LocalSid> sids;
};

} // namespace suanlu
