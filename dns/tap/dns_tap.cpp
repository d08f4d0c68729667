// SPDX-License-Identifier: Apache-2.0
#include "dns/tap/dns_tap.hpp"

#include <chrono>

#include "core/support/log.hpp"

namespace suanlu::dns {

namespace {

/// Frames that go out by one call.
constexpr std::size_t kBatch = 64;
/// Nobody wakes the writer: that would cost those who answer a system call.
constexpr auto kRest = std::chrono::milliseconds(20);
constexpr auto kBetweenAttempts = std::chrono::seconds(1);

TapMoment now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
    return {static_cast<std::uint64_t>(seconds.count()), static_cast<std::uint32_t>(rest.count())};
}

} // namespace

DnsTap::Line::Line(const TapConfig& config, std::string identity, std::optional<Endpoint> server)
    : config_(config), identity_(std::move(identity)), server_(std::move(server)), queue_(config.queue) {
}

void DnsTap::Line::saw(ByteView query, ByteView answer, const Asker& asker, std::uint16_t port) {
    const TapSocket socket{asker.source, port, asker.transport, server_};
    const TapMoment when = now();
    if (config_.has_queries && !query.empty()) {
        put(TapKind::kQuery, socket, when, query);
    }
    if (config_.has_answers && !answer.empty()) {
        put(TapKind::kAnswer, socket, when, answer);
    }
}

void DnsTap::Line::put(TapKind kind, const TapSocket& socket, TapMoment when, ByteView message) {
    if (!queue_.push(tap_frame(identity_, kind, socket, when, message))) {
        queue_full_.fetch_add(1, std::memory_order_relaxed);
    }
}

Result<std::unique_ptr<DnsTap>> DnsTap::open(TapConfig config) {
    std::unique_ptr<DnsTap> tap(new DnsTap(std::move(config)));
    if (!tap->config_.file.empty()) {
        SL_TRY(FrameStream file, FrameStream::to_file(tap->config_.file));
        tap->stream_ = std::move(file);
    }
    return tap;
}

DnsTap::~DnsTap() {
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
        }
        stopped_.notify_all();
        thread_.join();
    }
}

DnsTap::Line& DnsTap::add_line(const std::string& identity, std::optional<Endpoint> server) {
    return *lines_.emplace_back(std::make_unique<Line>(config_, identity, std::move(server)));
}

void DnsTap::start() {
    thread_ = std::thread([this] { run(); });
}

void DnsTap::run() {
    for (;;) {
        (void)is_connected(); // a reader that is there is met before the first frame
        bool had_frames = false;
        for (const auto& line : lines_) {
            had_frames = forward(*line) || had_frames;
        }
        std::unique_lock lock(mutex_);
        if (!had_frames &&
            (is_stopping_ || stopped_.wait_for(lock, kRest, [this] { return is_stopping_; }))) {
            break;
        }
    }
    // What came between the last look and the end.
    for (const auto& line : lines_) {
        while (forward(*line)) {
        }
    }
    stream_.reset();
}

bool DnsTap::forward(Line& line) {
    std::vector<Bytes> frames;
    while (frames.size() < kBatch) {
        std::optional<Bytes> frame = line.queue_.pop();
        if (!frame) {
            break;
        }
        frames.push_back(*std::move(frame));
    }
    if (!frames.empty()) {
        (write(frames) ? written_ : unsent_).fetch_add(frames.size(), std::memory_order_relaxed);
    }
    return !frames.empty();
}

bool DnsTap::write(const std::vector<Bytes>& frames) {
    if (!is_connected()) {
        return false;
    }
    const bool is_written = stream_->write(frames);
    if (!is_written) {
        log_warn("dns.tap-lost", {{"to", config_.socket + config_.file}});
        stream_.reset();
        next_attempt_ = std::chrono::steady_clock::now() + kBetweenAttempts;
    }
    return is_written;
}

/// A file that could not be written to is not begun again: that would replace what is in it.
bool DnsTap::is_connected() {
    if (stream_ || config_.socket.empty() || std::chrono::steady_clock::now() < next_attempt_) {
        return stream_.has_value();
    }
    auto opened = FrameStream::to_socket(config_.socket);
    if (opened) {
        log_info("dns.tap-connected", {{"to", config_.socket}});
        stream_ = *std::move(opened);
    } else {
        next_attempt_ = std::chrono::steady_clock::now() + kBetweenAttempts;
    }
    return stream_.has_value();
}

TapCounters DnsTap::counters() const {
    TapCounters out{written_, 0, unsent_};
    for (const auto& line : lines_) {
        out.queue_full += line->queue_full_;
    }
    return out;
}

} // namespace suanlu::dns
