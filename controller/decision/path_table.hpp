// SPDX-License-Identifier: Apache-2.0
// Paths of every (ingress, site), compiled from the link database when it changes and only then. A path keeps
// its id as long as its destination stays the same, so that agents can tell a reordering from a new path.
// Pure; owned by Decision. A link report that cannot be used is refused and the last database stays.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/decision/inventory.hpp"
#include "controller/topology/topology.hpp"
#include "core/model/link.hpp"
#include "core/model/plan.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

class PathTable {
public:
    /// `inventory` outlives the table.
    PathTable(const Inventory& inventory, Duration source_max_age);

    /// True when the paths may have changed. kBadInput: the report names no source.
    Result<bool> take(LinkReport report, MonoTime now);
    [[nodiscard]] bool has_links() const { return !topology_.view()->links.empty(); }
    /// Best first; empty = unreachable.
    [[nodiscard]] const std::vector<PathPlan>& paths(const std::string& ingress, SiteId site) const;
    /// Forward delay over the best path plus the way back; nullopt = no path.
    [[nodiscard]] std::optional<Seconds> delay(const std::string& ingress, SiteId site) const;
    /// Why there is no path; empty when there is one.
    [[nodiscard]] std::string why_none(const std::string& ingress, SiteId site) const;
    /// Every ingress has a path to every site.
    [[nodiscard]] bool is_complete() const;
    [[nodiscard]] const Topology& topology() const { return topology_; }
    [[nodiscard]] std::uint64_t compilations() const { return compilations_; }
    /// Compiled paths that the walk did not confirm; they are not used.
    [[nodiscard]] std::uint64_t unproven() const { return unproven_; }

private:
    struct Row {
        std::vector<PathPlan> paths;
        /// The last paths that existed: their ids are kept through an outage.
        std::vector<PathPlan> previous;
        Seconds back{0};
        std::string why;
    };
    void compile();

    const Inventory& inventory_;
    Topology topology_;
    std::map<std::pair<std::string, SiteId>, Row> rows_;
    std::uint64_t compilations_ = 0;
    std::uint64_t unproven_ = 0;
};

} // namespace suanlu
