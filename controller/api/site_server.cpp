// SPDX-License-Identifier: Apache-2.0
#include "controller/api/site_server.hpp"

#include <deque>
#include <mutex>

#include "controller/api/peer_identity.hpp"
#include "proto/codec/report_codec.hpp"

namespace suanlu {

namespace {

using Reactor = grpc::ServerBidiReactor<v1::SiteReport, v1::SiteReportAck>;

// A site that does not read its answers loses the oldest.
constexpr std::size_t kMostAnswers = 16;

std::uint64_t wall_clock_ns() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

class SiteStream final : public Reactor, public std::enable_shared_from_this<SiteStream> {
public:
    SiteStream(PeerIdentity peer, DecisionLoop& decision, ControllerProbe& probe)
        : peer_(std::move(peer)), decision_(decision), probe_(probe) {}

    void begin() {
        self_ = shared_from_this();
        StartRead(&incoming_);
    }
    void OnReadDone(bool ok) override {
        if (!ok) {
            std::lock_guard lock(mutex_);
            is_finished_ = true;
            Finish(grpc::Status::OK);
            return;
        }
        take();
        StartRead(&incoming_);
    }
    void OnWriteDone(bool ok) override {
        std::lock_guard lock(mutex_);
        is_writing_ = false;
        if (ok) {
            write_next();
        }
    }
    void OnDone() override { self_.reset(); }

    /// From any thread.
    void answer(std::uint64_t sequence, const std::string& refusal) {
        std::lock_guard lock(mutex_);
        v1::SiteReportAck ack;
        ack.set_sequence(sequence);
        ack.set_refusal(refusal);
        if (answers_.size() >= kMostAnswers) {
            answers_.pop_front();
        }
        answers_.push_back(std::move(ack));
        write_next();
    }

private:
    void take() {
        const MonoTime received = clock_.now();
        auto report = decode(incoming_);
        if (!report) {
            refuse("malformed", report.error().text());
            return;
        }
        if (!peer_.may_be(report->site)) {
            refuse("wrong-name",
                   "the certificate of '" + peer_.name + "' does not speak for site '" + report->site + "'");
            return;
        }
        probe_.took("site");
        SiteReported input;
        input.report = *std::move(report);
        input.received = received;
        input.wall_unix_ns = wall_clock_ns();
        input.answer = [weak = weak_from_this()](std::uint64_t sequence, const std::string& refusal) {
            if (const auto stream = weak.lock()) {
                stream->answer(sequence, refusal);
            }
        };
        if (!decision_.push(std::move(input))) {
            refuse("busy", "exhausted: the controller is busy");
        }
    }
    void refuse(const char* reason, const std::string& text) {
        probe_.refused(reason);
        answer(incoming_.sequence(), text);
    }
    void write_next() { // mutex_ is held
        if (is_writing_ || is_finished_ || answers_.empty()) {
            return;
        }
        outgoing_ = std::move(answers_.front());
        answers_.pop_front();
        is_writing_ = true;
        StartWrite(&outgoing_);
    }

    PeerIdentity peer_;
    DecisionLoop& decision_;
    ControllerProbe& probe_;
    SteadyClock clock_;
    v1::SiteReport incoming_;
    std::mutex mutex_;
    v1::SiteReportAck outgoing_;
    std::deque<v1::SiteReportAck> answers_;
    bool is_writing_ = false;
    bool is_finished_ = false;
    std::shared_ptr<SiteStream> self_;
};

} // namespace

Reactor* SiteServer::Report(grpc::CallbackServerContext* context) {
    const auto stream = std::make_shared<SiteStream>(identity_of(*context), decision_, probe_);
    stream->begin();
    return stream.get();
}

} // namespace suanlu
