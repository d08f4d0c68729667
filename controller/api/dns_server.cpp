// SPDX-License-Identifier: Apache-2.0
#include "controller/api/dns_server.hpp"

#include <mutex>

#include "controller/api/peer_identity.hpp"
#include "core/support/log.hpp"
#include "proto/codec/dns_codec.hpp"

namespace suanlu {

namespace {

using Reactor = grpc::ServerWriteReactor<v1::DnsUpdate>;

/// One follower. Owns itself until gRPC is done with it; the publisher holds it weakly.
class DnsStream final : public Reactor, public DnsViewSink, public std::enable_shared_from_this<DnsStream> {
public:
    explicit DnsStream(ControllerProbe& probe) : probe_(probe) {}

    void begin() { self_ = shared_from_this(); }
    void send(std::shared_ptr<const DnsView> view) override {
        std::lock_guard lock(mutex_);
        if (waiting_) {
            probe_.replaced_dns_view();
        }
        waiting_ = std::move(view);
        write_next();
    }
    void end(grpc::Status status) {
        std::lock_guard lock(mutex_);
        if (!is_finished_) {
            is_finished_ = true;
            Finish(std::move(status));
        }
    }
    void OnWriteDone(bool ok) override {
        if (!ok) {
            end(grpc::Status::OK);
            return;
        }
        std::lock_guard lock(mutex_);
        is_writing_ = false;
        write_next();
    }
    void OnCancel() override { end(grpc::Status::CANCELLED); }
    void OnDone() override { self_.reset(); }

private:
    void write_next() { // mutex_ is held
        if (is_writing_ || is_finished_) {
            return;
        }
        if (next_ == messages_.size()) {
            if (!waiting_) {
                return;
            }
            messages_ = dns_updates(sent_.get(), *waiting_);
            sent_ = std::move(waiting_);
            waiting_ = nullptr;
            next_ = 0;
        }
        is_writing_ = true;
        probe_.sent_dns_message();
        StartWrite(&messages_[next_++]);
    }

    ControllerProbe& probe_;
    std::mutex mutex_;
    /// Of `sent_`; those before `next_` are written or being written.
    std::vector<v1::DnsUpdate> messages_;
    std::size_t next_ = 0;
    std::shared_ptr<const DnsView> sent_;
    std::shared_ptr<const DnsView> waiting_;
    bool is_writing_ = false;
    bool is_finished_ = false;
    std::shared_ptr<DnsStream> self_;
};

} // namespace

Reactor* DnsServer::Follow(grpc::CallbackServerContext* context, const v1::DnsFollow* request) {
    const auto stream = std::make_shared<DnsStream>(probe_);
    stream->begin();
    const PeerIdentity peer = identity_of(*context);
    if (!peer.may_be("dns")) {
        probe_.refused("not-dns");
        stream->end({grpc::StatusCode::PERMISSION_DENIED,
                     "the certificate of '" + peer.name + "' is no DNS server's"});
    } else if (publisher_ == nullptr) {
        probe_.refused("no-dns");
        stream->end({grpc::StatusCode::FAILED_PRECONDITION, "the inventory has no section 'dns'"});
    } else if (!publisher_->push(DnsFollowed{stream})) {
        probe_.refused("busy");
        stream->end({grpc::StatusCode::RESOURCE_EXHAUSTED, "the controller is busy or stopping"});
    } else {
        log_info("dns.followed", {{"server", request->server().substr(0, 255)}, {"peer", peer.name}});
    }
    return stream.get();
}

} // namespace suanlu
