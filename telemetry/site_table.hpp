// SPDX-License-Identifier: Apache-2.0
// The latest report of every site. Reports of one site are ordered by boot id and sequence; what is older,
// repeated, malformed or of an unknown site is refused, counted, and the last good report stays. Age runs on
// the monotonic clock from receipt; a site's wall clock is only compared with ours to show the skew. Pure:
// the owner's strand passes the time in. Sites come from the inventory (design: telemetry).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/sample.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"
#include "telemetry/freshness.hpp"

namespace suanlu {

struct SiteTableLimits {
    /// A report older than this is stale.
    Duration max_age = std::chrono::seconds(2);
    /// Skew beyond this is counted; the report is taken all the same.
    Duration most_skew = std::chrono::seconds(1);
    /// Sites whose last reports fall within this span have vanished "at once".
    Duration at_once = std::chrono::seconds(1);
    std::size_t most_instances = 1024;
};

/// What the table knows about one site at one moment.
struct SiteView {
    std::string site;
    Freshness freshness = Freshness::kNeverReported;
    /// The last good report, stale or not; null until the first one.
    std::shared_ptr<const SiteReport> report;
    /// Since receipt of `report`; zero until the first one.
    Duration age{0};
    /// The site's wall clock minus ours at receipt (transit included); shown, never computed with.
    Duration clock_skew{0};
    bool is_clock_off = false;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    /// Boots of suanlu-site seen so far.
    std::uint64_t boots = 0;
};

struct SiteTableCounters {
    std::uint64_t accepted = 0;
    std::uint64_t refused_unknown_site = 0;
    /// Sequence not above the last one of this boot, or a boot that was already replaced.
    std::uint64_t refused_old = 0;
    /// A field is outside its documented range.
    std::uint64_t refused_malformed = 0;
    /// Accepted with a clock skew above the limit.
    std::uint64_t clock_off = 0;
};

class SiteTable {
public:
    /// `sites`: the names of the inventory.
    explicit SiteTable(const std::vector<std::string>& sites, SiteTableLimits limits = {});

    /// Takes a report. kNotFound: unknown site; kConflict: old or repeated; kBadInput: a field out of range
    /// (named in the error). `wall_unix_ns` is our wall clock. On refusal the table is unchanged but for its
    /// counters.
    Status accept(SiteReport report, MonoTime now, std::uint64_t wall_unix_ns);

    /// kNotFound for a site outside the inventory.
    [[nodiscard]] Result<SiteView> view(const std::string& site, MonoTime now) const;
    /// All sites of the inventory, by name.
    [[nodiscard]] std::vector<SiteView> views(MonoTime now) const;
    /// True while more than half of the sites that ever reported (two at least) are stale and fell silent
    /// within `at_once` of each other: then the fault is more likely ours than theirs.
    [[nodiscard]] bool is_self_suspect(MonoTime now) const;
    /// The moment the next fresh site turns stale if it stays silent; nullopt when none is fresh.
    [[nodiscard]] std::optional<MonoTime> next_expiry(MonoTime now) const;
    [[nodiscard]] const SiteTableCounters& counters() const { return counters_; }

private:
    struct Entry {
        std::shared_ptr<const SiteReport> report;
        LastSeen seen;
        Duration clock_skew{0};
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        std::uint64_t boots = 0;
        /// Boot ids that a newer boot has replaced, newest last.
        std::deque<std::string> earlier_boots;
    };
    Status check_order(const Entry& entry, const SiteReport& report) const;
    [[nodiscard]] SiteView view_of(const std::string& site, const Entry& entry, MonoTime now) const;
    void keep(Entry& entry, SiteReport report, MonoTime now, std::uint64_t wall_unix_ns);

    SiteTableLimits limits_;
    std::map<std::string, Entry> entries_;
    SiteTableCounters counters_;
};

/// Every number of a report is finite and in its range; the error names the field.
Status check_report(const SiteReport& report, const SiteTableLimits& limits);

} // namespace suanlu
