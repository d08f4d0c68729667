// SPDX-License-Identifier: Apache-2.0
// What an ingress places new flows by <-> protobuf: the PlacementTable of a Plan, and the loads of sites that
// suanlud sends on. Stateless, any thread. Decoding checks sizes, ranges and references and returns the first
// offence with its field.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/model/plan.hpp"
#include "core/model/sample.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class PlacementTable;
class SiteLoads;
} // namespace suanlu::v1

namespace suanlu {

inline constexpr int kMaxSiteLoads = 100'000; ///< sites times services, of one message

/// Of the sites of a Plan.
using SiteIds = std::set<std::uint32_t>;

void encode(const PlacementTable& from, v1::PlacementTable& to);
/// `at`: where in the Plan, for the refusal. Only those sites may be named.
Result<PlacementTable> decode(const std::string& at, const v1::PlacementTable& from, const SiteIds& sites);

void encode(const std::vector<SiteLoad>& from, v1::SiteLoads& to);
Result<std::vector<SiteLoad>> decode(const v1::SiteLoads& from);

} // namespace suanlu
