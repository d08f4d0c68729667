// SPDX-License-Identifier: Apache-2.0
#include "telemetry/site_table.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "core/model/limits.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kLongestName = 256;
constexpr std::size_t kMostQuantities = 4096;
constexpr std::size_t kEarlierBoots = 16;
/// More than any site has; keeps sums far from losing precision.
constexpr double kMostCount = 1e9;

struct Range {
    std::string_view field;
    double value;
    double least;
    double most;
};

Status check_range(const std::string& place, const Range& range) {
    // A NaN fails both comparisons.
    if (range.value >= range.least && range.value <= range.most) {
        return {};
    }
    return Error{Errc::kBadInput, place + "." + std::string(range.field) + ": " +
                                      std::to_string(range.value) + " is out of range"};
}

Status check_quantities(const std::string& place, const std::vector<Quantity>& quantities) {
    if (quantities.size() > kMostQuantities) {
        return Error{Errc::kOutOfRange, place + ": too many quantities"};
    }
    for (std::size_t i = 0; i < quantities.size(); ++i) {
        const Quantity& q = quantities[i];
        if (q.name.empty() || q.name.size() > kLongestName || q.unit.size() > kLongestName) {
            return Error{Errc::kBadInput, place + "[" + std::to_string(i) + "]: bad name or unit"};
        }
        if (!std::isfinite(q.value)) {
            return Error{Errc::kBadInput, place + "[" + std::to_string(i) + "].value: not finite"};
        }
    }
    return {};
}

Status check_instance(const std::string& place, const InstanceReport& instance) {
    if (instance.service.empty() || instance.service.size() > kLongestName) {
        return Error{Errc::kBadInput, place + ".service: empty or too long"};
    }
    const Range ranges[] = {
        {"slots_total", instance.slots_total, 0, kMostWorkers},
        {"slots_usable", instance.slots_usable, 0, instance.slots_total},
        {"running", instance.running, 0, kMostCount},
        {"waiting", instance.waiting, 0, kMostCount},
        {"rate_per_slot", instance.rate_per_slot.value, 0, kMostCount},
        {"utilisation", instance.utilisation, 0, 1},
        {"cv2", instance.cv2, -1e6, 1e6},
    };
    for (const Range& range : ranges) {
        SL_TRY_VOID(check_range(place, range));
    }
    return check_quantities(place + ".raw", instance.raw);
}

} // namespace

Status check_report(const SiteReport& report, const SiteTableLimits& limits) {
    if (report.boot_id.empty() || report.boot_id.size() > kLongestName) {
        return Error{Errc::kBadInput, "boot_id: empty or too long"};
    }
    if (report.sequence == 0) {
        return Error{Errc::kBadInput, "sequence: must be above 0"};
    }
    if (report.instances.size() > limits.most_instances) {
        return Error{Errc::kOutOfRange, "instances: too many"};
    }
    std::set<std::string_view> services;
    for (std::size_t i = 0; i < report.instances.size(); ++i) {
        const std::string place = "instances[" + std::to_string(i) + "]";
        SL_TRY_VOID(check_instance(place, report.instances[i]));
        // Counters of requests are kept per service: two instances would be taken for one that jumps.
        if (!services.insert(report.instances[i].service).second) {
            return Error{Errc::kBadInput, place + ".service: a second instance of the same service"};
        }
    }
    return check_quantities("host", report.host);
}

SiteTable::SiteTable(const std::vector<std::string>& sites, SiteTableLimits limits) : limits_(limits) {
    for (const std::string& site : sites) {
        entries_.try_emplace(site);
    }
}

Status SiteTable::check_order(const Entry& entry, const SiteReport& report) const {
    if (entry.report == nullptr) {
        return {};
    }
    if (report.boot_id == entry.report->boot_id) {
        if (report.sequence <= entry.report->sequence) {
            return Error{Errc::kConflict, "sequence " + std::to_string(report.sequence) + " is not above " +
                                              std::to_string(entry.report->sequence) + " of the same boot"};
        }
        return {};
    }
    const auto& earlier = entry.earlier_boots;
    if (std::find(earlier.begin(), earlier.end(), report.boot_id) != earlier.end()) {
        return Error{Errc::kConflict,
                     "boot " + report.boot_id.substr(0, 16) + " was replaced by a newer one"};
    }
    return {};
}

Status SiteTable::accept(SiteReport report, MonoTime now, std::uint64_t wall_unix_ns) {
    const auto found = entries_.find(report.site);
    if (found == entries_.end()) {
        ++counters_.refused_unknown_site;
        return Error{Errc::kNotFound, "site '" + report.site.substr(0, 64) + "' is not in the inventory"};
    }
    Entry& entry = found->second;
    if (auto well_formed = check_report(report, limits_); !well_formed) {
        ++counters_.refused_malformed;
        ++entry.refused;
        return std::move(well_formed).error().with("site " + report.site);
    }
    if (auto in_order = check_order(entry, report); !in_order) {
        ++counters_.refused_old;
        ++entry.refused;
        return std::move(in_order).error().with("site " + report.site);
    }
    keep(entry, std::move(report), now, wall_unix_ns);
    return {};
}

void SiteTable::keep(Entry& entry, SiteReport report, MonoTime now, std::uint64_t wall_unix_ns) {
    const bool is_new_boot = entry.report == nullptr || entry.report->boot_id != report.boot_id;
    if (is_new_boot) {
        ++entry.boots;
        if (entry.report != nullptr) {
            entry.earlier_boots.push_back(entry.report->boot_id);
        }
        if (entry.earlier_boots.size() > kEarlierBoots) {
            entry.earlier_boots.pop_front();
        }
    }
    // Unsigned difference, then signed: right for any two clocks less than 292 years apart.
    entry.clock_skew = Duration(static_cast<std::int64_t>(report.wall_unix_ns - wall_unix_ns));
    if (entry.clock_skew > limits_.most_skew || entry.clock_skew < -limits_.most_skew) {
        ++counters_.clock_off;
    }
    entry.seen.touch(now);
    ++entry.accepted;
    ++counters_.accepted;
    entry.report = std::make_shared<const SiteReport>(std::move(report));
}

SiteView SiteTable::view_of(const std::string& site, const Entry& entry, MonoTime now) const {
    SiteView view;
    view.site = site;
    view.freshness = entry.seen.state(now, limits_.max_age);
    view.report = entry.report;
    view.age = entry.seen.age(now);
    view.clock_skew = entry.clock_skew;
    view.is_clock_off = entry.clock_skew > limits_.most_skew || entry.clock_skew < -limits_.most_skew;
    view.accepted = entry.accepted;
    view.refused = entry.refused;
    view.boots = entry.boots;
    return view;
}

Result<SiteView> SiteTable::view(const std::string& site, MonoTime now) const {
    const auto found = entries_.find(site);
    if (found == entries_.end()) {
        return Error{Errc::kNotFound, "site '" + site + "' is not in the inventory"};
    }
    return view_of(site, found->second, now);
}

std::vector<SiteView> SiteTable::views(MonoTime now) const {
    std::vector<SiteView> all;
    all.reserve(entries_.size());
    for (const auto& [site, entry] : entries_) {
        all.push_back(view_of(site, entry, now));
    }
    return all;
}

bool SiteTable::is_self_suspect(MonoTime now) const {
    std::vector<MonoTime> silent_since;
    std::size_t reporting = 0;
    for (const auto& [site, entry] : entries_) {
        reporting += entry.seen.is_set() ? 1 : 0;
        if (entry.seen.state(now, limits_.max_age) == Freshness::kStale) {
            silent_since.push_back(entry.seen.at());
        }
    }
    std::sort(silent_since.begin(), silent_since.end());
    std::size_t most_together = 0;
    for (std::size_t first = 0, last = 0; last < silent_since.size(); ++last) {
        while (silent_since[last] - silent_since[first] > limits_.at_once) {
            ++first;
        }
        most_together = std::max(most_together, last - first + 1);
    }
    return most_together >= 2 && most_together * 2 > reporting;
}

std::optional<MonoTime> SiteTable::next_expiry(MonoTime now) const {
    std::optional<MonoTime> first;
    for (const auto& [site, entry] : entries_) {
        if (entry.seen.state(now, limits_.max_age) == Freshness::kFresh) {
            const MonoTime expires = entry.seen.at() + limits_.max_age;
            first = first ? std::min(*first, expires) : expires;
        }
    }
    return first;
}

} // namespace suanlu
