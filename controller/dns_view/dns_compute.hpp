// SPDX-License-Identifier: Apache-2.0
// What records say of compute, made of the inventory's statements and a site's report: free share, free
// workers and queue of the pool, tokens/s that the free workers would make, a score. Without a fresh report
// only what the inventory states. Figures are rounded to two digits. Stateless.
#pragma once

#include "controller/decision/dns_settings.hpp"
#include "core/model/sample.hpp"

namespace suanlu {

/// Two significant digits: 1 234 -> 1 200.
std::uint32_t rounded(double value);

/// `settings`, `instance`: null when there are none.
DnsCompute dns_compute_of(const DnsSiteSettings* settings, const InstanceReport* instance);

/// The instance that stands for its site: of the largest pool, for reports do not name pools and services
/// share them. Null without instances.
const InstanceReport* largest_instance(const SiteReport* report);

} // namespace suanlu
