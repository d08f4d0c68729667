// SPDX-License-Identifier: Apache-2.0
// A STAMP probe as it leaves an ingress: outer IPv6 to the path's uSID list, inner IPv6 and UDP to the site's
// reflector. Built by hand because the kernel must route it by the outer destination, like the packets it
// speaks for. Pure.
//
//   outer IPv6 (40) | inner IPv6 (40) | UDP (8) | STAMP (44)
#pragma once

#include <array>
#include <cstdint>

#include "core/model/ip6.hpp"
#include "telemetry/stamp/stamp_codec.hpp"

namespace suanlu {

inline constexpr std::size_t kProbePacketBytes = 40 + 40 + 8 + kStampBytes;
using ProbePacket = std::array<std::uint8_t, kProbePacketBytes>;

struct ProbeAddresses {
    Ip6 outer_source;
    Ip6 outer_destination;
    Ip6 source;
    Ip6 destination;
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = kStampPort;
};

/// DSCP CS6 inside and outside: a probe that waits behind the load it reports on is no liveness test.
ProbePacket probe_packet(const ProbeAddresses& addresses, const StampBytes& stamp);

} // namespace suanlu
