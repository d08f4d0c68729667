// SPDX-License-Identifier: Apache-2.0
#include "core/support/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <mutex>

#include "core/support/clock.hpp"

namespace suanlu {

namespace {

// More than this many lines of one event in a second are counted instead of written.
constexpr int kLinesPerEventPerSecond = 20;

struct EventRate {
    MonoTime window_start;
    int lines = 0;
    std::uint64_t folded = 0;
};

class RateLimit {
public:
    /// True: write the line; `repeated` tells how many were folded before it.
    bool admit(const std::string& event, std::uint64_t& repeated) {
        std::lock_guard lock(mutex_);
        EventRate& rate = rates_[event];
        const MonoTime now = clock_.now();
        if (now - rate.window_start > std::chrono::seconds(1)) {
            rate.window_start = now;
            rate.lines = 0;
        }
        if (++rate.lines > kLinesPerEventPerSecond) {
            ++rate.folded;
            return false;
        }
        repeated = std::exchange(rate.folded, 0);
        return true;
    }

private:
    std::mutex mutex_;
    std::map<std::string, EventRate> rates_; // keyed by event names in the source, so it is bounded
    SteadyClock clock_;
};

RateLimit& rate_limit() {
    static RateLimit limit;
    return limit;
}

bool needs_quotes(std::string_view value) {
    return value.empty() || value.find_first_of(" =\"\\\n\r\t") != std::string_view::npos;
}

void append_value(std::string& out, std::string_view value) {
    if (!needs_quotes(value)) {
        out += value;
        return;
    }
    out += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace

LogField::LogField(std::string_view k, double v) : key(k), value(fmt::format("{:g}", v)) {
}

std::string log_line(std::string_view event, LogFields fields) {
    std::string out = "event=";
    out += event;
    for (const LogField& field : fields) {
        out += ' ';
        out += field.key;
        out += '=';
        append_value(out, field.value);
    }
    return out;
}

void log_open(std::string_view program, LogLevel least) {
    auto logger = spdlog::stderr_logger_mt(std::string(program));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l program=%n %v");
    logger->set_level(static_cast<spdlog::level::level_enum>(static_cast<int>(least) + SPDLOG_LEVEL_DEBUG));
    spdlog::set_default_logger(std::move(logger));
}

void log_event(LogLevel level, std::string_view event, LogFields fields) {
    const auto spd = static_cast<spdlog::level::level_enum>(static_cast<int>(level) + SPDLOG_LEVEL_DEBUG);
    if (!spdlog::should_log(spd)) {
        return;
    }
    std::uint64_t repeated = 0;
    if (!rate_limit().admit(std::string(event), repeated)) {
        return;
    }
    std::string line = log_line(event, fields);
    if (repeated > 0) {
        line += fmt::format(" repeated={}", repeated);
    }
    spdlog::log(spd, "{}", line);
}

} // namespace suanlu
