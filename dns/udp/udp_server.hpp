// SPDX-License-Identifier: Apache-2.0
// DNS by UDP: one thread and one socket per worker and address, SO_REUSEPORT between them, recvmmsg and
// sendmmsg of 32. Answers leave from the address that was asked. A worker shares nothing but the snapshot.
// Failures of the socket are counted; the thread goes on.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "core/support/endpoint.hpp"
#include "dns/answer/query_tap.hpp"
#include "dns/answer/respond_batch.hpp"
#include "dns/answer/snapshot_exchange.hpp"

namespace suanlu::dns {

/// Of one worker; anybody reads.
struct UdpCounters {
    std::atomic<std::uint64_t> queries{0};
    std::atomic<std::uint64_t> answers{0};
    /// The kernel took fewer answers than there were: its buffer was full, or the address unreachable.
    std::atomic<std::uint64_t> send_failures{0};
};

/// "0.0.0.0" or "::": which address of the machine was asked, each packet has to say.
bool is_any(const Ip6& address);

class UdpWorker {
public:
    /// Binds at once. kUnreachable with the address when that fails.
    static Result<std::unique_ptr<UdpWorker>> open(const Endpoint& listen, SnapshotExchange& exchange,
                                                   std::size_t reader);
    ~UdpWorker();
    UdpWorker(const UdpWorker&) = delete;
    UdpWorker& operator=(const UdpWorker&) = delete;

    /// Before `start`; must outlive the worker.
    void set_tap(QueryTap& tap) { tap_ = &tap; }
    void start();
    /// From now on queries go to the other sockets of the address, those of a successor. Before `stop`.
    void retire();
    /// Ends the thread; queries that came until `retire` are answered.
    void stop();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const RespondCounters& counters() const { return counters_; }
    [[nodiscard]] const UdpCounters& traffic() const { return traffic_; }

private:
    struct Batch;
    UdpWorker(int socket, std::uint16_t port, bool is_one_address, SnapshotExchange& exchange,
              std::size_t reader);
    void run();
    void serve(Batch& batch, std::size_t count);
    std::span<UdpExchange> read(Batch& batch, std::size_t count, const std::vector<Prefix6>& fronts);
    void show(const Batch& batch, std::span<const UdpExchange> exchanges);
    void send(Batch& batch, unsigned answers);

    int socket_;
    std::atomic<bool> is_stopping_{false};
    std::uint16_t port_;
    bool is_one_address_;
    SnapshotExchange& exchange_;
    SnapshotExchange::Reader& reader_;
    RespondCounters counters_;
    UdpCounters traffic_;
    /// Null = nobody looks on.
    QueryTap* tap_ = nullptr;
    std::thread thread_;
};

} // namespace suanlu::dns
