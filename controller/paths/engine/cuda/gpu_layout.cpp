// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/cuda/gpu_layout.hpp"

#include <algorithm>
#include <numeric>

namespace suanlu::paths {

// A router is joined to its parent by an arc, and to nothing deeper: its depth in the tree is its level.
GpuLayout::GpuLayout(const Contraction& contraction)
    : core_member_(contraction.core()), core_first_(contraction.core_first()),
      member_of_(contraction.place_of()) {
    const auto& routers = contraction.routers();
    const std::uint32_t core = contraction.core_size(), places = contraction.places();
    level_first_.assign(contraction.rows() - core + 1, 0);
    for (std::uint32_t place = 0; place < places; ++place) {
        ++level_first_[routers[place].row - core + 1];
    }
    std::partial_sum(level_first_.begin(), level_first_.end(), level_first_.begin());
    std::vector<std::uint32_t> member_at(places), place_at(places),
        next(level_first_.begin(), level_first_.end());
    for (std::uint32_t place = 0; place < places; ++place) {
        member_at[place] = next[routers[place].row - core]++;
        place_at[member_at[place]] = place;
    }
    for (const std::uint32_t place : place_at) {
        member_.push_back(routers[place].router);
        parent_.push_back(routers[place].parent == kNone ? kGpuNone : member_at[routers[place].parent]);
        first_.push_back(static_cast<std::uint32_t>(up_.size()));
        for (std::uint32_t arc = routers[place].first; arc < routers[place + 1].first; ++arc) {
            const std::uint32_t upper = contraction.upper()[arc];
            up_.push_back((upper & kCorePlace) != 0 ? core_member_[upper & ~kCorePlace]
                                                    : routers[upper].router);
            arc_.push_back(arc);
        }
    }
    first_.push_back(static_cast<std::uint32_t>(up_.size()));
    for (std::uint32_t& place : member_of_) {
        place = (place & kCorePlace) != 0 ? kGpuNone : member_at[place];
    }
    for (const std::uint32_t number : contraction.core_to()) {
        core_from_.push_back(contraction.core()[number]);
    }
    set_weights(contraction);
}

void GpuLayout::set_weights(const Contraction& contraction) {
    upwards_.resize(arc_.size());
    downwards_.resize(arc_.size());
    for (std::size_t arc = 0; arc < arc_.size(); ++arc) {
        upwards_[arc] = contraction.weights()[std::size_t{arc_[arc]} * 2];
        downwards_[arc] = contraction.weights()[std::size_t{arc_[arc]} * 2 + 1];
    }
    core_in_ = contraction.core_weights_in();
    core_out_ = contraction.core_weights_out();
}

GpuJob GpuLayout::job(Direction direction) const {
    const bool is_from = direction == Direction::kFrom;
    GpuJob job;
    job.routers = static_cast<std::uint32_t>(member_of_.size());
    job.members = static_cast<std::uint32_t>(member_.size());
    job.levels = static_cast<std::uint32_t>(level_first_.size() - 1);
    job.core = static_cast<std::uint32_t>(core_member_.size());
    job.level_first = level_first_.data();
    job.member = member_.data();
    job.parent = parent_.data();
    job.first = first_.data();
    job.up = up_.data();
    job.away = is_from ? upwards_.data() : downwards_.data();
    job.back = is_from ? downwards_.data() : upwards_.data();
    job.core_member = core_member_.data();
    job.core_first = core_first_.data();
    job.core_from = core_from_.data();
    job.core_weight = is_from ? core_in_.data() : core_out_.data();
    job.member_of = member_of_.data();
    return job;
}

void GpuLayout::run_on_host(std::span<const std::uint32_t> roots, Direction direction, Distances& out) const {
    GpuJob job = this->job(direction);
    size_rows(roots, direction, job.routers, out);
    std::fill(out.rows.begin(), out.rows.end(), kInfinite);
    job.lanes = static_cast<std::uint32_t>(roots.size());
    job.stride = out.stride;
    job.roots = roots.data();
    job.rows = out.rows.data();
    for (std::uint32_t lane = 0; lane < job.lanes; ++lane) {
        gpu_climb(job, lane);
        for (bool is_any = true; is_any;) {
            is_any = false;
            for (std::uint32_t number = 0; number < job.core; ++number) {
                is_any |= gpu_relax_core(job, number, lane);
            }
        }
    }
    for (std::uint32_t level = 0; level < job.levels; ++level) {
        // Backwards, to show that the order inside a level does not matter.
        for (std::uint32_t member = job.level_first[level + 1]; member-- > job.level_first[level];) {
            for (std::uint32_t lane = 0; lane < job.lanes; ++lane) {
                gpu_descend(job, member, lane);
            }
        }
    }
}

void size_rows(std::span<const std::uint32_t> roots, Direction direction, std::uint32_t routers,
               Distances& out) {
    out.direction = direction;
    out.roots.assign(roots.begin(), roots.end());
    out.routers = routers;
    out.stride = static_cast<std::uint32_t>((roots.size() + kLanes - 1) / kLanes * kLanes);
    out.rows.resize(std::size_t{routers} * out.stride);
}

} // namespace suanlu::paths
