// SPDX-License-Identifier: Apache-2.0
// dns-echo: the least that a DNS server over UDP can do, as the yardstick of tests/bench/run dns: recvmmsg,
// the question back with one A record behind it, sendmmsg. One thread, no look at the question but for its
// end. Started as `dns-echo ADDRESS PORT`.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t kBatch = 32;
constexpr std::size_t kMostBytes = 1500;
constexpr std::size_t kLongestName = 255; // RFC 1035 section 2.3.4
constexpr int kSocketBytes = 1 << 22;
/// The name at offset 12, A, IN, 30 s, 192.0.2.1.
constexpr std::array<unsigned char, 16> kRecord{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 1};

/// Length of the answer; 0 = no query.
std::size_t answer(unsigned char* bytes, std::size_t size) {
    std::size_t at = 12;
    while (at < size && bytes[at] != 0 && at < 12 + kLongestName) {
        at += std::size_t{bytes[at]} + 1;
    }
    at += 5;
    if (at > size || at + kRecord.size() > kMostBytes) {
        return 0;
    }
    bytes[2] |= 0x84; // QR, AA
    bytes[7] = 1;     // one answer
    bytes[11] = 0;    // no OPT
    std::memcpy(bytes + at, kRecord.data(), kRecord.size());
    return at + kRecord.size();
}

void serve(int fd) {
    static std::array<std::array<unsigned char, kMostBytes>, kBatch> bytes;
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> vectors{};
    std::array<sockaddr_in, kBatch> peers{};
    for (;;) {
        for (std::size_t i = 0; i < kBatch; ++i) {
            vectors[i] = {bytes[i].data(), kMostBytes};
            headers[i].msg_hdr = {&peers[i], sizeof(peers[i]), &vectors[i], 1, nullptr, 0, 0};
        }
        const int count = ::recvmmsg(fd, headers.data(), kBatch, MSG_WAITFORONE, nullptr);
        for (int i = 0; i < count; ++i) {
            const auto k = static_cast<std::size_t>(i);
            vectors[k].iov_len = answer(bytes[k].data(), headers[k].msg_len);
        }
        for (int done = 0; done < count;) {
            const int sent = ::sendmmsg(fd, headers.data() + done, static_cast<unsigned>(count - done), 0);
            done += sent > 0 ? sent : 1;
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: dns-echo ADDRESS PORT\n", stderr);
        return 2;
    }
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kSocketBytes, sizeof(kSocketBytes));
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &kSocketBytes, sizeof(kSocketBytes));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (::inet_pton(AF_INET, argv[1], &at.sin_addr) != 1 ||
        ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0) {
        std::perror("dns-echo");
        return 1;
    }
    serve(fd);
}
