// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/session_client.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "proto/codec/flow_codec.hpp"
#include "proto/codec/placement_codec.hpp"
#include "proto/codec/plan_codec.hpp"
#include "suanlu/v1/agent.grpc.pb.h"

namespace suanlu {

namespace {

using std::chrono::milliseconds;
using Stream = grpc::ClientReaderWriter<v1::AgentMessage, v1::ControllerMessage>;

constexpr milliseconds kLeastBackoff{100};
constexpr milliseconds kMostBackoff{2'000};
/// Acknowledgements that wait for a slow stream; more means the controller does not read.
constexpr std::size_t kMaxAcknowledgements = 256;

} // namespace

struct SessionClient::State {
    State(SessionConfig c, AgentHello h, Mailbox<SessionEvent>& o, Mailbox<SessionLoads>& l)
        : config(std::move(c)), out(o), loads(l), hello(std::move(h)) {}

    SessionConfig config;
    Mailbox<SessionEvent>& out;
    Mailbox<SessionLoads>& loads;
    std::atomic<std::uint64_t> unreadable_loads{0};
    std::thread thread;

    std::mutex mutex; ///< guards all below
    std::condition_variable changed;
    AgentHello hello;
    std::deque<v1::AgentMessage> acknowledgements;
    std::optional<IngressReport> report;
    std::optional<LinkReport> links;
    grpc::ClientContext* context = nullptr; ///< of the living session
    bool is_open = false;                   ///< the writer may write
    bool stopping = false;

    // The thread's own.
    bool was_welcomed = false;
    milliseconds backoff = kLeastBackoff;
    std::minstd_rand random{std::random_device{}()};

    void run();
    std::string attempt();
    bool begin(grpc::ClientContext& next, v1::AgentMessage& first);
    void read_all(Stream& stream);
    void on_message(const v1::ControllerMessage& message);
    void on_plan(const v1::Plan& message);
    void on_loads(const v1::SiteLoads& message);
    void on_question(const v1::FlowAsked& message);
    void answer(std::uint64_t id, const Result<FlowStory>& story);
    void write_all(Stream& stream);
    bool next_message(v1::AgentMessage& message);
    void acknowledge(v1::AgentMessage message);
    void pause();
};

void SessionClient::State::acknowledge(v1::AgentMessage message) {
    std::lock_guard lock(mutex);
    if (acknowledgements.size() < kMaxAcknowledgements) {
        acknowledgements.push_back(std::move(message));
    }
    changed.notify_all();
}

bool SessionClient::State::next_message(v1::AgentMessage& message) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return !is_open || !acknowledgements.empty() || report || links; });
    if (!is_open) {
        return false;
    }
    message.Clear();
    if (!acknowledgements.empty()) {
        message = std::move(acknowledgements.front());
        acknowledgements.pop_front();
    } else if (links) {
        encode(*links, *message.mutable_links());
        links.reset();
    } else {
        encode(*report, *message.mutable_ingress());
        report.reset();
    }
    return true;
}

void SessionClient::State::write_all(Stream& stream) {
    v1::AgentMessage message;
    while (next_message(message)) {
        if (!stream.Write(message)) {
            return; // the reader learns it as well and ends the session
        }
    }
}

void SessionClient::State::on_plan(const v1::Plan& message) {
    auto plan = decode(message);
    if (plan) {
        (void)out.push(*std::move(plan));
        return;
    }
    v1::AgentMessage refusal;
    *refusal.mutable_refused()->mutable_id() = message.id();
    refusal.mutable_refused()->set_code(std::string(to_text(plan.error().code)));
    refusal.mutable_refused()->set_why(plan.error().detail);
    acknowledge(std::move(refusal));
    (void)out.push(std::move(plan).error());
}

void SessionClient::State::on_loads(const v1::SiteLoads& message) {
    auto heard = decode(message);
    if (!heard) {
        ++unreadable_loads;
        return;
    }
    (void)loads.push({*std::move(heard), SteadyClock().now()});
}

void SessionClient::State::on_question(const v1::FlowAsked& message) {
    auto question = decode(message.question());
    if (!question) {
        answer(message.id(), question.error());
    } else if (!out.push(SessionQuestion{message.id(), *std::move(question)})) {
        answer(message.id(), Error{Errc::kExhausted, "the agent is busy"});
    }
}

void SessionClient::State::answer(std::uint64_t id, const Result<FlowStory>& story) {
    v1::AgentMessage message;
    message.mutable_flow()->set_id(id);
    if (story) {
        encode(*story, *message.mutable_flow()->mutable_story());
    } else {
        message.mutable_flow()->set_refusal(story.error().text());
    }
    acknowledge(std::move(message));
}

void SessionClient::State::on_message(const v1::ControllerMessage& message) {
    switch (message.body_case()) {
    case v1::ControllerMessage::kWelcome:
        was_welcomed = true;
        backoff = kLeastBackoff;
        (void)out.push(SessionWelcome{message.welcome().controller(), message.welcome().epoch()});
        break;
    case v1::ControllerMessage::kPlan:
        on_plan(message.plan());
        break;
    case v1::ControllerMessage::kLoads:
        on_loads(message.loads());
        break;
    case v1::ControllerMessage::kFlow:
        on_question(message.flow());
        break;
    case v1::ControllerMessage::BODY_NOT_SET:
        break; // a newer controller may say things that this agent does not know
    }
}

void SessionClient::State::read_all(Stream& stream) {
    v1::ControllerMessage message;
    while (stream.Read(&message)) {
        on_message(message);
    }
}

bool SessionClient::State::begin(grpc::ClientContext& next, v1::AgentMessage& first) {
    std::lock_guard lock(mutex);
    if (stopping) {
        return false;
    }
    context = &next;
    is_open = true;
    acknowledgements.clear(); // they belong to a session that is gone
    encode(hello, *first.mutable_hello());
    return true;
}

std::string SessionClient::State::attempt() {
    grpc::ClientContext next;
    v1::AgentMessage first;
    if (!begin(next, first)) {
        return "stopping";
    }
    was_welcomed = false;
    // A new channel per attempt: renewed certificates are read, and no state of a failed connection is left.
    auto channel = open_channel(config.controller, config.tls, config.server_name);
    if (!channel) {
        std::lock_guard lock(mutex);
        context = nullptr;
        is_open = false;
        return channel.error().text();
    }
    const auto stub = v1::AgentControl::NewStub(*channel);
    const auto stream = stub->Session(&next);
    if (stream->Write(first)) {
        std::thread writer([this, &stream] { write_all(*stream); });
        read_all(*stream);
        {
            std::lock_guard lock(mutex);
            is_open = false;
            changed.notify_all();
        }
        next.TryCancel(); // a Write that waits for the peer's window returns now
        writer.join();
    }
    const grpc::Status status = stream->Finish();
    std::lock_guard lock(mutex);
    context = nullptr;
    is_open = false;
    return status.ok() ? "closed by the controller" : status.error_message();
}

void SessionClient::State::pause() {
    std::uniform_int_distribution<std::int64_t> jitter(backoff.count() / 2, backoff.count());
    const milliseconds wait(jitter(random));
    backoff = std::min(backoff * 2, kMostBackoff);
    std::unique_lock lock(mutex);
    changed.wait_for(lock, wait, [this] { return stopping; });
}

void SessionClient::State::run() {
    for (;;) {
        const std::string why = attempt();
        {
            std::lock_guard lock(mutex);
            if (stopping) {
                return;
            }
        }
        (void)out.push(SessionLost{why, was_welcomed});
        pause();
    }
}

SessionClient::SessionClient(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<SessionClient>> SessionClient::open(const SessionConfig& config, AgentHello hello,
                                                           Mailbox<SessionEvent>& out,
                                                           Mailbox<SessionLoads>& loads) {
    SL_TRY_VOID(open_channel(config.controller, config.tls, config.server_name).and_then([](auto&&) {
        return Status{};
    }));
    auto state = std::make_unique<State>(config, std::move(hello), out, loads);
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<SessionClient>(new SessionClient(std::move(state)));
}

SessionClient::~SessionClient() {
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        if (state_->context != nullptr) {
            state_->context->TryCancel();
        }
        state_->changed.notify_all();
    }
    state_->thread.join();
}

std::uint64_t SessionClient::unreadable_loads() const {
    return state_->unreadable_loads;
}

void SessionClient::set_hello(AgentHello hello) {
    std::lock_guard lock(state_->mutex);
    state_->hello = std::move(hello);
}

void SessionClient::send_applied(const PlanId& id) {
    v1::AgentMessage message;
    encode(id, *message.mutable_applied()->mutable_id());
    state_->acknowledge(std::move(message));
}

void SessionClient::send_refused(const PlanId& id, const Error& why) {
    v1::AgentMessage message;
    encode(id, *message.mutable_refused()->mutable_id());
    message.mutable_refused()->set_code(std::string(to_text(why.code)));
    message.mutable_refused()->set_why(why.detail);
    state_->acknowledge(std::move(message));
}

void SessionClient::send_story(std::uint64_t id, const Result<FlowStory>& story) {
    state_->answer(id, story);
}

void SessionClient::send_report(IngressReport report) {
    std::lock_guard lock(state_->mutex);
    state_->report = std::move(report);
    state_->changed.notify_all();
}

void SessionClient::send_links(LinkReport report) {
    std::lock_guard lock(state_->mutex);
    state_->links = std::move(report);
    state_->changed.notify_all();
}

void SessionClient::drop() {
    std::lock_guard lock(state_->mutex);
    if (state_->context != nullptr) {
        state_->context->TryCancel();
    }
}

} // namespace suanlu
