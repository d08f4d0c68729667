// SPDX-License-Identifier: Apache-2.0
// Both ends of the reaction benchmark. `send` emits TCP SYNs at a fixed pace, every one a new 5-tuple, with
// the low 32 bits of its send time (CLOCK_REALTIME, microseconds) as sequence number; `sink` writes one line
// per SYN that arrives: kernel receive timestamp in ns and the send time it carries. Usage:
//   syn-clock send INTERFACE DST_MAC SRC_ADDR DST_ADDR PORT INTERVAL_US COUNT
//   syn-clock sink INTERFACE PORT FILE          (until SIGTERM)
// The sink keeps to the kernel's timestamp (SO_TIMESTAMPNS), so its own scheduling does not count.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "core/model/ip6.hpp"

namespace {

using suanlu::Ip6;

volatile std::sig_atomic_t stopped = 0;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(3);
}

std::uint64_t realtime_ns() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

int open_packet_socket(const char* interface) {
    const int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IPV6));
    sockaddr_ll where{};
    where.sll_family = AF_PACKET;
    where.sll_protocol = htons(ETH_P_IPV6);
    where.sll_ifindex = static_cast<int>(if_nametoindex(interface));
    if (fd < 0 || where.sll_ifindex == 0 ||
        bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        fail(interface);
    }
    return fd;
}

struct [[gnu::packed]] SynFrame {
    ether_header ethernet;
    ip6_hdr ip;
    tcphdr tcp;
};

std::uint16_t tcp_checksum(const SynFrame& frame) {
    std::uint32_t sum = sizeof frame.tcp + IPPROTO_TCP; // pseudo header: length and next header
    std::array<std::uint16_t, 16 + sizeof(tcphdr) / 2> words{};
    std::memcpy(words.data(), &frame.ip.ip6_src, 32);
    std::memcpy(words.data() + 16, &frame.tcp, sizeof frame.tcp);
    for (const std::uint16_t word : words) {
        sum += ntohs(word);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return htons(static_cast<std::uint16_t>(~sum));
}

SynFrame first_frame(int fd, char** arguments) {
    SynFrame frame{};
    ifreq request{};
    std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", arguments[0]);
    if (ioctl(fd, SIOCGIFHWADDR, &request) != 0) {
        fail("SIOCGIFHWADDR");
    }
    std::memcpy(frame.ethernet.ether_shost, request.ifr_hwaddr.sa_data, ETH_ALEN);
    unsigned mac[6] = {};
    if (std::sscanf(arguments[1], "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
                    &mac[5]) != 6) {
        fail("bad MAC address");
    }
    for (int i = 0; i < 6; ++i) {
        frame.ethernet.ether_dhost[i] = static_cast<std::uint8_t>(mac[i]);
    }
    frame.ethernet.ether_type = htons(ETHERTYPE_IPV6);
    const auto source = Ip6::parse(arguments[2]);
    const auto destination = Ip6::parse(arguments[3]);
    if (!source || !destination) {
        fail("bad address");
    }
    frame.ip.ip6_flow = htonl(6U << 28);
    frame.ip.ip6_plen = htons(sizeof frame.tcp);
    frame.ip.ip6_nxt = IPPROTO_TCP;
    frame.ip.ip6_hlim = 64;
    std::memcpy(&frame.ip.ip6_src, source->bytes.data(), 16);
    std::memcpy(&frame.ip.ip6_dst, destination->bytes.data(), 16);
    frame.tcp.th_dport = htons(static_cast<std::uint16_t>(std::atoi(arguments[4])));
    frame.tcp.th_off = sizeof frame.tcp / 4;
    frame.tcp.th_flags = TH_SYN;
    frame.tcp.th_win = htons(1024);
    return frame;
}

int send_syns(char** arguments) {
    const int fd = open_packet_socket(arguments[0]);
    SynFrame frame = first_frame(fd, arguments);
    const auto interval_ns = static_cast<std::uint64_t>(std::atoll(arguments[5])) * 1000;
    const auto count = static_cast<std::uint64_t>(std::atoll(arguments[6]));
    timespec next{};
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (std::uint64_t n = 0; n < count && stopped == 0; ++n) {
        // Source port and the low bytes of the source address together make every 5-tuple new.
        frame.tcp.th_sport = htons(static_cast<std::uint16_t>(1024 + n % 60000));
        const std::uint16_t client = htons(static_cast<std::uint16_t>(16 + n / 60000));
        std::memcpy(reinterpret_cast<std::uint8_t*>(&frame.ip.ip6_src) + 14, &client, 2);
        frame.tcp.th_seq = htonl(static_cast<std::uint32_t>(realtime_ns() / 1000));
        frame.tcp.th_sum = 0;
        frame.tcp.th_sum = tcp_checksum(frame);
        if (send(fd, &frame, sizeof frame, 0) < 0 && errno != ENOBUFS) {
            fail("send");
        }
        next.tv_nsec += static_cast<long>(interval_ns);
        next.tv_sec += next.tv_nsec / 1'000'000'000;
        next.tv_nsec %= 1'000'000'000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    }
    return 0;
}

std::uint64_t kernel_timestamp_ns(msghdr& message) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            timespec stamp{};
            std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
            return static_cast<std::uint64_t>(stamp.tv_sec) * 1'000'000'000U +
                   static_cast<std::uint64_t>(stamp.tv_nsec);
        }
    }
    return 0;
}

int sink_syns(char** arguments) {
    const int fd = open_packet_socket(arguments[0]);
    const int on = 1;
    const int bytes = 32 << 20;
    const timeval wake{0, 200'000};
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof wake);
    const std::uint16_t port = htons(static_cast<std::uint16_t>(std::atoi(arguments[1])));
    std::FILE* out = std::fopen(arguments[2], "w");
    if (out == nullptr) {
        fail(arguments[2]);
    }
    std::setvbuf(out, nullptr, _IOLBF, 0); // whole lines, whatever ends this process
    while (stopped == 0) {
        SynFrame frame{};
        std::array<char, 256> control{};
        iovec part{&frame, sizeof frame};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t got = recvmsg(fd, &message, 0);
        if (got < static_cast<ssize_t>(sizeof frame) || frame.ip.ip6_nxt != IPPROTO_TCP ||
            frame.tcp.th_dport != port || frame.tcp.th_flags != TH_SYN) {
            continue;
        }
        std::fprintf(out, "%llu %u\n", static_cast<unsigned long long>(kernel_timestamp_ns(message)),
                     ntohl(frame.tcp.th_seq));
    }
    return std::fclose(out);
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGTERM, [](int) { stopped = 1; });
    std::signal(SIGINT, [](int) { stopped = 1; });
    if (argc == 9 && std::string(argv[1]) == "send") {
        return send_syns(argv + 2);
    }
    if (argc == 5 && std::string(argv[1]) == "sink") {
        return sink_syns(argv + 2);
    }
    std::fprintf(stderr, "usage: syn-clock send INTERFACE DST_MAC SRC DST PORT INTERVAL_US COUNT | sink "
                         "INTERFACE PORT FILE\n");
    return 2;
}
