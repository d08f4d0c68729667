// SPDX-License-Identifier: Apache-2.0
#include "policies/fallback.hpp"

#include <algorithm>

namespace suanlu {

namespace {

Standing standing_of(std::uint32_t good, std::uint32_t of) {
    return good == 0 ? Standing::kLost : good < of ? Standing::kReduced : Standing::kGood;
}

std::string counted(std::uint32_t good, std::uint32_t of, const char* what) {
    return std::to_string(good) + " of " + std::to_string(of) + " sites " + what;
}

/// The first dimension that is not good; the worse one wins.
std::string why(const FallbackEvidence& e, const FallbackView& v) {
    for (const Standing at : {Standing::kLost, Standing::kReduced}) {
        if (e.is_self_suspect) {
            return "most sites fell silent at once, suspecting this controller's own network";
        }
        if (v.liveness == at) {
            return "liveness: " + counted(e.alive, e.sites, "alive at this ingress");
        }
        if (v.path == at) {
            return "path: " + counted(e.with_path, e.sites, "have a path");
        }
        if (v.load == at) {
            return e.with_room == e.sites ? "load: arrivals exceed what all sites take"
                                          : "load: " + counted(e.with_room, e.sites, "have usable capacity");
        }
        if (v.telemetry == at) {
            return "telemetry: " + counted(e.fresh, e.sites, "report");
        }
    }
    return e.usable > 0 ? "everything is known" : "no site passes the filters";
}

FallbackMode best_of(const FallbackEvidence& e, const FallbackView& v) {
    if (v.is_live_possible() && e.usable > 0) {
        return FallbackMode::kLive;
    }
    if (e.has_last_good) {
        return FallbackMode::kLastGood;
    }
    return e.has_static ? FallbackMode::kStatic : FallbackMode::kAnycast;
}

} // namespace

std::string_view to_text(FallbackMode mode) {
    switch (mode) {
    case FallbackMode::kLive:
        return "live";
    case FallbackMode::kLastGood:
        return "last-good";
    case FallbackMode::kStatic:
        return "static";
    case FallbackMode::kAnycast:
        return "anycast";
    }
    return "unknown";
}

std::string_view to_text(Standing standing) {
    switch (standing) {
    case Standing::kGood:
        return "good";
    case Standing::kReduced:
        return "reduced";
    case Standing::kLost:
        return "lost";
    }
    return "unknown";
}

bool FallbackView::is_live_possible() const {
    return liveness != Standing::kLost && load != Standing::kLost && path != Standing::kLost &&
           telemetry != Standing::kLost;
}

FallbackView judge(const FallbackEvidence& e) {
    FallbackView out;
    out.liveness = standing_of(e.alive, e.sites);
    out.path = standing_of(e.with_path, e.sites);
    out.load = standing_of(e.with_room, e.sites);
    if (e.is_short && out.load == Standing::kGood) {
        out.load = Standing::kReduced;
    }
    out.telemetry = standing_of(e.fresh, e.sites);
    if (e.fresh == 0 && e.ever_reported == 0) {
        out.telemetry = Standing::kReduced; // nothing was known before either: the inventory's figures count
    }
    if (e.is_self_suspect) {
        out.telemetry = Standing::kLost;
    }
    out.mode = best_of(e, out);
    out.reason = why(e, out);
    return out;
}

void Fallback::enter(FallbackMode mode) {
    if (!is_judged_ || mode != view_.mode) {
        ++entered_[static_cast<std::size_t>(mode)];
    }
    view_.mode = mode;
    is_judged_ = true;
    is_waiting_ = false;
}

const FallbackView& Fallback::update(const FallbackEvidence& evidence, MonoTime now) {
    const FallbackMode held = view_.mode;
    view_ = judge(evidence);
    const FallbackMode possible = view_.mode;
    if (!is_judged_ || possible >= held) {
        view_.mode = held;
        enter(possible);
        return view_;
    }
    view_.mode = held;
    worst_since_ = is_waiting_ ? std::max(worst_since_, possible) : possible;
    better_since_ = is_waiting_ ? better_since_ : now;
    is_waiting_ = true;
    if (now - better_since_ >= kHold) {
        enter(worst_since_);
    }
    if (view_.mode > possible) {
        view_.reason = std::string(to_text(possible)) + " is possible again and waits until it has lasted (" +
                       view_.reason + ")";
    }
    return view_;
}

} // namespace suanlu
