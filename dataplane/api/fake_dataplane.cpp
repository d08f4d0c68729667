// SPDX-License-Identifier: Apache-2.0
#include "dataplane/api/fake_dataplane.hpp"

namespace suanlu {

FakeDataplane::FakeDataplane(Ip6 outer_source, std::size_t slots, std::size_t exceptions)
    : engine_(slots, exceptions), tables_(engine_, outer_source) {
    tables_.set_sampling(1);
}

Status FakeDataplane::apply(const Plan& plan, MonoTime now) {
    see(now);
    return tables_.apply(plan, now);
}

Status FakeDataplane::set_paths(SiteId site, std::span<const UsablePath> usable) {
    return tables_.set_paths(site, usable, now_);
}

Status FakeDataplane::set_liveness(SiteId site, SiteLiveness liveness, MonoTime now) {
    see(now);
    return tables_.set_liveness(site, liveness, now);
}

Status FakeDataplane::set_steering(ServiceId service, bool on) {
    return tables_.set_steering(service, on);
}

Status FakeDataplane::tick(MonoTime now) {
    see(now);
    return tables_.tick(now);
}

Result<EngineCounters> FakeDataplane::counters() {
    auto all = engine_.counters();
    SL_TRY(all.sites, tables_.site_counts());
    all.reasons[kSamplesLeftOut] = engine_.samples_left_out();
    return all;
}

PacketResult FakeDataplane::send(const SyntheticPacket& packet, MonoTime now) {
    see(now);
    return engine_.run(build_frame(packet), PacketRole::kExternal, now);
}

PacketResult FakeDataplane::peek(const SyntheticPacket& packet, MonoTime now) {
    see(now);
    return engine_.run(build_frame(packet), PacketRole::kExternal, now, true);
}

} // namespace suanlu
