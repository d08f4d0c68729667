// SPDX-License-Identifier: Apache-2.0
// logfmt lines on stderr: event name first and stable, then key=value. error = the operator must act, warn =
// degraded, info = state change, debug = reasons of a decision. Never per packet or per query. Thread-safe.
// Repeats of one event within a second are folded into a count (`repeated=N` on the next line of that event).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace suanlu {

/// One key=value; numbers are formatted, text with blanks is quoted and escaped.
struct LogField {
    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, const char* v) : key(k), value(v) {}
    LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
    LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
    LogField(std::string_view k, double v);
    template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
        LogField(std::string_view k, Integer v)
        : key(k), value(std::to_string(v)) {}

    std::string key;
    std::string value;
};

using LogFields = std::initializer_list<LogField>;

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// `program` is the first field of every line. Call once in main.
void log_open(std::string_view program, LogLevel least);
void log_event(LogLevel level, std::string_view event, LogFields fields);

inline void log_debug(std::string_view event, LogFields fields = {}) {
    log_event(LogLevel::kDebug, event, fields);
}
inline void log_info(std::string_view event, LogFields fields = {}) {
    log_event(LogLevel::kInfo, event, fields);
}
inline void log_warn(std::string_view event, LogFields fields = {}) {
    log_event(LogLevel::kWarn, event, fields);
}
inline void log_error(std::string_view event, LogFields fields = {}) {
    log_event(LogLevel::kError, event, fields);
}

/// The text of one line without time and level; pure, for tests.
std::string log_line(std::string_view event, LogFields fields);

} // namespace suanlu
