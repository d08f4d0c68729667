// SPDX-License-Identifier: Apache-2.0
// The paths of one site as packets see them: outer headers written once, next hops, and which sixteenth of
// the flows takes which path. Pure values over one sl_site row; owned by SteerTables. A refusal changes
// nothing.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/model/plan.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

/// Bytes of the outer header that this path puts in front of packets.
std::size_t outer_length(const PathPlan& path);
/// Can packets take this path? kBadInput with the reason, kOutOfRange for too many segments.
Status check_path_plan(const PathPlan& path);

/// The header of a path for one version of the payload, traffic class, flow label and payload length left
/// zero. Next hop and MTU are the caller's; `outer` 0 = takes none of that version.
void write_outer_header(const PathPlan& path, bool is_v4, const Ip6& source, sl_path& row);

class SitePathRows {
public:
    /// A new Plan's paths, source of outer headers; next hops of paths that stay are kept.
    void take(const SitePlan& plan, const Ip6& source, sl_site& row);
    /// What pinned state says: weights and order until a Plan comes are those in force.
    void adopt(const sl_site& row);
    /// These take packets from now on, no others. kNotFound for a path that the site does not have.
    Status use(std::span<const UsablePath> usable, sl_site& row);

private:
    using Choice = std::array<std::uint8_t, SL_PATH_CHOICES>;

    void choose(sl_site& row);

    /// Ranks in the order of the Plan.
    std::vector<std::uint8_t> order_;
    std::array<std::uint32_t, SL_PATHS> weights_{};
    /// Who has which share when every path works, by version of the payload: to them shares return.
    std::array<Choice, 2> home_{};
};

/// Largest packet that fits into every path that the site uses now; 0 = it uses none.
std::uint32_t smallest_inner_mtu(const sl_site& row);

} // namespace suanlu
