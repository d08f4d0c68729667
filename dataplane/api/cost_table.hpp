// SPDX-License-Identifier: Apache-2.0
// What packets weigh sites by when they place a new flow: keeps the newest report of every (service, site),
// makes cost words of them (core/model/placement_cost.hpp) and writes them into the engine's rows, names each
// row's second site and gap, and hands out credit so that no more than exception_share of the new flows take
// a second choice. Works in place on memory that packets read; they only count `sent` and take credit. Owned
// by the engine's strand; time is an argument. Services for which no rows are left place by their slots alone
// and are counted.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/model/placement_cost.hpp"
#include "core/support/clock.hpp"
#include "dataplane/api/dataplane.hpp"
#include "dataplane/steer/wire.h"

namespace suanlu {

class CostTable {
public:
    /// True for a site that may take new flows now.
    using MayTake = std::function<bool(SiteId)>;

    /// Both outlive the table.
    CostTable(std::span<sl_cost> rows, std::span<std::uint64_t> credits)
        : rows_(rows), credits_(credits), holes_{{0, static_cast<std::uint32_t>(rows.size())}} {}

    /// The services of a Plan and what they place by. Sites that stay keep their rank and their news.
    void take(const std::vector<ServicePlan>& services);
    void load(const SiteJobs& report, MonoTime now, const MayTake& may_take);
    /// All words, second sites and gaps.
    void refresh(MonoTime now, const MayTake& may_take);
    /// Credit for the new flows since the last call; about every 100 ms.
    void grant();

    struct Rows {
        std::uint32_t first = 0;
        std::uint16_t count = 0;
    };
    /// The rows of a service; none: its flows go where their slots say.
    [[nodiscard]] Rows rows(ServiceId service) const;
    /// SL_NO_RANK when the site has no row.
    [[nodiscard]] std::uint16_t rank(ServiceId service, SiteId site) const;
    [[nodiscard]] PlacementCount count() const;

private:
    /// How many flows had been sent at a moment.
    struct Sent {
        MonoTime at;
        std::uint64_t flows = 0;
    };
    struct Site {
        SitePlacement placement; ///< site 0 = the rank is free
        /// Share of the flows whose slot is the site's.
        double weight = 0;
        double jobs = 0;
        std::optional<MonoTime> measured;
        std::deque<Sent> sent;
        bool is_fresh = false;
    };
    struct Service {
        std::uint32_t offset = 0;
        PlacementTable table;
        std::vector<Site> sites; ///< by rank
        /// New flows up to the last grant, those of about the last second, and the part of a second choice
        /// that they have earned.
        std::uint64_t flows = 0;
        double recent = 0;
        double earned = 0;
    };

    std::optional<std::uint32_t> occupy(std::uint32_t rows);
    void vacate(std::uint32_t at, std::uint32_t rows);
    /// Null: no rows are left.
    Service* find_or_make(const ServicePlan& plan);
    void take(Service& service, const ServicePlan& plan);
    void seat(Service& service, const SitePlacement& placement);
    void clear(std::uint32_t row);
    void forget(Service& service, std::uint16_t rank);
    [[nodiscard]] double own_flows(const Site& site, std::uint64_t sent, MonoTime now) const;
    void note_sent(Site& site, std::uint64_t sent, double most_age, MonoTime now);
    void write_word(Service& service, std::uint16_t rank, MonoTime now, const MayTake& may_take);
    [[nodiscard]] double mean_saving(const Service& service, std::span<const std::uint16_t> ranks) const;
    void choose_seconds(Service& service);
    void grant(ServiceId id, Service& service);

    std::span<sl_cost> rows_;
    std::span<std::uint64_t> credits_;
    /// Rows that no service has: where they begin, and how many.
    std::map<std::uint32_t, std::uint32_t> holes_;
    std::map<ServiceId, Service> services_;
    PlacementCount count_;
};

} // namespace suanlu
