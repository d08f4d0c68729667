// SPDX-License-Identifier: Apache-2.0
// What an lcore remembers of the tables from burst to burst. Rows that are pointed to stay where they are
// until the lcore's first pause behind the change of their table (row_table.hpp), and every burst begins with
// refresh(), which sees that change: a row that may be used again is never looked at.
#pragma once

#include "dataplane/dpdk/shared_tables.hpp"
#include "dataplane/dpdk/sid_ways.hpp"

namespace suanlu {

/// A site that packets may go to, and where this lcore counts them. All zero is the empty one: no site has
/// the id 0.
struct alignas(32) KnownSite {
    std::uint64_t id;
    const sl_site* site; ///< null = packets must not go there, or are not counted
    sl_site_counter* counter;
};

class KnownSites {
public:
    /// Before a burst: forgets what the tables no longer say.
    void refresh(const SharedTables& tables, std::uint32_t table) {
        const auto changes = tables.sites.changes();
        if (changes != changes_ || table != table_) {
            changes_ = changes;
            table_ = table;
            sites_ = {};
        }
    }
    /// Where a site is, or will be.
    [[nodiscard]] KnownSite& at(std::uint16_t id) { return sites_[id % kSites]; }

private:
    static constexpr std::size_t kSites = 128;

    std::uint64_t changes_ = 0;
    std::uint32_t table_ = 0;
    std::array<KnownSite, kSites> sites_{};
};

struct Remembered {
    SidWays ways;
    KnownSites sites;
};

} // namespace suanlu
