// SPDX-License-Identifier: Apache-2.0
// Which sites are alive, suspect or dead for this ingress (design.md section 5, affinity rule 6), with the
// guard against correlated loss: when most sites seem gone at once, it is more likely that we are the ones
// who are cut off, so nobody is declared dead for a while, and nobody is even suspected if all are gone.
// Pure; time comes in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/model/ids.hpp"
#include "core/model/sample.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

struct LivenessTimes {
    /// From suspect to dead.
    Duration dead_hold = std::chrono::seconds(3);
    /// Failures within this of each other are one event.
    Duration burst = std::chrono::milliseconds(500);
    /// How long the guard believes in our own fault; after it the failures are taken as they are.
    Duration guard_hold = std::chrono::seconds(10);
};

class Liveness {
public:
    explicit Liveness(LivenessTimes times) : times_(times) {}

    /// All paths of the site are down (or not). A site never seen before starts alive. What others have found
    /// (`is_own` false) says nothing about ourselves: the guard does not count such a site.
    void set_failed(SiteId site, bool failed, bool is_own, MonoTime now);
    /// Forgets every site that is not in `sites`.
    void keep_only(const std::vector<SiteId>& sites);
    /// Changes since the last call, in site order.
    std::vector<std::pair<SiteId, SiteLiveness>> update(MonoTime now);

    [[nodiscard]] SiteLiveness of(SiteId site) const;
    [[nodiscard]] bool is_guarding() const { return guard_until_.has_value(); }
    /// Times the guard was engaged.
    [[nodiscard]] std::uint64_t guard_count() const { return guard_count_; }

private:
    struct Site {
        std::optional<MonoTime> failed_since;
        bool is_own = true;
        SiteLiveness published = SiteLiveness::kAlive;
    };

    /// Of the sites that we know ourselves, those that failed at `from` or later.
    [[nodiscard]] std::size_t own_failures(std::optional<MonoTime> from) const;
    [[nodiscard]] std::size_t own_sites() const;
    [[nodiscard]] bool is_most(std::size_t failed) const;
    void update_guard(MonoTime now);
    [[nodiscard]] SiteLiveness judge(const Site& site, bool all_failed, MonoTime now) const;

    LivenessTimes times_;
    std::map<SiteId, Site> sites_;
    std::optional<MonoTime> guard_until_;
    /// Failures from here on belong to the guarded event.
    MonoTime guard_from_;
    /// Latest failure that a guard has already been spent on.
    std::optional<MonoTime> guarded_failure_;
    std::uint64_t guard_count_ = 0;
};

} // namespace suanlu
