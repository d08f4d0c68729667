// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/engine/sweep.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

// Results beyond this many bytes are written past the cache: twice as fast where they do not fit into it.
constexpr std::size_t kCachedResults = std::size_t{8} << 20;

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
    row_of_.assign(contraction_.places(), kNone);
    is_met_.assign(padded(contraction_.core_size()), 0);
    is_due_.assign(padded(contraction_.core_size()), 0);
}

// Whatever is reached upwards from a root is an ancestor of it. Walks end where an earlier one passed.
void SweepEngine::find_above(std::span<const std::uint32_t> roots) {
    above_.clear();
    walks_.clear();
    for (const std::uint32_t root : roots) {
        walks_.push_back(static_cast<std::uint32_t>(above_.size()));
        std::uint32_t place = contraction_.place_of()[root];
        if ((place & kCorePlace) != 0) {
            continue;
        }
        for (; place != kNone && row_of_[place] == kNone; place = contraction_.routers()[place].parent) {
            row_of_[place] = contraction_.rows() + static_cast<std::uint32_t>(above_.size());
            above_.push_back(place);
        }
    }
    // What a later walk added has nothing below it in earlier ones.
    order_.clear();
    std::size_t end = above_.size();
    for (std::size_t walk = walks_.size(); walk-- > 0;) {
        for (std::size_t i = walks_[walk]; i < end; ++i) {
            order_.push_back(above_[i]);
        }
        end = walks_[walk];
    }
}

void SweepEngine::set_roots(std::span<const std::uint32_t> roots) {
    const std::size_t core = std::size_t{contraction_.core_size()} * width_;
    const std::size_t above = std::size_t{contraction_.rows()} * width_;
    const std::size_t end = above + above_.size() * width_;
    if (rows_.size() < end) {
        rows_.resize(end);
    }
    std::fill_n(rows_.data(), core, kInfinite);
    std::fill_n(rows_.data() + above, end - above, kInfinite);
    for (std::size_t lane = 0; lane < roots.size(); ++lane) {
        const std::uint32_t place = contraction_.place_of()[roots[lane]];
        const bool is_core = (place & kCorePlace) != 0;
        const std::uint32_t row = is_core ? place & ~kCorePlace : row_of_[place];
        rows_[std::size_t{row} * width_ + lane] = 0;
        if (is_core) {
            is_met_[row] = 1;
        }
    }
}

// The neighbours of the core's routers that have distances already.
void SweepEngine::mark_due() {
    const auto& first = contraction_.core_first();
    for (std::uint32_t number = 0; number < contraction_.core_size(); ++number) {
        if (is_met_[number] != 0) {
            is_met_[number] = 0;
            for (std::uint32_t arc = first[number]; arc < first[number + 1]; ++arc) {
                is_due_[contraction_.core_to()[arc]] = 1;
            }
        }
    }
}

void SweepEngine::run_block(std::span<const std::uint32_t> roots, Direction direction, std::uint32_t* out,
                            std::uint64_t stride) {
    width_ = padded(roots.size());
    find_above(roots);
    set_roots(roots);
    const Contraction& on = contraction_;
    const std::uint32_t up = direction == Direction::kFrom ? 0 : 1;
    const std::uint32_t kernel = width_ / kLanes - 1;
    kernels_->climb[kernel]({on.routers().data(), order_.data(), static_cast<std::uint32_t>(order_.size()),
                             on.upper().data(), on.weights().data() + up, row_of_.data(), rows_.data(),
                             is_met_.data()});
    mark_due();
    kernels_->settle_core[kernel]({on.core_size(), on.core_first().data(), on.core_to().data(),
                                   (up == 0 ? on.core_weights_in() : on.core_weights_out()).data(),
                                   on.core().data(), is_due_.data(), rows_.data(), out, stride});
    kernels_->sweep[kernel]({on.routers().data(), on.places(), on.to().data(), on.weights().data() + (1 - up),
                             row_of_.data(), rows_.data(), out, stride,
                             stride * on.place_of().size() * sizeof(std::uint32_t) > kCachedResults});
    for (const std::uint32_t place : above_) {
        row_of_[place] = kNone;
    }
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
    const std::size_t numbers =
        rows_.capacity() + row_of_.capacity() + above_.capacity() + walks_.capacity() + order_.capacity();
    return contraction_.memory() + numbers * sizeof(std::uint32_t) + is_met_.capacity() + is_due_.capacity();
}

} // namespace suanlu::paths
