// SPDX-License-Identifier: Apache-2.0
// The one error type of suanlu: a code that can be counted and a sentence for people.
// Expected failures (input, network, kernel refusals) travel as Result<T>; broken invariants abort through
// SL_CHECK. Pure value type, owned by whoever holds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace suanlu {

/// What kind of failure it is; every code is either counted or shown to the operator.
enum class Errc : std::uint8_t {
    kBadInput,    ///< malformed bytes, text or configuration
    kOutOfRange,  ///< well-formed, but outside a documented limit
    kNotFound,    ///< a name or id that nobody knows
    kConflict,    ///< contradicts something that is in force (older generation, second controller)
    kRefused,     ///< permitted syntax, forbidden by local policy
    kUnreachable, ///< peer, socket or exporter cannot be reached
    kKernel,      ///< the kernel said no
    kExhausted,   ///< a bounded table or queue is full
    kUnsupported, ///< this build or machine cannot do it
};

/// Stable lower-case word for logs, metrics labels and JSON.
std::string_view to_text(Errc code);

/// A failure with its context; `detail` reads as a sentence without a full stop.
struct Error {
    Errc code = Errc::kBadInput;
    std::string detail;

    /// Prefixes the context in which the failure happened: "loading x.yaml: <detail>".
    [[nodiscard]] Error with(std::string_view context) &&;
    /// "<code>: <detail>".
    [[nodiscard]] std::string text() const;
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

} // namespace suanlu

/// Programmer errors: always on, prints the invariant, aborts.
#define SL_CHECK(condition)                                                                                  \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            ::suanlu::check_failed(#condition, __FILE__, __LINE__);                                          \
        }                                                                                                    \
    } while (false)
