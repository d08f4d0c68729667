// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_reflector.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "telemetry/stamp/stamp_codec.hpp"
#include "telemetry/stamp/stamp_socket.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kMaxSessions = 8'192;
/// Datagrams answered per wake-up before the stop signal is looked at again.
constexpr int kBatch = 64;

} // namespace

struct StampReflector::State {
    SocketFd socket;
    SocketFd stop;
    std::thread thread;
    /// Peer address and SSID -> packets reflected; only the thread touches it.
    std::map<std::string, std::uint32_t> sessions;
    std::atomic<std::uint64_t> reflected{0};
    std::atomic<std::uint64_t> malformed{0};
    std::atomic<std::uint64_t> send_errors{0};
    std::atomic<std::uint64_t> stateless{0};
    std::atomic<std::uint64_t> session_count{0};
    std::atomic<bool> is_realtime{false};

    std::uint32_t next_sequence(const Datagram& in, const StampProbe& probe);
    void reflect(const Datagram& in);
    void run();
};

std::uint32_t StampReflector::State::next_sequence(const Datagram& in, const StampProbe& probe) {
    std::string key(reinterpret_cast<const char*>(&in.peer), in.peer_length);
    key.push_back(static_cast<char>(probe.session >> 8));
    key.push_back(static_cast<char>(probe.session));
    const auto known = sessions.find(key);
    if (known != sessions.end()) {
        return known->second++;
    }
    if (sessions.size() >= kMaxSessions) {
        ++stateless;
        return probe.sequence;
    }
    sessions.emplace(std::move(key), 1);
    session_count = sessions.size();
    return 0;
}

void StampReflector::State::reflect(const Datagram& in) {
    const auto probe = parse_stamp_probe(in.span());
    if (!probe) {
        ++malformed;
        return;
    }
    StampReply reply;
    reply.sequence = next_sequence(in, *probe);
    reply.session = probe->session;
    reply.received = to_ntp(in.received);
    reply.sender_sequence = probe->sequence;
    reply.sender_sent = probe->sent;
    reply.sender_error_estimate = probe->error_estimate;
    reply.sender_hop_limit = in.hop_limit;
    reply.sent = to_ntp(wall_now());
    const StampBytes bytes = to_bytes(reply);
    const auto* peer = reinterpret_cast<const sockaddr*>(&in.peer);
    const bool sent = sendto(socket.get(), bytes.data(), bytes.size(), 0, peer, in.peer_length) >= 0;
    ++(sent ? reflected : send_errors);
}

void StampReflector::State::run() {
    is_realtime = make_thread_realtime();
    Datagram in;
    for (;;) {
        pollfd wait[2] = {{socket.get(), POLLIN, 0}, {stop.get(), POLLIN, 0}};
        if (poll(wait, 2, -1) < 0) {
            continue;
        }
        if (wait[1].revents != 0) {
            return;
        }
        for (int i = 0; i < kBatch && receive(socket, in); ++i) {
            reflect(in);
        }
    }
}

StampReflector::StampReflector(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<StampReflector>> StampReflector::open(const Endpoint& listen) {
    auto state = std::make_unique<State>();
    SL_TRY(state->socket, open_stamp_socket(listen));
    state->stop = SocketFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (state->stop.get() < 0) {
        return errno_error(Errc::kKernel, "eventfd");
    }
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<StampReflector>(new StampReflector(std::move(state)));
}

StampReflector::~StampReflector() {
    const std::uint64_t one = 1;
    if (write(state_->stop.get(), &one, sizeof one) == sizeof one) {
        state_->thread.join();
    }
}

ReflectorCounters StampReflector::counters() const {
    return {state_->reflected, state_->malformed,     state_->send_errors,
            state_->stateless, state_->session_count, state_->is_realtime};
}

} // namespace suanlu
