// SPDX-License-Identifier: Apache-2.0
// Socket plumbing that sender and reflector share: a UDP socket with kernel receive timestamps and hop
// limits, and the priority of a probing thread. Used by one thread at a time. Failures are Results with
// errno's text.
#pragma once

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "core/support/endpoint.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// A file descriptor that closes itself.
class SocketFd {
public:
    SocketFd() = default;
    explicit SocketFd(int fd) : fd_(fd) {}
    SocketFd(SocketFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    SocketFd& operator=(SocketFd&& other) noexcept;
    ~SocketFd();
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_ = -1;
};

Error errno_error(Errc code, const std::string& what);

/// Non-blocking, v6 only for v6 addresses, software receive timestamps and hop limits on.
Result<SocketFd> open_stamp_socket(const Endpoint& local);
/// The port the socket got.
std::uint16_t local_port(const SocketFd& socket);

struct Datagram {
    sockaddr_storage peer{};
    socklen_t peer_length = 0;
    std::array<std::uint8_t, 2048> bytes{};
    std::size_t length = 0;
    /// CLOCK_REALTIME of the kernel's receive path, or of the call when the kernel gave none.
    std::chrono::nanoseconds received{0};
    std::uint8_t hop_limit = 0;

    [[nodiscard]] std::span<const std::uint8_t> span() const { return {bytes.data(), length}; }
};

/// False: nothing waits (or the datagram could not be read).
bool receive(const SocketFd& socket, Datagram& out);

/// CLOCK_REALTIME now.
std::chrono::nanoseconds wall_now();

/// SCHED_FIFO for the calling thread; false when not permitted (the thread goes on at ordinary priority).
bool make_thread_realtime();

} // namespace suanlu
