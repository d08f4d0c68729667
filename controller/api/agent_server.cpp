// SPDX-License-Identifier: Apache-2.0
#include "controller/api/agent_server.hpp"

#include <algorithm>
#include <deque>
#include <limits>

#include "controller/api/peer_identity.hpp"
#include "core/support/log.hpp"
#include "proto/codec/flow_codec.hpp"
#include "proto/codec/placement_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "proto/codec/report_codec.hpp"

namespace suanlu {

/// Questions that wait for one router's answer.
constexpr std::size_t kMostQuestions = 64;
constexpr std::size_t kMostRefusal = 512;

using AgentReactor = grpc::ServerBidiReactor<v1::AgentMessage, v1::ControllerMessage>;

/// One session. Owns itself until gRPC is done with it; others hold it weakly.
class AgentStream final : public AgentReactor,
                          public PlanSink,
                          public std::enable_shared_from_this<AgentStream> {
public:
    AgentStream(AgentServer& server, AgentServerWiring& wiring, PeerIdentity peer, SessionId id)
        : server_(server), wiring_(wiring), peer_(std::move(peer)), id_(id) {}

    void begin() {
        self_ = shared_from_this();
        StartRead(&incoming_);
    }
    void OnReadDone(bool ok) override {
        if (!ok) {
            end(grpc::Status::OK);
            return;
        }
        received_ = clock_.now();
        if (const Status taken = node_.empty() ? take_hello() : take(); !taken) {
            wiring_.probe.refused("malformed");
            log_warn("agent.message_refused",
                     {{"node", node_}, {"peer", peer_.name}, {"why", taken.error().text()}});
            if (node_.empty()) {
                end({grpc::StatusCode::PERMISSION_DENIED, taken.error().text()});
                return;
            }
        }
        read_next();
    }
    void OnWriteDone(bool ok) override {
        std::lock_guard lock(mutex_);
        is_writing_ = false;
        if (ok) {
            write_next();
        }
    }
    void OnDone() override {
        fail_questions();
        if (!node_.empty()) {
            wiring_.programmer.push(AgentGone{node_, id_});
        }
        self_.reset();
    }
    void send(std::shared_ptr<const Plan> plan, MonoTime cause) override {
        std::lock_guard lock(mutex_);
        if (waiting_) {
            wiring_.probe.coalesced_plan();
        }
        waiting_ = std::move(plan);
        cause_ = cause;
        is_ingress_ = !waiting_->services.empty();
        write_next();
    }
    void send(std::shared_ptr<const std::vector<SiteLoad>> loads, MonoTime received) override {
        std::lock_guard lock(mutex_);
        if (!is_ingress_ || is_finished_) {
            return;
        }
        LoadsWaiting& place = loads_[loads->front().site];
        if (place.loads) {
            wiring_.probe.replaced_loads();
        }
        place = {std::move(loads), received};
        write_next();
    }
    Status ask(const v1::FlowQuestion& question, FlowListener listener) {
        std::lock_guard lock(mutex_);
        if (is_finished_) {
            return Error{Errc::kNotFound, "no session of this router"};
        }
        if (asked_.size() >= kMostQuestions) {
            return Error{Errc::kExhausted, "too many questions wait for this router"};
        }
        v1::FlowAsked& next = questions_.emplace_back();
        next.set_id(++last_question_);
        *next.mutable_question() = question;
        asked_[last_question_] = std::move(listener);
        write_next();
        return {};
    }
    void end(grpc::Status status) {
        std::lock_guard lock(mutex_);
        if (!is_finished_) {
            is_finished_ = true;
            Finish(std::move(status));
        }
    }

private:
    void read_next() {
        std::lock_guard lock(mutex_);
        if (!is_finished_) { // nothing may be started after Finish
            StartRead(&incoming_);
        }
    }
    Status take_hello() {
        if (!incoming_.has_hello()) {
            return Error{Errc::kBadInput, "the first message of a session is Hello"};
        }
        SL_TRY(AgentHello hello, decode(incoming_.hello()));
        if (!peer_.may_be(hello.node)) {
            return Error{Errc::kRefused, "the certificate of '" + peer_.name + "' does not speak for node '" +
                                             hello.node + "'"};
        }
        node_ = hello.node;
        wiring_.probe.took("hello");
        server_.enter(node_, shared_from_this());
        {
            std::lock_guard lock(mutex_);
            must_welcome_ = true;
            write_next();
        }
        if (!wiring_.programmer.push(AgentConnected{std::move(hello), id_, weak_from_this()})) {
            return Error{Errc::kExhausted, "the controller is busy"};
        }
        return {};
    }
    Status take() {
        switch (incoming_.body_case()) {
        case v1::AgentMessage::kApplied: {
            SL_TRY(const PlanId id, decode_plan_id(incoming_.applied().id()));
            return deliver("applied", wiring_.programmer.push(AgentApplied{node_, id_, id}));
        }
        case v1::AgentMessage::kRefused: {
            SL_TRY(const PlanId id, decode_plan_id(incoming_.refused().id()));
            const std::string why = incoming_.refused().code() + ": " + incoming_.refused().why();
            return deliver("refused",
                           wiring_.programmer.push(AgentRefused{node_, id_, id, why.substr(0, 512)}));
        }
        case v1::AgentMessage::kIngress:
            return take_ingress();
        case v1::AgentMessage::kLinks:
            return take_links();
        case v1::AgentMessage::kFlow:
            return take_story();
        default:
            return Error{Errc::kBadInput, "a message that belongs elsewhere"};
        }
    }
    Status take_ingress() {
        SL_TRY(IngressReport report, decode(incoming_.ingress()));
        if (report.node != node_) {
            return Error{Errc::kRefused, "report of '" + report.node + "' in the session of '" + node_ + "'"};
        }
        wiring_.programmer.push(AgentHeard{node_, id_, report.mode});
        return deliver("ingress", wiring_.decision.push(IngressReported{std::move(report), received_}));
    }
    Status take_links() {
        SL_TRY(LinkReport report, decode(incoming_.links()));
        if (report.source != node_) {
            return Error{Errc::kRefused,
                         "links of '" + report.source + "' in the session of '" + node_ + "'"};
        }
        wiring_.programmer.push(AgentHeard{node_, id_, {}});
        return deliver("links", wiring_.decision.push(LinksReported{std::move(report), received_}));
    }
    Status take_story() {
        const v1::FlowAnswered& answer = incoming_.flow();
        FlowListener listener;
        {
            std::lock_guard lock(mutex_);
            const auto asked = asked_.find(answer.id());
            if (asked == asked_.end()) {
                return Error{Errc::kBadInput, "an answer that nobody waits for"};
            }
            listener = std::move(asked->second);
            asked_.erase(asked);
        }
        const Status checked = check(answer.story());
        if (!checked) {
            listener(checked.error());
            return checked;
        }
        wiring_.probe.took("flow");
        if (answer.refusal().empty()) {
            listener(answer.story());
        } else {
            listener(Error{Errc::kRefused, answer.refusal().substr(0, kMostRefusal)});
        }
        return {};
    }
    void fail_questions() {
        std::map<std::uint64_t, FlowListener> left;
        {
            std::lock_guard lock(mutex_);
            is_finished_ = true;
            left.swap(asked_);
        }
        for (const auto& [id, listener] : left) {
            listener(Error{Errc::kUnreachable, "the session of this router ended before it answered"});
        }
    }
    Status deliver(const char* kind, bool pushed) {
        if (!pushed) {
            return Error{Errc::kExhausted, "the controller is busy"};
        }
        wiring_.probe.took(kind);
        return {};
    }
    void write_next() { // mutex_ is held
        if (is_writing_ || is_finished_ ||
            (!must_welcome_ && !waiting_ && questions_.empty() && loads_.empty())) {
            return;
        }
        outgoing_.Clear();
        if (std::exchange(must_welcome_, false)) {
            outgoing_.mutable_welcome()->set_controller(wiring_.controller);
            outgoing_.mutable_welcome()->set_epoch(wiring_.epoch);
        } else if (!waiting_ && !questions_.empty()) {
            *outgoing_.mutable_flow() = std::move(questions_.front());
            questions_.pop_front();
        } else if (!waiting_) {
            fill_loads();
        } else {
            encode(*waiting_, *outgoing_.mutable_plan());
            waiting_.reset();
            wiring_.probe.sent_plan(clock_.now() - cause_);
        }
        is_writing_ = true;
        StartWrite(&outgoing_);
    }

    /// All that waits, each with its age of now; as many sites as the inventory has.
    void fill_loads() { // mutex_ is held
        const MonoTime now = clock_.now();
        std::vector<SiteLoad> loads;
        for (const auto& [site, waiting] : loads_) {
            const auto age = std::chrono::duration_cast<std::chrono::microseconds>(now - waiting.received);
            for (SiteLoad load : *waiting.loads) {
                load.measured_age = {static_cast<std::uint32_t>(
                    std::clamp<std::int64_t>(age.count(), 0, std::numeric_limits<std::uint32_t>::max()))};
                loads.push_back(std::move(load));
            }
        }
        wiring_.probe.sent_loads(loads_.size());
        loads_.clear();
        encode(loads, *outgoing_.mutable_loads());
    }

    struct LoadsWaiting {
        std::shared_ptr<const std::vector<SiteLoad>> loads;
        MonoTime received;
    };

    AgentServer& server_;
    AgentServerWiring& wiring_;
    PeerIdentity peer_;
    SessionId id_;
    SteadyClock clock_;
    v1::AgentMessage incoming_;
    MonoTime received_;
    std::string node_; ///< set by the Hello; reading side only
    std::mutex mutex_;
    v1::ControllerMessage outgoing_;
    std::shared_ptr<const Plan> waiting_;
    MonoTime cause_;
    std::map<std::string, LoadsWaiting> loads_; ///< by site
    std::deque<v1::FlowAsked> questions_;
    std::map<std::uint64_t, FlowListener> asked_; ///< by the question's id, not answered yet
    std::uint64_t last_question_ = 0;
    bool is_ingress_ = false; ///< its last Plan has services
    bool must_welcome_ = false;
    bool is_writing_ = false;
    bool is_finished_ = false;
    std::shared_ptr<AgentStream> self_;
};

AgentReactor* AgentServer::Session(grpc::CallbackServerContext* context) {
    const auto stream =
        std::make_shared<AgentStream>(*this, wiring_, identity_of(*context), last_session_.fetch_add(1) + 1);
    stream->begin();
    return stream.get();
}

void AgentServer::enter(const std::string& node, const std::shared_ptr<AgentStream>& stream) {
    std::shared_ptr<AgentStream> replaced;
    {
        std::lock_guard lock(mutex_);
        std::weak_ptr<AgentStream>& place = streams_[node];
        replaced = place.lock();
        place = stream;
    }
    if (replaced) {
        replaced->end({grpc::StatusCode::ABORTED, "a newer session of this node took over"});
    }
}

Status AgentServer::ask(const std::string& node, const v1::FlowQuestion& question, FlowListener listener) {
    std::shared_ptr<AgentStream> stream;
    {
        std::lock_guard lock(mutex_);
        const auto found = streams_.find(node);
        stream = found == streams_.end() ? nullptr : found->second.lock();
    }
    if (!stream) {
        return Error{Errc::kNotFound, "no session of router '" + node + "'"};
    }
    return stream->ask(question, std::move(listener));
}

} // namespace suanlu
