// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/liveness.hpp"

#include <algorithm>

namespace suanlu {

void Liveness::set_failed(SiteId site, bool failed, bool is_own, MonoTime now) {
    Site& state = sites_[site];
    state.is_own = is_own;
    if (!failed) {
        state.failed_since.reset();
    } else if (!state.failed_since) {
        state.failed_since = now;
    }
}

void Liveness::keep_only(const std::vector<SiteId>& sites) {
    for (auto it = sites_.begin(); it != sites_.end();) {
        const bool kept = std::find(sites.begin(), sites.end(), it->first) != sites.end();
        it = kept ? std::next(it) : sites_.erase(it);
    }
}

std::size_t Liveness::own_sites() const {
    return static_cast<std::size_t>(
        std::count_if(sites_.begin(), sites_.end(), [](const auto& entry) { return entry.second.is_own; }));
}

std::size_t Liveness::own_failures(std::optional<MonoTime> from) const {
    return static_cast<std::size_t>(std::count_if(sites_.begin(), sites_.end(), [from](const auto& entry) {
        const Site& site = entry.second;
        return site.is_own && site.failed_since && (!from || *site.failed_since >= *from);
    }));
}

bool Liveness::is_most(std::size_t failed) const {
    // One site alone says nothing about us; of two, both must go.
    const std::size_t all = own_sites();
    return all >= 2 && (failed == all || (all >= 3 && 2 * failed > all));
}

void Liveness::update_guard(MonoTime now) {
    std::optional<MonoTime> latest;
    for (const auto& [id, site] : sites_) {
        if (site.is_own && site.failed_since) {
            latest = latest ? std::max(*latest, *site.failed_since) : *site.failed_since;
        }
    }
    if (guard_until_ && (!is_most(own_failures({})) || now >= *guard_until_)) {
        guard_until_.reset();
    }
    if (!latest || guard_until_ || guarded_failure_ == latest) {
        return;
    }
    const MonoTime from = *latest - times_.burst;
    if (is_most(own_failures(from))) {
        guard_until_ = now + times_.guard_hold;
        guard_from_ = from;
        guarded_failure_ = latest;
        ++guard_count_;
    }
}

SiteLiveness Liveness::judge(const Site& site, bool all_failed, MonoTime now) const {
    if (!site.failed_since) {
        return SiteLiveness::kAlive;
    }
    if (guard_until_ && site.is_own && *site.failed_since >= guard_from_) {
        return all_failed ? SiteLiveness::kAlive : SiteLiveness::kSuspect;
    }
    return now - *site.failed_since >= times_.dead_hold ? SiteLiveness::kDead : SiteLiveness::kSuspect;
}

std::vector<std::pair<SiteId, SiteLiveness>> Liveness::update(MonoTime now) {
    update_guard(now);
    const bool all_failed = own_failures({}) == own_sites();
    std::vector<std::pair<SiteId, SiteLiveness>> changes;
    for (auto& [id, site] : sites_) {
        const SiteLiveness next = judge(site, all_failed, now);
        if (next != site.published) {
            site.published = next;
            changes.emplace_back(id, next);
        }
    }
    return changes;
}

SiteLiveness Liveness::of(SiteId site) const {
    const auto found = sites_.find(site);
    return found == sites_.end() ? SiteLiveness::kAlive : found->second.published;
}

} // namespace suanlu
