// SPDX-License-Identifier: Apache-2.0
// Which of a site's paths may carry its packets: a path that fails leaves at once, one that returns must have
// worked for a hold, unless nothing else works. Who gets which share among them is the engine's work by the
// Plan's weights. When nothing works the last choice stays. Pure; time comes in.
#pragma once

#include <optional>
#include <vector>

#include "core/model/plan.hpp"
#include "core/support/clock.hpp"
#include "dataplane/api/dataplane.hpp"
#include "telemetry/stamp/stamp_session.hpp"

namespace suanlu {

struct PathState {
    PathPlan plan;
    ProbeState probe = ProbeState::kUnknown;
    Microseconds delay{0};
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    NextHop hop;
    /// Takes packets.
    bool is_used = false;
    /// Since when it works without interruption.
    std::optional<MonoTime> works_since;
    /// Since when it has no next hop.
    std::optional<MonoTime> unresolved_since;

    /// Has a next hop and its probes did not fail.
    [[nodiscard]] bool works() const { return hop.interface_index != 0 && probe != ProbeState::kDown; }
};

class SitePaths {
public:
    SitePaths(const SitePlan& plan, Duration hold, MonoTime now) : hold_(hold) { adopt(plan, now); }

    /// Takes a new Plan over; paths that lead the same way keep what is known about them.
    void adopt(const SitePlan& plan, MonoTime now);
    void set_probe(PathId path, ProbeState state, MonoTime now);
    void set_hop(PathId path, const NextHop& hop, MonoTime now);
    PathState* find(PathId path);

    /// The paths to use now, in the Plan's order; empty until a first one works. Stable between calls unless
    /// something failed or a hold has run out.
    std::vector<UsablePath> choose(MonoTime now);
    /// Every path is down. A next hop that is only being resolved is no failure yet.
    [[nodiscard]] bool all_failed(MonoTime now) const;
    [[nodiscard]] const std::vector<PathState>& paths() const { return paths_; }
    [[nodiscard]] const SitePlan& plan() const { return plan_; }

private:
    static void note(PathState& path, bool worked, MonoTime now);

    Duration hold_;
    SitePlan plan_;
    std::vector<PathState> paths_;
    std::vector<UsablePath> used_;
};

} // namespace suanlu
