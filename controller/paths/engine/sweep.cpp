// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/sweep.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

const SweepKernels* kernels_of(Isa isa) {
    switch (isa) {
    case Isa::kPortable:
        return portable_kernels();
#ifdef SL_X86_KERNELS
    case Isa::kAvx2:
        return __builtin_cpu_supports("avx2") != 0 ? avx2_kernels() : nullptr;
    case Isa::kAvx512:
        return __builtin_cpu_supports("avx512f") != 0 ? avx512_kernels() : nullptr;
#endif
    default:
        return nullptr;
    }
}

std::uint32_t padded(std::size_t lanes) {
    return static_cast<std::uint32_t>((lanes + kLanes - 1) / kLanes * kLanes);
}

} // namespace

std::string_view to_string(Isa isa) {
    switch (isa) {
    case Isa::kAvx2:
        return "avx2";
    case Isa::kAvx512:
        return "avx512";
    case Isa::kPortable:
        break;
    }
    return "portable";
}

bool is_supported(Isa isa) {
    return kernels_of(isa) != nullptr;
}

Isa widest_isa() {
    return is_supported(Isa::kAvx512) ? Isa::kAvx512 : is_supported(Isa::kAvx2) ? Isa::kAvx2 : Isa::kPortable;
}

SweepEngine::SweepEngine(const Graph& graph, Isa isa, const EliminationLimits& limits)
    : isa_(isa), kernels_(kernels_of(isa)), contraction_(graph, limits) {
    SL_CHECK(kernels_ != nullptr); // is_supported() was not asked
    climbed_.assign(contraction_.rows(), kInfinite);
    seed_heads_.assign(contraction_.places(), kNone);
    is_due_.assign(padded(contraction_.core_size()), 0);
}

void SweepEngine::seed_core(std::uint32_t number, std::uint32_t lane, std::uint32_t distance) {
    rows_[std::size_t{number} * width_ + lane] = distance;
    const auto& first = contraction_.core_first();
    for (std::uint32_t arc = first[number]; arc < first[number + 1]; ++arc) {
        is_due_[contraction_.core_to()[arc]] = 1;
    }
}

// All routers that can be reached upwards are ancestors: one walk to the top of the tree settles them in
// order.
void SweepEngine::climb(std::uint32_t root, std::uint32_t lane, std::uint32_t side) {
    std::uint32_t place = contraction_.place_of()[root];
    if ((place & Contraction::kCoreBit) != 0) {
        seed_core(place & ~Contraction::kCoreBit, lane, 0);
        return;
    }
    const auto& routers = contraction_.routers();
    const std::uint32_t* to = contraction_.to().data();
    const std::uint32_t* weights = contraction_.weights().data() + side;
    core_met_.clear();
    climbed_[routers[place].row] = 0;
    for (; place != kNone; place = routers[place].parent) {
        const std::uint32_t distance = std::exchange(climbed_[routers[place].row], kInfinite);
        if (distance >= kInfinite) {
            continue;
        }
        if (seed_heads_[place] == kNone) {
            seeded_.push_back(place);
        }
        seeds_.push_back({lane, distance, seed_heads_[place]});
        seed_heads_[place] = static_cast<std::uint32_t>(seeds_.size() - 1);
        for (std::uint32_t arc = routers[place].first; arc < routers[place + 1].first; ++arc) {
            std::uint32_t& upper = climbed_[to[arc]];
            const std::uint32_t over = add(distance, weights[std::size_t{arc} * 2]);
            if (to[arc] < contraction_.core_size() && upper == kInfinite && over < kInfinite) {
                core_met_.push_back(to[arc]);
            }
            upper = std::min(upper, over);
        }
    }
    for (const std::uint32_t number : core_met_) {
        seed_core(number, lane, std::exchange(climbed_[number], kInfinite));
    }
}

void SweepEngine::run_block(std::span<const std::uint32_t> roots, Direction direction, std::uint32_t* out,
                            std::uint64_t stride) {
    width_ = padded(roots.size());
    const std::size_t core_rows = std::size_t{contraction_.core_size()} * width_;
    if (rows_.size() < std::size_t{contraction_.rows()} * width_) {
        rows_.resize(std::size_t{contraction_.rows()} * width_);
    }
    std::fill(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(core_rows), kInfinite);
    const std::uint32_t up = direction == Direction::kFrom ? 0 : 1;
    for (std::uint32_t lane = 0; lane < roots.size(); ++lane) {
        climb(roots[lane], lane, up);
    }
    const std::uint32_t kernel = width_ / kLanes - 1;
    if (contraction_.core_size() > 0) {
        const auto& weights = up == 0 ? contraction_.core_weights_in() : contraction_.core_weights_out();
        kernels_->settle_core[kernel](
            {contraction_.core_size(), contraction_.core_first().data(), contraction_.core_to().data(),
             weights.data(), contraction_.core().data(), is_due_.data(), rows_.data(), out, stride});
    }
    kernels_->sweep[kernel]({contraction_.routers().data(), contraction_.places(), contraction_.to().data(),
                             contraction_.weights().data() + (1 - up), seed_heads_.data(), seeds_.data(),
                             rows_.data(), out, stride});
    for (const std::uint32_t place : seeded_) {
        seed_heads_[place] = kNone;
    }
    seeded_.clear();
    seeds_.clear();
}

void SweepEngine::many(std::span<const std::uint32_t> roots, Direction direction, Distances& out) {
    out.direction = direction;
    out.roots.assign(roots.begin(), roots.end());
    out.routers = static_cast<std::uint32_t>(contraction_.place_of().size());
    out.stride = padded(roots.size());
    out.rows.resize(std::size_t{out.routers} * out.stride);
    for (std::size_t first = 0; first < roots.size(); first += kMostRows * kLanes) {
        const std::size_t lanes = std::min<std::size_t>(kMostRows * kLanes, roots.size() - first);
        run_block(roots.subspan(first, lanes), direction, out.rows.data() + first, out.stride);
    }
}

Distances SweepEngine::many(std::span<const std::uint32_t> roots, Direction direction) {
    Distances out;
    many(roots, direction, out);
    return out;
}

std::size_t SweepEngine::memory() const {
    const std::size_t numbers = rows_.capacity() + climbed_.capacity() + core_met_.capacity() +
                                seed_heads_.capacity() + seeded_.capacity();
    return contraction_.memory() + numbers * sizeof(std::uint32_t) + seeds_.capacity() * sizeof(SweepSeed) +
           is_due_.capacity();
}

} // namespace suanlu::paths
