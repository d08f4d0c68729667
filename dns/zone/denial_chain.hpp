// SPDX-License-Identifier: Apache-2.0
// The NSEC chain of a zone (RFC 4034 section 4): which names there are, and which types at each. Pure.
#pragma once

#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// Adds NSEC to every owner that has data of this zone or is a delegation; not to glue.
void add_denials(ZoneContents& zone);

} // namespace suanlu::dns
