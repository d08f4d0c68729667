// SPDX-License-Identifier: Apache-2.0
// Engine "none": a router that only has SIDs (core and egress without border filter). Takes Plans without
// services and refuses the rest, so that nobody believes that it steers. Agent's strand.
#pragma once

#include "dataplane/api/dataplane.hpp"

namespace suanlu {

class NullDataplane final : public Dataplane {
public:
    Status apply(const Plan& plan, MonoTime) override {
        if (!plan.services.empty()) {
            return Error{Errc::kUnsupported, "services: engine none does not steer"};
        }
        applied_ = plan.id;
        return {};
    }
    Status set_paths(SiteId, std::span<const UsablePath>) override { return {}; }
    Status set_liveness(SiteId, SiteLiveness, MonoTime) override { return {}; }
    Status set_steering(ServiceId, bool) override { return {}; }
    Status tick(MonoTime) override { return {}; }
    Result<EngineCounters> counters() override { return EngineCounters{}; }
    Result<std::vector<EngineFlow>> flows(std::size_t) override { return std::vector<EngineFlow>{}; }
    Result<std::vector<SlotView>> slots(ServiceId) override { return std::vector<SlotView>{}; }
    PlanId applied() const override { return applied_; }
    std::string engine_name() const override { return "none"; }

private:
    PlanId applied_;
};

} // namespace suanlu
