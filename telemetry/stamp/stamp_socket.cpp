// SPDX-License-Identifier: Apache-2.0
#include "telemetry/stamp/stamp_socket.hpp"

#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace suanlu {

namespace {

/// Above every ordinary thread, below the kernel's own at 50.
constexpr int kFifoPriority = 20;

std::chrono::nanoseconds to_nanoseconds(const timespec& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

socklen_t fill_address(const Endpoint& from, sockaddr_storage& to) {
    if (from.address.is_mapped_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(to);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(from.port);
        std::memcpy(&v4.sin_addr, from.address.bytes.data() + 12, 4);
        return sizeof(sockaddr_in);
    }
    auto& v6 = reinterpret_cast<sockaddr_in6&>(to);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(from.port);
    std::memcpy(&v6.sin6_addr, from.address.bytes.data(), 16);
    return sizeof(sockaddr_in6);
}

bool set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

void read_control(msghdr& message, Datagram& out) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        const std::size_t length = c->cmsg_len - CMSG_LEN(0);
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPING && length >= sizeof(timespec)) {
            timespec software{};
            std::memcpy(&software, CMSG_DATA(c), sizeof software);
            if (software.tv_sec != 0) {
                out.received = to_nanoseconds(software);
            }
        }
        const bool is_hops = (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT) ||
                             (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL);
        if (is_hops && length >= sizeof(int)) {
            int hops = 0;
            std::memcpy(&hops, CMSG_DATA(c), sizeof hops);
            out.hop_limit = static_cast<std::uint8_t>(hops);
        }
    }
}

} // namespace

SocketFd& SocketFd::operator=(SocketFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

SocketFd::~SocketFd() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

Error errno_error(Errc code, const std::string& what) {
    return Error{code, what + ": " + std::strerror(errno)};
}

Result<SocketFd> open_stamp_socket(const Endpoint& local) {
    if (local.is_unix()) {
        return Error{Errc::kBadInput, "STAMP needs an IP address, not " + local.text()};
    }
    const bool is_v4 = local.address.is_mapped_v4();
    SocketFd socket(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        return errno_error(Errc::kKernel, "UDP socket");
    }
    const int fd = socket.get();
    const bool options =
        (is_v4 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
        set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
        set_option(fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1) &&
        set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
    if (!options) {
        return errno_error(Errc::kKernel, "options of the STAMP socket");
    }
    sockaddr_storage address{};
    const socklen_t length = fill_address(local, address);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        return errno_error(Errc::kUnreachable, "bind " + local.text());
    }
    return socket;
}

std::uint16_t local_port(const SocketFd& socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return 0;
    }
    return address.ss_family == AF_INET ? ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port)
                                        : ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
}

bool receive(const SocketFd& socket, Datagram& out) {
    alignas(cmsghdr) char control[256];
    iovec part{out.bytes.data(), out.bytes.size()};
    msghdr message{};
    message.msg_name = &out.peer;
    message.msg_namelen = sizeof out.peer;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got = -1;
    // An ICMP error of an earlier datagram is reported by the next call; it says nothing about this one.
    for (int attempt = 0; attempt < 8 && got < 0; ++attempt) {
        got = recvmsg(socket.get(), &message, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return false;
        }
    }
    if (got < 0) {
        return false;
    }
    out.length = static_cast<std::size_t>(got);
    out.peer_length = message.msg_namelen;
    out.hop_limit = 0;
    out.received = wall_now();
    read_control(message, out);
    return true;
}

std::chrono::nanoseconds wall_now() {
    timespec t{};
    clock_gettime(CLOCK_REALTIME, &t);
    return to_nanoseconds(t);
}

bool make_thread_realtime() {
    sched_param parameter{};
    parameter.sched_priority = kFifoPriority;
    return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) == 0;
}

} // namespace suanlu
