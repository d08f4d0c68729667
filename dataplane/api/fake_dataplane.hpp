// SPDX-License-Identifier: Apache-2.0
// The data plane of the simulator and of unit tests: the real C core and the real affinity rules on tables in
// memory. As in every engine, a site takes packets only after set_paths() has given it a resolved next hop.
// One thread.
#pragma once

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/host_engine.hpp"
#include "dataplane/api/sid_rows.hpp"
#include "dataplane/api/steer_tables.hpp"
#include "dataplane/api/synthetic_packet.hpp"

namespace suanlu {

class FakeDataplane final : public Dataplane {
public:
    explicit FakeDataplane(Ip6 outer_source = {}, std::size_t slots = 65536, std::size_t exceptions = 65536);

    Status apply(const Plan& plan, MonoTime now) override;
    /// Counts as happening at the latest time seen in any call.
    Status set_paths(SiteId site, std::span<const UsablePath> usable) override;
    Status set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) override;
    Status set_steering(ServiceId service, bool on) override;
    Status set_sids(std::span<const EngineSid> sids) override { return write_sid_rows(engine_, sids); }
    Status tick(MonoTime now) override;

    Result<EngineCounters> counters() override;
    Result<std::vector<EngineFlow>> flows(std::size_t limit) override { return engine_.flows(limit, now_); }
    Result<std::vector<SlotView>> slots(ServiceId service) override { return tables_.slots(service); }
    Result<Occupancy> occupancy() override { return tables_.occupancy(); }
    void take_loads(std::span<const SiteJobs> loads, MonoTime now) override {
        tables_.take_loads(loads, now);
    }
    PlacementCount placement() const override { return tables_.placement(); }
    PlanId applied() const override { return tables_.applied(); }
    std::string engine_name() const override { return "fake"; }

    /// A packet arrives from a client: all state changes as in a real engine.
    PacketResult send(const SyntheticPacket& packet, MonoTime now);
    /// Which site and path would this packet take now? Changes nothing.
    PacketResult peek(const SyntheticPacket& packet, MonoTime now);

private:
    void see(MonoTime now) { now_ = std::max(now_, now); }

    HostEngine engine_;
    SteerTables tables_;
    MonoTime now_;
};

} // namespace suanlu
