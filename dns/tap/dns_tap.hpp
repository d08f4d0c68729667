// SPDX-License-Identifier: Apache-2.0
// dnstap: every query and answer as a frame to a reader at a unix socket, or into a file. The threads that
// answer put frames into a bounded queue each, and never wait; a thread of the tap's own writes them. Without
// a reader, or with one that is too slow, frames are left out and counted, and the socket is tried again
// every second.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "dns/answer/query_tap.hpp"
#include "dns/tap/frame_queue.hpp"
#include "dns/tap/frame_stream_client.hpp"
#include "dns/tap/tap_codec.hpp"

namespace suanlu::dns {

struct TapConfig {
    /// One of them.
    std::string socket;
    std::string file;
    bool has_queries = true;
    bool has_answers = true;
    /// Frames that may wait for the writer, per thread that answers.
    std::size_t queue = 8192;
};

struct TapCounters {
    std::uint64_t written = 0;
    /// The queue of a thread was full.
    std::uint64_t queue_full = 0;
    /// There was no reader, or it went away.
    std::uint64_t unsent = 0;
};

class DnsTap {
public:
    /// Of one thread that answers.
    class Line final : public QueryTap {
    public:
        Line(const TapConfig& config, std::string identity, std::optional<Endpoint> server);
        void saw(ByteView query, ByteView answer, const Asker& asker, std::uint16_t port) override;

    private:
        friend class DnsTap;
        void put(TapKind kind, const TapSocket& socket, TapMoment when, ByteView message);

        const TapConfig& config_;
        std::string identity_;
        std::optional<Endpoint> server_;
        FrameQueue queue_;
        std::atomic<std::uint64_t> queue_full_{0};
    };

    /// A file is opened at once, kUnreachable when that fails; a socket may get its reader later.
    static Result<std::unique_ptr<DnsTap>> open(TapConfig config);
    /// After the threads that answer: writes what waits and ends.
    ~DnsTap();
    DnsTap(const DnsTap&) = delete;
    DnsTap& operator=(const DnsTap&) = delete;

    /// Before `start`. `server`: the address that is asked.
    Line& add_line(const std::string& identity, std::optional<Endpoint> server);
    void start();
    [[nodiscard]] TapCounters counters() const;

private:
    explicit DnsTap(TapConfig config) : config_(std::move(config)) {}
    void run();
    /// Some frames of one line; false when none waited.
    bool forward(Line& line);
    bool write(const std::vector<Bytes>& frames);
    bool is_connected();

    const TapConfig config_;
    std::vector<std::unique_ptr<Line>> lines_;
    // The thread's own.
    std::optional<FrameStream> stream_;
    std::chrono::steady_clock::time_point next_attempt_{};

    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> unsent_{0};
    std::mutex mutex_; ///< guards is_stopping_
    std::condition_variable stopped_;
    bool is_stopping_ = false;
    std::thread thread_;
};

} // namespace suanlu::dns
