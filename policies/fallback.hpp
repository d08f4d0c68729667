// SPDX-License-Identifier: Apache-2.0
// What serves a service at one ingress while not everything is known: a live decision, else the last good
// shares, else static weights, else plain anycast. Four things are judged apart (liveness, load, path, age of
// telemetry), so that one word never stands for another. Worse is followed at once; better only after it has
// lasted a stated hold, so at most one step up per hold. Every state says why. Pure: time comes in.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/support/clock.hpp"

namespace suanlu {

/// Best first: the order in which they are tried.
enum class FallbackMode : std::uint8_t { kLive, kLastGood, kStatic, kAnycast };
inline constexpr std::size_t kFallbackModes = 4;
/// "live", "last-good", "static", "anycast": the words of the agents' modes.
std::string_view to_text(FallbackMode mode);

/// One dimension: kLost means that no live decision can stand on it.
enum class Standing : std::uint8_t { kGood, kReduced, kLost };
/// "good", "reduced", "lost".
std::string_view to_text(Standing standing);

/// What is known of the sites that host the service, counted at one ingress.
struct FallbackEvidence {
    std::uint32_t sites = 0;
    std::uint32_t alive = 0; ///< as this ingress sees them
    std::uint32_t with_path = 0;
    std::uint32_t with_room = 0; ///< some usable capacity
    std::uint32_t fresh = 0;
    std::uint32_t ever_reported = 0;
    std::uint32_t usable = 0; ///< passed every filter
    /// Arrivals of all ingresses exceed what all sites can take.
    bool is_short = false;
    /// Most sites fell silent at once (SiteTable::is_self_suspect).
    bool is_self_suspect = false;
    /// Something in the shares in force, in the static weights, can be reached.
    bool has_last_good = false;
    bool has_static = false;

    bool operator==(const FallbackEvidence&) const = default;
};

struct FallbackView {
    FallbackMode mode = FallbackMode::kLive;
    Standing liveness = Standing::kGood;
    Standing load = Standing::kGood;
    Standing path = Standing::kGood;
    Standing telemetry = Standing::kGood;
    /// Never empty.
    std::string reason = "not judged yet";

    /// kLost of any dimension.
    [[nodiscard]] bool is_live_possible() const;
};

/// Judges the moment alone: no memory, no hold.
FallbackView judge(const FallbackEvidence& evidence);

class Fallback {
public:
    /// A better state is entered once it has been possible for so long.
    static constexpr Duration kHold = std::chrono::seconds(2);

    /// The state from `now` on. The first call enters whatever is possible.
    const FallbackView& update(const FallbackEvidence& evidence, MonoTime now);
    [[nodiscard]] const FallbackView& view() const { return view_; }
    [[nodiscard]] bool is_judged() const { return is_judged_; }
    /// How often each state was entered.
    [[nodiscard]] const std::array<std::uint64_t, kFallbackModes>& entered() const { return entered_; }

private:
    void enter(FallbackMode mode);

    FallbackView view_;
    std::array<std::uint64_t, kFallbackModes> entered_{};
    bool is_judged_ = false;
    /// While something better has been possible: since when, and the worst of that time.
    bool is_waiting_ = false;
    MonoTime better_since_;
    FallbackMode worst_since_ = FallbackMode::kLive;
};

} // namespace suanlu
