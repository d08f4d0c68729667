// SPDX-License-Identifier: Apache-2.0
// The chain of a zone that proves what is not there: which names there are, and which types at each. NSEC
// (RFC 4034 section 4), or NSEC3 (RFC 5155) as RFC 9276 section 3.1 wants it: no further iterations, no salt,
// no opt-out. Pure.
#pragma once

#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

enum class Denial : std::uint8_t { kNsec, kNsec3 };

/// Adds NSEC to every owner that has data of this zone or is a delegation, not to glue; or NSEC3 for each of
/// them and for the empty non-terminals above, with NSEC3PARAM at the apex.
void add_denials(ZoneContents& zone, Denial kind);

} // namespace suanlu::dns
