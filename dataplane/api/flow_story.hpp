// SPDX-License-Identifier: Apache-2.0
// A run of an engine's program (dataplane/steer/story.h) in the words of an operator: which tables the packet
// asked, what they said, and what came of it. Pure; the same for every engine. Names come from the Plan; what
// it does not know is shown by its number.
#pragma once

#include "core/model/flow_question.hpp"
#include "core/model/plan.hpp"
#include "dataplane/api/dataplane.hpp"

namespace suanlu {

/// `plan` may be null.
FlowStory tell_story(const FlowRun& run, const Plan* plan, const std::string& engine);

} // namespace suanlu
