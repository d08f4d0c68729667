// SPDX-License-Identifier: Apache-2.0
#include "dns/udp/udp_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "dns/answer/proxy_header.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kBatch = kMostBatch;
/// Queries are small; a longer one is cut by the kernel and then malformed.
constexpr std::size_t kMostQueryBytes = 1500;
constexpr int kReceiveBuffer = 4 << 20;
/// More than the buffer takes: the end comes under a flood, too.
constexpr int kMostBatchesLeft = 1024;

class Socket {
public:
    explicit Socket(int fd) : fd_(fd) {}
    ~Socket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int fd() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    bool set(int level, int option, int value) const {
        return ::setsockopt(fd_, level, option, &value, sizeof value) == 0;
    }

private:
    int fd_;
};

Error socket_error(const Endpoint& listen, const char* what) {
    return {Errc::kUnreachable, listen.text() + ": " + what + ": " + std::strerror(errno)};
}

/// IPv4 addresses get an IPv4 socket of their own: a v6-only socket then takes no mapped ones.
socklen_t address_of(const Endpoint& listen, sockaddr_storage& out) {
    std::memset(&out, 0, sizeof out);
    if (listen.address.is_mapped_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(out);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(listen.port);
        std::memcpy(&v4.sin_addr, listen.address.bytes.data() + 12, 4);
        return sizeof v4;
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(listen.port);
    std::memcpy(&v6.sin6_addr, listen.address.bytes.data(), 16);
    return sizeof v6;
}

std::uint16_t port_of(const sockaddr_storage& address) {
    return ntohs(address.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                                              : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
}

Ip6 source_of(const sockaddr_storage& address) {
    Ip6 out;
    if (address.ss_family == AF_INET) {
        out.bytes[10] = out.bytes[11] = 0xff;
        std::memcpy(out.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    } else {
        std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
    }
    return out;
}

/// The answer leaves from the address that was asked, by the route to the client: where paths are asymmetric
/// that is another interface than the query's. Link-local addresses mean nothing without theirs.
void forget_interface(msghdr& head) {
    for (cmsghdr* data = CMSG_FIRSTHDR(&head); data != nullptr; data = CMSG_NXTHDR(&head, data)) {
        if (data->cmsg_level == IPPROTO_IP && data->cmsg_type == IP_PKTINFO) {
            reinterpret_cast<in_pktinfo*>(CMSG_DATA(data))->ipi_ifindex = 0;
        } else if (data->cmsg_level == IPPROTO_IPV6 && data->cmsg_type == IPV6_PKTINFO) {
            auto& info = *reinterpret_cast<in6_pktinfo*>(CMSG_DATA(data));
            info.ipi6_ifindex = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
        }
    }
}

} // namespace

bool is_any(const Ip6& address) {
    Ip6 any_v4;
    any_v4.bytes[10] = any_v4.bytes[11] = 0xff;
    return address.is_zero() || address == any_v4;
}

/// Buffers of one batch. Control data of a query (which address it was for) goes back but for the interface.
/// A socket of one address has none: the kernel knows where its answers leave from.
struct UdpWorker::Batch {
    explicit Batch(bool is_one_address) : control_bytes(is_one_address ? 0 : sizeof control[0]) {
        prepare(kBatch);
    }

    std::array<std::array<std::uint8_t, kMostQueryBytes>, kBatch> queries;
    std::array<std::array<std::uint8_t, kMostUdpBytes>, kBatch> answers;
    std::array<sockaddr_storage, kBatch> sources;
    alignas(cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))>, kBatch> control;
    std::array<iovec, kBatch> in;
    std::array<iovec, kBatch> out;
    std::array<mmsghdr, kBatch> received;
    std::array<mmsghdr, kBatch> sent;
    std::array<UdpExchange, kBatch> exchanges;
    /// By exchange: which query it is of.
    std::array<std::size_t, kBatch> query_of;
    std::size_t control_bytes;

    void prepare(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            in[i] = {queries[i].data(), queries[i].size()};
            received[i].msg_hdr = {&sources[i],       sizeof sources[i], &in[i], 1,
                                   control[i].data(), control_bytes,     0};
        }
    }
};

UdpWorker::UdpWorker(int socket, std::uint16_t port, bool is_one_address, SnapshotExchange& exchange,
                     std::size_t reader)
    : socket_(socket), port_(port), is_one_address_(is_one_address), exchange_(exchange),
      reader_(exchange.reader(reader)) {
}

UdpWorker::~UdpWorker() {
    stop();
    ::close(socket_);
}

Result<std::unique_ptr<UdpWorker>> UdpWorker::open(const Endpoint& listen, SnapshotExchange& exchange,
                                                   std::size_t reader) {
    sockaddr_storage address;
    socklen_t size = address_of(listen, address);
    const bool is_v4 = address.ss_family == AF_INET;
    const bool is_one_address = !is_any(listen.address);
    Socket socket(::socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.fd() < 0 || !socket.set(SOL_SOCKET, SO_REUSEPORT, 1) ||
        !(is_v4 || socket.set(IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
        !(is_one_address ||
          (is_v4 ? socket.set(IPPROTO_IP, IP_PKTINFO, 1) : socket.set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)))) {
        return socket_error(listen, "socket");
    }
    // No fragments, here or by a router, and nothing that ICMP says of a path makes an answer smaller (RFC
    // 9715 section 3.1). DF also spares the kernel an IP identification for each answer. A larger buffer is a
    // wish: beyond net.core.rmem_max it takes CAP_NET_ADMIN, and without it a burst of a few hundred queries
    // fills the buffer.
    (void)(is_v4 ? socket.set(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE)
                 : socket.set(IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT));
    (void)(socket.set(SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer) ||
           socket.set(SOL_SOCKET, SO_RCVBUF, kReceiveBuffer));
    if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return socket_error(listen, "bind");
    }
    return std::unique_ptr<UdpWorker>(
        new UdpWorker(socket.release(), port_of(address), is_one_address, exchange, reader));
}

void UdpWorker::start() {
    thread_ = std::thread([this] { run(); });
}

/// A connected socket gets what its peer sends and nothing else: the kernel passes it over when it chooses
/// one of the address (SO_REUSEPORT). The peer is a port at which nobody listens.
void UdpWorker::retire() {
    constexpr std::uint16_t kDiscard = 9;
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&peer), &size) == 0) {
        (peer.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(peer).sin_port
                                   : reinterpret_cast<sockaddr_in6&>(peer).sin6_port) = htons(kDiscard);
        (void)::connect(socket_, reinterpret_cast<const sockaddr*>(&peer), size);
    }
}

void UdpWorker::stop() {
    if (thread_.joinable()) {
        is_stopping_.store(true, std::memory_order_relaxed);
        // Ends a wait in recvmmsg, this one and all to come; of a socket without a peer Linux says ENOTCONN
        // too.
        (void)::shutdown(socket_, SHUT_RD);
        thread_.join();
    }
}

void UdpWorker::run() {
    const auto batch = std::make_unique<Batch>(is_one_address_);
    while (!is_stopping_.load(std::memory_order_relaxed)) {
        reader_.leave();
        // Waits for the first, then takes what is there: one call for a batch, under load as at rest.
        const int count = ::recvmmsg(socket_, batch->received.data(), kBatch, MSG_WAITFORONE, nullptr);
        if (count > 0) {
            serve(*batch, static_cast<std::size_t>(count));
        } // else the error of an earlier answer, which the call took off the socket, or the end
    }
    for (int left = kMostBatchesLeft; left > 0; --left) { // what came before the end
        const int count = ::recvmmsg(socket_, batch->received.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (count <= 0) {
            break;
        }
        serve(*batch, static_cast<std::size_t>(count));
    }
}

void UdpWorker::serve(Batch& batch, std::size_t count) {
    const Snapshot& snapshot = reader_.take(exchange_);
    const std::span<UdpExchange> exchanges = read(batch, count, snapshot.options().fronts);
    respond_batch(snapshot, exchanges, counters_);
    if (tap_ != nullptr) {
        show(batch, exchanges);
    }
    unsigned answers = 0;
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
        if (exchanges[i].answered > 0) {
            batch.out[answers] = {exchanges[i].out.data(), exchanges[i].answered};
            msghdr& head = batch.sent[answers].msg_hdr;
            head = batch.received[batch.query_of[i]].msg_hdr;
            head.msg_iov = &batch.out[answers++];
            head.msg_flags = 0;
            forget_interface(head);
        }
    }
    send(batch, answers);
    traffic_.queries.fetch_add(count, std::memory_order_relaxed);
    traffic_.answers.fetch_add(answers, std::memory_order_relaxed);
    batch.prepare(count);
}

/// What is to be answered of the messages that came.
std::span<UdpExchange> UdpWorker::read(Batch& batch, std::size_t count, const std::vector<Prefix6>& fronts) {
    const Moment now = Moment::coarse();
    std::size_t exchanges = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t size =
            port_of(batch.sources[i]) == 0 ? 0 : batch.received[i].msg_len; // nobody listens at port 0
        ByteView bytes(batch.queries[i].data(), size);
        Asker asker{source_of(batch.sources[i]), DnsTransport::kUdp, now};
        if (!fronts.empty() && !take_proxy_header(fronts, bytes, asker.source)) {
            counters_.add(QueryFault::kProxyHeader);
            continue;
        }
        batch.query_of[exchanges] = i;
        batch.exchanges[exchanges++] = {bytes, asker, batch.answers[i]};
    }
    return {batch.exchanges.data(), exchanges};
}

/// Of a client behind a front the port is not known here.
void UdpWorker::show(const Batch& batch, std::span<const UdpExchange> exchanges) {
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
        const auto& [query, asker, out, answered] = exchanges[i];
        const sockaddr_storage& source = batch.sources[batch.query_of[i]];
        tap_->saw(query, ByteView(out).first(answered), asker,
                  asker.source == source_of(source) ? port_of(source) : std::uint16_t{0});
    }
}

void UdpWorker::send(Batch& batch, unsigned answers) {
    unsigned done = 0;
    while (done < answers) {
        const int sent = ::sendmmsg(socket_, batch.sent.data() + done, answers - done, 0);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            traffic_.send_failures.fetch_add(1, std::memory_order_relaxed);
            ++done; // the first one cannot go; the others may
            continue;
        }
        done += static_cast<unsigned>(sent);
    }
}

} // namespace suanlu::dns
