// SPDX-License-Identifier: Apache-2.0
// The last look at a Plan before it is published: nothing that would loop, black-hole, exceed what a node can
// impose, or send traffic where the service is not. The first offence comes back as a sentence; the caller
// keeps the last good Plan. Independent of how the Plan was made. Pure.
#pragma once

#include "controller/decision/inventory.hpp"
#include "core/model/plan.hpp"
#include "core/support/result.hpp"

namespace suanlu {

enum class PlanCheck : std::uint8_t {
#define SUANLU_PLAN_CHECK(word, name, about) name,
#include "controller/decision/plan_checks.def"
#undef SUANLU_PLAN_CHECK
};
/// "path", "msd", "capacity" ...
std::string_view to_text(PlanCheck check);
/// The check that refused: the first word of the refusal.
std::string check_of(const Error& refusal);

/// kRefused with what is wrong; ok otherwise.
Status check_plan(const Plan& plan, const Inventory& inventory);

} // namespace suanlu
