// SPDX-License-Identifier: Apache-2.0
// The model as the operator sees it: Decision and the programmer's rows -> protobuf replies. Runs on the
// decision's strand, because that is where the model lives. Stateless.
#pragma once

#include <vector>

#include "controller/decision/decision.hpp"
#include "controller/program/program_core.hpp"

namespace suanlu::v1 {
class SiteList;
class LinkList;
class ServiceList;
class PlanList;
class FlowList;
class CounterList;
class EngineList;
class ExplainReply;
} // namespace suanlu::v1

namespace suanlu {

void encode_sites(const Decision& decision, MonoTime now, v1::SiteList& out);
void encode_links(const Decision& decision, MonoTime now, v1::LinkList& out);
void encode_services(const Decision& decision, v1::ServiceList& out);
void encode_plans(const Decision& decision, const std::vector<AgentRow>& rows, v1::PlanList& out);

// What ingresses have reported (ingress_codec.cpp).
/// `on`: of this ingress only; empty = of all. kNotFound: there is no such router.
Status encode_flows(const Decision& decision, const std::string& on, MonoTime now, v1::FlowList& out);
Status encode_counters(const Decision& decision, const std::string& on, MonoTime now, v1::CounterList& out);
Status encode_engines(const Decision& decision, const std::string& on, MonoTime now, v1::EngineList& out);

/// `generation` of the ingress's newest Plan is the caller's to fill. kNotFound as Decision::explain.
Status encode_explanation(const Decision& decision, const std::string& service, const std::string& ingress,
                          v1::ExplainReply& out);

} // namespace suanlu
