// SPDX-License-Identifier: Apache-2.0
// Values of a view as compute keys. Pure.
#pragma once

#include "core/model/dns_view.hpp"
#include "dns/record/compute_keys.hpp"

namespace suanlu::dns {

/// What a site says of itself: SIDs, region, access, compute.
ComputeKeys keys_of(const DnsSite& site);
/// The same of one service there: its own figures where it has them, and the delay from one client class.
ComputeKeys keys_of(const DnsSite& site, const DnsCompute& instance, const DnsRank& rank);

/// As records say a delay.
std::uint16_t tenths_of_ms(Microseconds delay);

} // namespace suanlu::dns
