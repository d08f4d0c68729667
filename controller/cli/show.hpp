// SPDX-License-Identifier: Apache-2.0
// How the operator's replies look as tables. Pure: a reply in, a text out.
#pragma once

#include <string>

#include "suanlu/v1/operator.pb.h"

namespace suanlu {

std::string show(const v1::SiteList& list, bool colour);
std::string show(const v1::LinkList& list, bool colour);
std::string show(const v1::ServiceList& list, bool colour);
std::string show(const v1::PlanList& list, bool colour);
std::string show(const v1::FlowList& list, bool colour);
std::string show(const v1::CounterList& list, bool colour);
std::string show(const v1::EngineList& list, bool colour);
std::string show(const v1::ExplainReply& reply, bool colour);
std::string show(const v1::FlowStory& story, bool colour);
/// The agents' side of the Plans: state, mode, engine.
std::string show_agents(const v1::PlanList& list, bool colour);

} // namespace suanlu
