// SPDX-License-Identifier: Apache-2.0
// A STAMP probe as it leaves an ingress: the outer header that packets of its path get, routing header
// included, inner IPv6 and UDP to the site's reflector. Built by hand because the kernel must route it by the
// outer destination, like the packets it speaks for. Pure.
//
//   outer header (40..176) | inner IPv6 (40) | UDP (8) | STAMP (44)
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/plan.hpp"
#include "telemetry/stamp/stamp_codec.hpp"

namespace suanlu {

using ProbePacket = std::vector<std::uint8_t>;

struct ProbeAddresses {
    Ip6 outer_source;
    /// How the path encapsulates, SIDs before the last, and the last or the whole uSID list.
    EncapMode mode = EncapMode::kUsid;
    std::vector<Ip6> sids;
    Ip6 outer_destination;
    Ip6 source;
    Ip6 destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = kStampPort;
};

/// DSCP CS6 inside and outside: a probe that waits behind the load it reports on is no liveness test.
ProbePacket probe_packet(const ProbeAddresses& addresses, const StampBytes& stamp);
/// Where the kernel has to send it.
Ip6 destination_of(const ProbePacket& packet);

} // namespace suanlu
