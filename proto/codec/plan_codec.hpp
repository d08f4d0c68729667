// SPDX-License-Identifier: Apache-2.0
// Plan <-> protobuf, used by the controller and by agents. Stateless, any thread. Decoding checks everything
// that can be checked without local knowledge (sizes, ranges, references between parts), and on failure
// returns the first offence with its field; what a node allows beyond that is the agent's business.
#pragma once

#include <string>
#include <string_view>

#include "core/model/plan.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class Plan;
class PlanId;
} // namespace suanlu::v1

namespace suanlu {

inline constexpr int kMaxPlanServices = 10'000;
inline constexpr int kMaxPlanSites = 1'000;
inline constexpr int kMaxPlanTenants = 8192;
inline constexpr int kMaxPlanLocalSids = 4'096;
inline constexpr int kMaxServiceAddresses = 64;
inline constexpr int kMaxPathSegments = 16;
inline constexpr int kMaxPathLinks = 64;
inline constexpr std::uint32_t kLeastMtu = 1'280; ///< RFC 8200 section 5

void encode(const PlanId& from, v1::PlanId& to);
/// An empty controller is allowed: "nothing yet".
Result<PlanId> decode_plan_id(const v1::PlanId& from);

void encode(const Plan& from, v1::Plan& to);
/// Every id, address, share and reference is checked; a site without paths is allowed and means unreachable.
Result<Plan> decode(const v1::Plan& from);

/// The bytes of v1.Plan, for files.
std::string to_bytes(const Plan& plan);
Result<Plan> plan_from_bytes(std::string_view bytes);

} // namespace suanlu
