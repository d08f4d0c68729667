// SPDX-License-Identifier: Apache-2.0
// One way to a site <-> protobuf, as a Plan carries it. Stateless, any thread. Decoding checks sizes and
// ranges and returns the first offence with its field.
#pragma once

#include <string>

#include "core/model/plan.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class PathPlan;
} // namespace suanlu::v1

namespace suanlu {

void encode(const PathPlan& from, v1::PathPlan& to);
/// `at`: where in the Plan, for the refusal; the id of the path must be of that site.
Result<PathPlan> decode_path(const std::string& at, SiteId site, const v1::PathPlan& from);

} // namespace suanlu
