// SPDX-License-Identifier: Apache-2.0
#include "telemetry/freshness.hpp"

namespace suanlu {

std::string_view to_text(Freshness freshness) {
    switch (freshness) {
    case Freshness::kNeverReported:
        return "never-reported";
    case Freshness::kFresh:
        return "fresh";
    case Freshness::kStale:
        return "stale";
    }
    return "unknown";
}

Duration LastSeen::age(MonoTime now) const {
    return is_set_ && now > at_ ? now - at_ : Duration{0};
}

Freshness LastSeen::state(MonoTime now, Duration max_age) const {
    if (!is_set_) {
        return Freshness::kNeverReported;
    }
    return age(now) > max_age ? Freshness::kStale : Freshness::kFresh;
}

} // namespace suanlu
