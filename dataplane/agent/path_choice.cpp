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
        const bool is_same_way = before != nullptr && before->plan.destination6 == path.destination6 &&
                                 before->plan.destination4 == path.destination4;
        PathState state = is_same_way ? *before : PathState{};
        state.plan = path;
        if (state.hop.interface_index == 0 && !state.unresolved_since) {
            state.unresolved_since = now;
        }
        next.push_back(std::move(state));
    }
    plan_ = plan;
    paths_ = std::move(next);
    if (current_ && find(*current_) == nullptr) {
        current_.reset();
    }
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

const PathState* SitePaths::choose(MonoTime now) {
    if (paths_.empty()) {
        return nullptr;
    }
    const PathState* current = current_ ? find(*current_) : nullptr;
    if (current == nullptr) {
        const auto first =
            std::find_if(paths_.begin(), paths_.end(), [](const PathState& p) { return p.works(); });
        current = first == paths_.end() ? &paths_.front() : &*first;
    } else {
        for (const PathState& path : paths_) {
            const bool is_better = &path < current;
            const bool has_held = path.works() && path.works_since && now - *path.works_since >= hold_;
            if (path.works() && (!current->works() || (is_better && has_held))) {
                current = &path;
                break;
            }
        }
    }
    current_ = current->plan.id;
    return current;
}

bool SitePaths::all_failed(MonoTime now) const {
    return std::all_of(paths_.begin(), paths_.end(),
                       [now](const PathState& p) { return has_failed(p, now); });
}

} // namespace suanlu
