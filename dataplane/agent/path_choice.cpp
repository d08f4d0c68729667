// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/path_choice.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Neighbour discovery and a route's move take less; a missing next hop beyond it is a failure.
constexpr Duration kResolvePatience = std::chrono::milliseconds(200);

bool has_failed(const PathState& path, MonoTime now) {
    return path.probe == ProbeState::kDown ||
           (path.unresolved_since && now - *path.unresolved_since >= kResolvePatience);
}

} // namespace

void SitePaths::adopt(const SitePlan& plan, MonoTime now) {
    std::vector<PathState> next;
    for (const PathPlan& path : plan.paths) {
        const PathState* before = find(path.id);
        const bool is_same_way = before != nullptr && before->plan.mode == path.mode &&
                                 before->plan.destination6 == path.destination6 &&
                                 before->plan.destination4 == path.destination4 &&
                                 before->plan.sids == path.sids && before->plan.segments == path.segments;
        PathState state = is_same_way ? *before : PathState{};
        state.plan = path;
        if (!plan.is_probed) {
            state.probe = ProbeState::kUnknown; // what was measured once says nothing about now
        }
        if (state.hop.interface_index == 0 && !state.unresolved_since) {
            state.unresolved_since = now;
        }
        next.push_back(std::move(state));
    }
    plan_ = plan;
    paths_ = std::move(next);
    std::erase_if(used_, [this](const UsablePath& path) { return find(path.id) == nullptr; });
}

PathState* SitePaths::find(PathId path) {
    const auto found =
        std::find_if(paths_.begin(), paths_.end(), [path](const PathState& p) { return p.plan.id == path; });
    return found == paths_.end() ? nullptr : &*found;
}

void SitePaths::note(PathState& path, bool worked, MonoTime now) {
    if (!path.works()) {
        path.works_since.reset();
    } else if (!worked || !path.works_since) {
        path.works_since = now;
    }
}

void SitePaths::set_probe(PathId path, ProbeState state, MonoTime now) {
    if (PathState* found = find(path)) {
        const bool worked = found->works();
        found->probe = state;
        note(*found, worked, now);
    }
}

void SitePaths::set_hop(PathId path, const NextHop& hop, MonoTime now) {
    if (PathState* found = find(path)) {
        const bool worked = found->works();
        found->hop = hop;
        if (hop.interface_index != 0) {
            found->unresolved_since.reset();
        } else if (!found->unresolved_since) {
            found->unresolved_since = now;
        }
        note(*found, worked, now);
    }
}

std::vector<UsablePath> SitePaths::choose(MonoTime now) {
    const auto is_kept = [](const PathState& path) { return path.is_used && path.works(); };
    const bool has_one = std::any_of(paths_.begin(), paths_.end(), is_kept);
    std::vector<UsablePath> usable;
    for (PathState& path : paths_) {
        const bool has_held = path.works_since && now - *path.works_since >= hold_;
        path.is_used = path.works() && (path.is_used || has_held || !has_one);
        if (path.is_used) {
            usable.push_back({path.plan.id, path.hop});
        }
    }
    if (!usable.empty()) {
        used_ = std::move(usable);
    }
    return used_;
}

bool SitePaths::all_failed(MonoTime now) const {
    return std::all_of(paths_.begin(), paths_.end(),
                       [now](const PathState& p) { return has_failed(p, now); });
}

} // namespace suanlu
