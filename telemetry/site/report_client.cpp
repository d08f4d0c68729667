// SPDX-License-Identifier: Apache-2.0
#include "telemetry/site/report_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "core/support/log.hpp"
#include "proto/codec/report_codec.hpp"
#include "suanlu/v1/site.grpc.pb.h"

namespace suanlu {

namespace {

using std::chrono::milliseconds;
using Stream = grpc::ClientReaderWriter<v1::SiteReport, v1::SiteReportAck>;

constexpr milliseconds kLeastBackoff{100};
constexpr milliseconds kMostBackoff{2000};

std::uint64_t wall_ns() {
    return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds(1));
}

} // namespace

struct ReportClient::State {
    State(const Endpoint& c, TlsFiles t, std::string n)
        : controller(c), tls(std::move(t)), server_name(std::move(n)) {}

    Endpoint controller;
    TlsFiles tls;
    std::string server_name;
    std::thread thread;

    mutable std::mutex mutex; // guards all below
    std::condition_variable changed;
    std::optional<SiteReport> waiting;
    grpc::ClientContext* context = nullptr;
    ReportCounters counters;
    bool is_broken = false; ///< the living stream has ended on the reading side
    bool is_stopping = false;

    void run();
    void attempt();
    void write_all(Stream& stream);
    void read_all(Stream& stream);
    bool next(SiteReport& report);
};

bool ReportClient::State::next(SiteReport& report) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting || is_broken || is_stopping; });
    if (is_broken || is_stopping) {
        return false;
    }
    report = *std::exchange(waiting, std::nullopt);
    return true;
}

void ReportClient::State::write_all(Stream& stream) {
    SiteReport report;
    while (next(report)) {
        v1::SiteReport message;
        encode(report, message);
        // The reaction benchmark starts its clock at this line (tests/bench/reaction).
        log_debug("report.write",
                  {{"sequence", report.sequence},
                   {"slots_usable", report.instances.empty() ? 0.0 : report.instances.front().slots_usable},
                   {"wall_ns", wall_ns()}});
        if (!stream.Write(message)) {
            return;
        }
        std::lock_guard lock(mutex);
        ++counters.sent;
    }
}

void ReportClient::State::read_all(Stream& stream) {
    v1::SiteReportAck ack;
    while (stream.Read(&ack)) {
        std::lock_guard lock(mutex);
        if (!counters.is_connected) {
            counters.is_connected = true;
            ++counters.connects;
            log_info("controller.connected", {});
        }
        if (!ack.refusal().empty()) {
            ++counters.refused;
            log_warn("report.refused", {{"sequence", ack.sequence()}, {"why", ack.refusal()}});
        }
    }
    std::lock_guard lock(mutex);
    is_broken = true;
    changed.notify_all();
}

void ReportClient::State::attempt() {
    // A new channel per attempt: renewed certificates are read, and no state of a failed connection is left.
    auto channel = open_channel(controller, tls, server_name);
    if (!channel) {
        log_warn("controller.unreachable", {{"why", channel.error().text()}});
        return;
    }
    const auto stub = v1::SiteIngest::NewStub(*channel);
    grpc::ClientContext own;
    {
        std::lock_guard lock(mutex);
        if (is_stopping) {
            return;
        }
        context = &own;
        is_broken = false;
    }
    auto stream = stub->Report(&own);
    std::thread reader([&] { read_all(*stream); });
    write_all(*stream);
    own.TryCancel();
    reader.join();
    const grpc::Status end = stream->Finish();
    std::lock_guard lock(mutex);
    context = nullptr;
    ++counters.failures;
    const bool was_connected = std::exchange(counters.is_connected, false);
    if (!is_stopping) {
        log_warn(was_connected ? "controller.lost" : "controller.unreachable",
                 {{"why", end.error_message()}});
    }
}

void ReportClient::State::run() {
    std::minstd_rand random{std::random_device{}()};
    milliseconds backoff = kLeastBackoff;
    for (;;) {
        const std::uint64_t before = [&] {
            std::lock_guard lock(mutex);
            return counters.connects;
        }();
        attempt();
        std::unique_lock lock(mutex);
        backoff = counters.connects > before ? kLeastBackoff : std::min(backoff * 2, kMostBackoff);
        const milliseconds jitter(random() % static_cast<unsigned>(backoff.count() / 2 + 1));
        if (changed.wait_for(lock, backoff + jitter, [&] { return is_stopping; })) {
            return;
        }
    }
}

ReportClient::ReportClient(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<ReportClient>> ReportClient::open(const Endpoint& controller, const TlsFiles& tls,
                                                         const std::string& server_name) {
    SL_TRY_VOID(open_channel(controller, tls, server_name).and_then([](auto&&) { return Status{}; }));
    auto state = std::make_unique<State>(controller, tls, server_name);
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<ReportClient>(new ReportClient(std::move(state)));
}

ReportClient::~ReportClient() {
    {
        std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
        if (state_->context != nullptr) {
            state_->context->TryCancel();
        }
        state_->changed.notify_all();
    }
    state_->thread.join();
}

void ReportClient::send(SiteReport report) {
    std::lock_guard lock(state_->mutex);
    state_->counters.replaced += state_->waiting ? 1 : 0;
    state_->waiting = std::move(report);
    state_->changed.notify_all();
}

ReportCounters ReportClient::counters() const {
    std::lock_guard lock(state_->mutex);
    return state_->counters;
}

} // namespace suanlu
