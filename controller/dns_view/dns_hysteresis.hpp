// SPDX-License-Identifier: Apache-2.0
// What a DNS record says stays as it is while the truth is close to it: every change costs a signature, a
// serial and the caches of resolvers. A figure that moved further is told anew. What
// decides whether a client should come at all (nothing free, a site more or less) is never close. Stateless.
#pragma once

#include <vector>

#include "core/model/dns_view.hpp"

namespace suanlu {

/// Within an eighth of the larger, or 500 us.
bool is_close(Microseconds a, Microseconds b);
/// Free share within 1/16, counts within a quarter; free workers never turn into none, or none into some.
bool is_close(const DnsCapacity& a, const DnsCapacity& b);
/// The same keys, and close figures.
bool is_close(const DnsCompute& a, const DnsCompute& b);
/// The same site but for close figures.
bool is_close(const DnsSite& a, const DnsSite& b);
/// The same sites, each with its share within 2 % of all flows and a close delay; the order follows.
bool is_close(const std::vector<DnsRank>& a, const std::vector<DnsRank>& b);
bool is_close(const DnsAnswer& a, const DnsAnswer& b);

} // namespace suanlu
