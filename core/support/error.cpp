// SPDX-License-Identifier: Apache-2.0
#include "core/support/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace suanlu {

std::string_view to_text(Errc code) {
    switch (code) {
    case Errc::kBadInput:
        return "bad-input";
    case Errc::kOutOfRange:
        return "out-of-range";
    case Errc::kNotFound:
        return "not-found";
    case Errc::kConflict:
        return "conflict";
    case Errc::kRefused:
        return "refused";
    case Errc::kUnreachable:
        return "unreachable";
    case Errc::kKernel:
        return "kernel";
    case Errc::kExhausted:
        return "exhausted";
    case Errc::kUnsupported:
        return "unsupported";
    }
    return "unknown";
}

Error Error::with(std::string_view context) && {
    detail.insert(0, ": ");
    detail.insert(0, context);
    return std::move(*this);
}

std::string Error::text() const {
    return std::string(to_text(code)) + ": " + detail;
}

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "event=invariant.broken condition=\"%s\" at=%s:%d\n", condition, file, line);
    std::abort();
}

} // namespace suanlu
