// SPDX-License-Identifier: Apache-2.0
// The operator's API. Callers are local or carry a certificate named "operator". Every call becomes a command
// on the owner's strand and is answered from there; a full mailbox refuses the call. gRPC's threads, no
// state.
#pragma once

#include "controller/api/agent_server.hpp"
#include "controller/api/controller_probe.hpp"
#include "controller/decision/decision_loop.hpp"
#include "suanlu/v1/operator.grpc.pb.h"

namespace suanlu {

class OperatorServer final : public v1::Operator::CallbackService {
public:
    OperatorServer(DecisionLoop& decision, Programmer& programmer, AgentServer& agents,
                   ControllerProbe& probe)
        : decision_(decision), programmer_(programmer), agents_(agents), probe_(probe) {}

    grpc::ServerUnaryReactor* ListSites(grpc::CallbackServerContext* context, const v1::ListRequest* request,
                                        v1::SiteList* reply) override;
    grpc::ServerUnaryReactor* ListLinks(grpc::CallbackServerContext* context, const v1::ListRequest* request,
                                        v1::LinkList* reply) override;
    grpc::ServerUnaryReactor* ListServices(grpc::CallbackServerContext* context,
                                           const v1::ListRequest* request, v1::ServiceList* reply) override;
    grpc::ServerUnaryReactor* ListPlans(grpc::CallbackServerContext* context, const v1::ListRequest* request,
                                        v1::PlanList* reply) override;
    grpc::ServerUnaryReactor* ListFlows(grpc::CallbackServerContext* context, const v1::ListRequest* request,
                                        v1::FlowList* reply) override;
    grpc::ServerUnaryReactor* ListCounters(grpc::CallbackServerContext* context,
                                           const v1::ListRequest* request, v1::CounterList* reply) override;
    grpc::ServerUnaryReactor* ListEngines(grpc::CallbackServerContext* context,
                                          const v1::ListRequest* request, v1::EngineList* reply) override;
    grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context, const v1::ExplainRequest* request,
                                      v1::ExplainReply* reply) override;
    grpc::ServerUnaryReactor* ExplainFlow(grpc::CallbackServerContext* context,
                                          const v1::ExplainFlowRequest* request,
                                          v1::FlowStory* reply) override;
    grpc::ServerUnaryReactor* SetDrain(grpc::CallbackServerContext* context,
                                       const v1::SetDrainRequest* request, v1::SetDrainReply* reply) override;
    grpc::ServerUnaryReactor* SetPolicy(grpc::CallbackServerContext* context,
                                        const v1::SetPolicyRequest* request,
                                        v1::SetPolicyReply* reply) override;

private:
    using Work = std::function<grpc::Status(Decision&, MonoTime)>;
    using WorkWithRows = std::function<grpc::Status(Decision&, const std::vector<AgentRow>&)>;
    grpc::ServerUnaryReactor* on_decision(grpc::CallbackServerContext* context, Work work);
    grpc::ServerUnaryReactor* on_both(grpc::CallbackServerContext* context, WorkWithRows work);
    /// False: the call was answered with a refusal.
    bool admit(grpc::CallbackServerContext& context, grpc::ServerUnaryReactor& reactor);
    void command(grpc::ServerUnaryReactor* reactor, Work work);

    DecisionLoop& decision_;
    Programmer& programmer_;
    AgentServer& agents_;
    ControllerProbe& probe_;
};

} // namespace suanlu
