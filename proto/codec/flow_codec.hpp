// SPDX-License-Identifier: Apache-2.0
// Questions about flows and their stories <-> protobuf. Stateless, any thread. Decoding checks sizes and
// ranges and names the offending field.
#pragma once

#include "core/model/flow_question.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class FlowQuestion;
class FlowStory;
} // namespace suanlu::v1

namespace suanlu {

inline constexpr int kMostStorySteps = 256;

void encode(const FlowQuestion& from, v1::FlowQuestion& to);
Result<FlowQuestion> decode(const v1::FlowQuestion& from);

void encode(const FlowStory& from, v1::FlowStory& to);
/// What an agent says is shown to an operator as it is: printable text within bounds, or refused.
Status check(const v1::FlowStory& story);

} // namespace suanlu
