// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/probe_sender.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "dataplane/agent/probe_packet.hpp"
#include "telemetry/stamp/stamp_session.hpp"
#include "telemetry/stamp/stamp_socket.hpp"

namespace suanlu {

namespace {

/// Answers between two results of a path that stays as it is.
constexpr std::uint64_t kAnswersPerResult = 4;

struct Session {
    ProbeTarget target;
    StampSession stamp;
};

const ProbeTarget* find_target(const std::vector<ProbeTarget>& in, const ProbeTarget& target) {
    const auto found = std::find_if(
        in.begin(), in.end(), [&target](const ProbeTarget& each) { return each.is_same_session(target); });
    return found == in.end() ? nullptr : &*found;
}

} // namespace

struct ProbeSender::State {
    State(const ProbeConfig& c, Mailbox<ProbeResult>& o) : config(c), out(o) {}

    ProbeConfig config;
    Mailbox<ProbeResult>& out;
    SocketFd raw;
    SocketFd link; ///< for paths over a link of ours: the routes have no say there
    SocketFd udp;
    SocketFd wake;
    std::uint16_t port = 0;
    std::thread thread;
    SteadyClock clock;

    std::mutex mutex; ///< guards the two below
    std::optional<std::vector<ProbeTarget>> next_targets;
    bool stopping = false;

    // The thread's own.
    std::map<std::uint16_t, Session> sessions; ///< by SSID
    std::uint16_t last_ssid = 0;

    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> send_errors{0};
    std::atomic<std::uint64_t> strays{0};
    std::atomic<std::size_t> targets{0};
    std::atomic<Duration> interval{Duration{0}};
    std::atomic<bool> is_realtime{false};

    void run();
    bool take_orders();
    void replace(const std::vector<ProbeTarget>& wanted);
    std::uint16_t free_ssid();
    int wait_ms() const;
    void read_answers();
    void on_answer(const Datagram& in);
    void send_due();
    void send_probe(std::uint16_t ssid, Session& session, MonoTime now);
    bool send_by_route(const ProbePacket& packet, const Ip6& destination) const;
    bool send_over_link(const ProbePacket& packet, const NextHop& hop) const;
    void publish(const Session& session);
    void poke() {
        const std::uint64_t one = 1;
        (void)!write(wake.get(), &one, sizeof one);
    }
};

std::uint16_t ProbeSender::State::free_ssid() {
    do {
        ++last_ssid;
    } while (last_ssid == 0 || sessions.count(last_ssid) != 0);
    return last_ssid;
}

void ProbeSender::State::replace(const std::vector<ProbeTarget>& wanted) {
    const Duration pace = config.interval_for(wanted.size());
    for (auto it = sessions.begin(); it != sessions.end();) {
        const ProbeTarget* stays = find_target(wanted, it->second.target);
        if (stays == nullptr) {
            it = sessions.erase(it);
            continue;
        }
        it->second.target.hop = stays->hop;
        it->second.stamp.set_interval(pace);
        ++it;
    }
    const StampSessionConfig stamp{pace, config.miss, 2};
    const MonoTime now = clock.now();
    std::size_t index = 0;
    for (const ProbeTarget& target : wanted) {
        const bool is_known = std::any_of(sessions.begin(), sessions.end(), [&target](const auto& entry) {
            return entry.second.target.is_same_session(target);
        });
        // Spread over the interval, so that probes do not leave in bursts.
        const Duration phase =
            stamp.interval * static_cast<std::int64_t>(index++) / static_cast<std::int64_t>(wanted.size());
        if (!is_known && sessions.size() < 0xffff) {
            sessions.emplace(free_ssid(), Session{target, StampSession(stamp, now + phase)});
        }
    }
    targets = sessions.size();
    interval = pace;
}

bool ProbeSender::State::take_orders() {
    std::uint64_t ignored = 0;
    (void)!read(wake.get(), &ignored, sizeof ignored);
    std::optional<std::vector<ProbeTarget>> wanted;
    {
        std::lock_guard lock(mutex);
        if (stopping) {
            return false;
        }
        wanted = std::exchange(next_targets, std::nullopt);
    }
    if (wanted) {
        replace(*wanted);
    }
    return true;
}

void ProbeSender::State::publish(const Session& session) {
    const auto one_way =
        std::chrono::duration_cast<std::chrono::microseconds>(session.stamp.round_trip() / 2);
    // A full mailbox loses a measurement; the next one follows in a few intervals.
    (void)out.push({session.target.path, session.target.outer_destination, session.stamp.state(),
                    Microseconds{static_cast<std::uint32_t>(
                        std::clamp<std::int64_t>(one_way.count(), 0, UINT32_MAX - 1))},
                    session.stamp.counters().sent, session.stamp.counters().received});
}

void ProbeSender::State::on_answer(const Datagram& in) {
    const auto reply = parse_stamp_reply(in.span());
    const auto found = reply ? sessions.find(reply->session) : sessions.end();
    if (found == sessions.end()) {
        ++strays;
        return;
    }
    ++received;
    Session& session = found->second;
    // RFC 8762 section 4.3.1: the reflector's own residence is T3 - T2 on its clock.
    const Duration there_and_back = difference(to_ntp(in.received), reply->sender_sent);
    const Duration inside = std::max(difference(reply->sent, reply->received), Duration{0});
    const bool changed = session.stamp.on_reply(reply->sender_sequence, there_and_back - inside);
    if (changed || session.stamp.counters().received % kAnswersPerResult == 0) {
        publish(session);
    }
}

void ProbeSender::State::read_answers() {
    Datagram in;
    for (int i = 0; i < 4096 && receive(udp, in); ++i) {
        on_answer(in);
    }
}

void ProbeSender::State::send_probe(std::uint16_t ssid, Session& session, MonoTime now) {
    StampProbe probe;
    probe.sequence = session.stamp.on_sent(now);
    probe.session = ssid;
    probe.sent = to_ntp(wall_now());
    const ProbePacket packet = probe_packet({config.outer_source, session.target.mode, session.target.sids,
                                             session.target.outer_destination, config.source,
                                             session.target.destination, port, config.port},
                                            to_bytes(probe));
    const bool done = session.target.own_link != 0 ? send_over_link(packet, session.target.hop)
                                                   : send_by_route(packet, destination_of(packet));
    // A probe that the kernel has no way for is a probe that nobody answers.
    ++(done ? sent : send_errors);
}

bool ProbeSender::State::send_by_route(const ProbePacket& packet, const Ip6& destination) const {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    std::memcpy(&to.sin6_addr, destination.bytes.data(), 16);
    return sendto(raw.get(), packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                  sizeof to) >= 0;
}

bool ProbeSender::State::send_over_link(const ProbePacket& packet, const NextHop& hop) const {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETH_P_IPV6);
    to.sll_ifindex = static_cast<int>(hop.interface_index);
    to.sll_halen = static_cast<unsigned char>(hop.destination_mac.size());
    std::copy(hop.destination_mac.begin(), hop.destination_mac.end(), to.sll_addr);
    return hop.interface_index != 0 && sendto(link.get(), packet.data(), packet.size(), 0,
                                              reinterpret_cast<const sockaddr*>(&to), sizeof to) >= 0;
}

void ProbeSender::State::send_due() {
    const MonoTime now = clock.now();
    for (auto& [ssid, session] : sessions) {
        const bool changed = session.stamp.expire(now);
        if (changed) {
            publish(session);
        }
        if (session.stamp.next_send() <= now) {
            send_probe(ssid, session, now);
        }
    }
}

int ProbeSender::State::wait_ms() const {
    Duration least = std::chrono::milliseconds(500);
    const MonoTime now = clock.now();
    for (const auto& [ssid, session] : sessions) {
        least = std::min(least, session.stamp.next_send() - now);
    }
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(least, Duration{0}));
    return static_cast<int>(ms.count());
}

void ProbeSender::State::run() {
    is_realtime = make_thread_realtime();
    for (;;) {
        pollfd wait[2] = {{udp.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
        (void)poll(wait, 2, wait_ms());
        if (wait[1].revents != 0 && !take_orders()) {
            return;
        }
        // Answers before misses: what waited in the socket while we waited for CPU did arrive.
        read_answers();
        send_due();
    }
}

ProbeSender::ProbeSender(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<std::unique_ptr<ProbeSender>> ProbeSender::open(const ProbeConfig& config, Mailbox<ProbeResult>& out) {
    auto state = std::make_unique<State>(config, out);
    SL_TRY(state->udp, open_stamp_socket(Endpoint{config.source, 0, {}}));
    state->port = local_port(state->udp);
    state->raw = SocketFd(socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW));
    // Protocol 0: it sends and is never handed a packet.
    state->link = SocketFd(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    state->wake = SocketFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (state->raw.get() < 0 || state->link.get() < 0 || state->wake.get() < 0) {
        return errno_error(Errc::kKernel, "raw sockets of the prober");
    }
    state->thread = std::thread([raw = state.get()] { raw->run(); });
    return std::unique_ptr<ProbeSender>(new ProbeSender(std::move(state)));
}

ProbeSender::~ProbeSender() {
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->poke();
    state_->thread.join();
}

void ProbeSender::set_targets(std::vector<ProbeTarget> targets) {
    {
        std::lock_guard lock(state_->mutex);
        state_->next_targets = std::move(targets);
    }
    state_->poke();
}

ProbeCounters ProbeSender::counters() const {
    return {state_->sent,    state_->received, state_->send_errors, state_->strays,
            state_->targets, state_->interval, state_->is_realtime};
}

} // namespace suanlu
