// SPDX-License-Identifier: Apache-2.0
// The operator API's replies as tables for people. JSON is the protobuf mapping of the same replies, so both
// always show the same numbers. Pure.
#pragma once

#include <string>

#include "suanlu/v1/operator.pb.h"

namespace suanlu::cli {

std::string to_table(const v1::SiteList& list);
std::string to_table(const v1::LinkList& list);
std::string to_table(const v1::ServiceList& list);
/// `get plans`: one line per path and share.
std::string to_table(const v1::PlanList& list);
/// `get agents`: one line per router.
std::string agents_table(const v1::PlanList& list);
std::string to_table(const v1::FlowList& list);
std::string to_table(const v1::ExplainReply& reply);
std::string to_table(const v1::SetPolicyReply& reply);

} // namespace suanlu::cli
