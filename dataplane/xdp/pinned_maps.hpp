// SPDX-License-Identifier: Apache-2.0
// The XDP object with its maps pinned below a folder: found there and taken over, or made. Maps that another
// layout has left are refused before they are touched.
#pragma once

#include <memory>
#include <string>

#include "core/support/result.hpp"
#include "steer.skel.h"

namespace suanlu {

struct SkeletonDeleter {
    void operator()(steer_bpf* skeleton) const { steer_bpf::destroy(skeleton); }
};
using Skeleton = std::unique_ptr<steer_bpf, SkeletonDeleter>;

/// Whether maps of this layout are pinned; kConflict when they are of another one.
Result<bool> find_pinned(const std::string& folder);

/// `exceptions`: room of the exception table where it is made. `has_programs` false: the maps only, for tc.
Result<Skeleton> load_pinned(const std::string& folder, std::uint32_t exceptions, bool is_adopting,
                             bool has_programs);

} // namespace suanlu
