// SPDX-License-Identifier: Apache-2.0
#include "controller/api/operator_server.hpp"

#include <memory>
#include <mutex>
#include <utility>

#include "controller/api/operator_codec.hpp"
#include "controller/api/peer_identity.hpp"
#include "core/support/log.hpp"
#include "proto/codec/flow_codec.hpp"

namespace suanlu {

namespace {

using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;

grpc::Status status_of(const Error& error) {
    const auto code = error.code == Errc::kNotFound      ? grpc::StatusCode::NOT_FOUND
                      : error.code == Errc::kBadInput    ? grpc::StatusCode::INVALID_ARGUMENT
                      : error.code == Errc::kExhausted   ? grpc::StatusCode::RESOURCE_EXHAUSTED
                      : error.code == Errc::kUnreachable ? grpc::StatusCode::UNAVAILABLE
                                                         : grpc::StatusCode::FAILED_PRECONDITION;
    return {code, error.detail};
}

/// A call that waits for a router: finished once, by the answer or because the caller has gone. Kept alive by
/// gRPC until OnDone and by whoever may still answer.
class FlowCall final : public Unary, public std::enable_shared_from_this<FlowCall> {
public:
    explicit FlowCall(v1::FlowStory* reply) : reply_(reply) {}
    void begin() { self_ = shared_from_this(); }
    void OnCancel() override { finish({grpc::StatusCode::CANCELLED, "the caller has gone"}, nullptr); }
    void OnDone() override { self_.reset(); }
    void finish(const grpc::Status& status, const v1::FlowStory* story) {
        const auto kept = shared_from_this(); // OnDone may come before the lock is given back
        std::lock_guard lock(mutex_);
        if (std::exchange(is_finished_, true)) {
            return; // `reply_` may be gone
        }
        if (story != nullptr) {
            *reply_ = *story;
        }
        Finish(status);
    }

private:
    std::mutex mutex_;
    bool is_finished_ = false;
    v1::FlowStory* reply_;
    std::shared_ptr<FlowCall> self_;
};

} // namespace

bool OperatorServer::admit(Context& context, Unary& reactor) {
    const PeerIdentity peer = identity_of(context);
    if (peer.may_be("operator")) {
        return true;
    }
    probe_.refused("not-operator");
    reactor.Finish(
        {grpc::StatusCode::PERMISSION_DENIED, "the certificate of '" + peer.name + "' is no operator's"});
    return false;
}

void OperatorServer::command(Unary* reactor, Work work) {
    DecisionCommand command;
    command.received = SteadyClock().now();
    command.run = [reactor, work = std::move(work)](Decision& decision, MonoTime now) {
        reactor->Finish(work(decision, now));
    };
    if (!decision_.push(std::move(command))) {
        probe_.refused("busy");
        reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "the controller is busy or stopping"});
    }
}

Unary* OperatorServer::on_decision(Context* context, Work work) {
    Unary* reactor = context->DefaultReactor();
    if (admit(*context, *reactor)) {
        command(reactor, std::move(work));
    }
    return reactor;
}

Unary* OperatorServer::on_both(Context* context, WorkWithRows work) {
    Unary* reactor = context->DefaultReactor();
    if (!admit(*context, *reactor)) {
        return reactor;
    }
    ProgramQuestion question;
    question.ask = [this, reactor, work = std::move(work)](const ProgramCore& core, MonoTime now) {
        command(reactor,
                [work, rows = core.rows(now)](Decision& decision, MonoTime) { return work(decision, rows); });
    };
    if (!programmer_.push(std::move(question))) {
        probe_.refused("busy");
        reactor->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "the controller is busy or stopping"});
    }
    return reactor;
}

Unary* OperatorServer::ListSites(Context* context, const v1::ListRequest*, v1::SiteList* reply) {
    return on_decision(context, [reply](Decision& decision, MonoTime now) {
        encode_sites(decision, now, *reply);
        return grpc::Status::OK;
    });
}

Unary* OperatorServer::ListLinks(Context* context, const v1::ListRequest*, v1::LinkList* reply) {
    return on_decision(context, [reply](Decision& decision, MonoTime now) {
        encode_links(decision, now, *reply);
        return grpc::Status::OK;
    });
}

Unary* OperatorServer::ListServices(Context* context, const v1::ListRequest*, v1::ServiceList* reply) {
    return on_decision(context, [reply](Decision& decision, MonoTime) {
        encode_services(decision, *reply);
        return grpc::Status::OK;
    });
}

Unary* OperatorServer::ListPlans(Context* context, const v1::ListRequest*, v1::PlanList* reply) {
    return on_both(context, [reply](Decision& decision, const std::vector<AgentRow>& rows) {
        encode_plans(decision, rows, *reply);
        return grpc::Status::OK;
    });
}

Unary* OperatorServer::ListFlows(Context* context, const v1::ListRequest* request, v1::FlowList* reply) {
    return on_decision(context, [request, reply](Decision& decision, MonoTime now) {
        const Status found = encode_flows(decision, request->on(), now, *reply);
        return found ? grpc::Status::OK : status_of(found.error());
    });
}

Unary* OperatorServer::ListCounters(Context* context, const v1::ListRequest* request,
                                    v1::CounterList* reply) {
    return on_decision(context, [request, reply](Decision& decision, MonoTime now) {
        const Status found = encode_counters(decision, request->on(), now, *reply);
        return found ? grpc::Status::OK : status_of(found.error());
    });
}

Unary* OperatorServer::ListEngines(Context* context, const v1::ListRequest* request, v1::EngineList* reply) {
    return on_decision(context, [request, reply](Decision& decision, MonoTime now) {
        const Status found = encode_engines(decision, request->on(), now, *reply);
        return found ? grpc::Status::OK : status_of(found.error());
    });
}

Unary* OperatorServer::Explain(Context* context, const v1::ExplainRequest* request, v1::ExplainReply* reply) {
    return on_both(context, [request, reply](Decision& decision, const std::vector<AgentRow>& rows) {
        const Status found = encode_explanation(decision, request->service(), request->from(), *reply);
        for (const AgentRow& row : rows) {
            if (row.node == request->from()) {
                reply->set_generation(row.wanted.generation);
            }
        }
        return found ? grpc::Status::OK : status_of(found.error());
    });
}

Unary* OperatorServer::ExplainFlow(Context* context, const v1::ExplainFlowRequest* request,
                                   v1::FlowStory* reply) {
    if (!identity_of(*context).may_be("operator")) {
        Unary* refused = context->DefaultReactor();
        admit(*context, *refused);
        return refused;
    }
    const auto call = std::make_shared<FlowCall>(reply);
    call->begin();
    const auto listener = [call](const Result<v1::FlowStory>& story) {
        if (story) {
            call->finish(grpc::Status::OK, &*story);
        } else {
            call->finish(status_of(story.error()), nullptr);
        }
    };
    if (const auto question = decode(request->flow()); !question) {
        call->finish(status_of(question.error()), nullptr);
    } else if (const Status asked = agents_.ask(request->on(), request->flow(), listener); !asked) {
        call->finish(status_of(asked.error()), nullptr);
    }
    return call.get();
}

Unary* OperatorServer::SetPolicy(Context* context, const v1::SetPolicyRequest* request,
                                 v1::SetPolicyReply* reply) {
    return on_decision(context, [request, reply](Decision& decision, MonoTime now) {
        const auto previous = decision.set_policy(request->service(), request->policy(), now);
        if (!previous) {
            return status_of(previous.error());
        }
        reply->set_previous(*previous);
        log_info("policy.set",
                 {{"service", request->service()}, {"policy", request->policy()}, {"was", *previous}});
        return grpc::Status::OK;
    });
}

Unary* OperatorServer::SetDrain(Context* context, const v1::SetDrainRequest* request,
                                v1::SetDrainReply* reply) {
    return on_decision(context, [request, reply](Decision& decision, MonoTime now) {
        const Site* site = decision.inventory().site(request->site());
        reply->set_was_on(site != nullptr && decision.is_draining(site->id));
        if (const Status done = decision.set_drain(request->site(), request->on(), now); !done) {
            return status_of(done.error());
        }
        log_info("site.drain", {{"site", request->site()}, {"on", request->on()}});
        return grpc::Status::OK;
    });
}

} // namespace suanlu
