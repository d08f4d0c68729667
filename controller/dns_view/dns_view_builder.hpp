// SPDX-License-Identifier: Apache-2.0
// Makes the DnsView of Applied Plans and site reports. The answers of a class follow the Plan that its own
// ingress applied last, so a lagging router delays nobody else's. A view changes at most once a second: the
// first change after a quiet second at once, the others together. What is close to what was said stays
// (dns_hysteresis.hpp). After a start nothing is said until every class has a Plan, or a while has passed: a
// restarted controller must not take away answers that still hold. Pure; owned by the publisher's strand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/decision/instance_table.hpp"
#include "controller/dns_view/dns_facts.hpp"
#include "controller/program/program_core.hpp"
#include "core/support/clock.hpp"

namespace suanlu {

struct DnsViewLimits {
    Duration least_between = std::chrono::seconds(1);
    /// Longest wait after the start for the first Plan of every class.
    Duration longest_silence = std::chrono::seconds(10);
};

struct DnsViewCounters {
    std::uint64_t views = 0;
    /// Rebuilds that changed nothing that is told.
    std::uint64_t close = 0;
    std::uint64_t answers_changed = 0;
    std::uint64_t sites_changed = 0;
};

class DnsViewBuilder {
public:
    /// The inventory has a section `dns`. `epoch`: of the controller; generations begin anew with each.
    DnsViewBuilder(Inventory inventory, std::string controller, std::uint64_t epoch, MonoTime start,
                   DnsViewLimits limits = {});
    /// Its own rows point at sites and services of its inventory, which a move leaves where they are.
    DnsViewBuilder(DnsViewBuilder&&) = default;
    DnsViewBuilder(const DnsViewBuilder&) = delete;
    DnsViewBuilder& operator=(const DnsViewBuilder&) = delete;

    void take(std::shared_ptr<const AppliedView> applied);
    void take(DnsFacts facts);
    /// The next view, or null: nothing to tell, or not yet.
    std::shared_ptr<const DnsView> next(MonoTime now, std::uint64_t wall_unix_ms);
    /// When `next` should be asked again though nothing comes in.
    [[nodiscard]] std::optional<MonoTime> due() const;
    [[nodiscard]] const DnsViewCounters& counters() const { return counters_; }

private:
    /// What an answer takes from a Plan, found by id.
    struct PlanIndex;
    using ClassPlans = std::vector<std::pair<std::size_t, PlanIndex>>;

    [[nodiscard]] std::shared_ptr<const Plan> plan_of(const DnsClassSettings& c) const;
    [[nodiscard]] bool is_decided_everywhere() const;
    [[nodiscard]] const Site& site_of(SiteId id) const;
    [[nodiscard]] const DnsSiteSettings* settings_of(const Site& site) const;
    [[nodiscard]] DnsView outline() const;
    [[nodiscard]] DnsSite outline(const Site& site) const;
    [[nodiscard]] DnsService outline(const Service& service) const;
    [[nodiscard]] ClassPlans take_changed_plans();
    bool update_sites(DnsView& view);
    bool update_service(DnsView& view, std::size_t at, const ClassPlans& plans, bool has_facts);

    Inventory inventory_; ///< sites and services by id
    InstanceTable instances_;
    DnsViewLimits limits_;
    MonoTime start_;
    std::shared_ptr<const AppliedView> applied_;
    DnsFacts facts_;
    bool has_plans_ = false; ///< that were not looked at yet
    bool has_facts_ = false;
    /// By class: the Plan that its answers were made of.
    std::vector<std::shared_ptr<const Plan>> used_;
    DnsView last_;
    bool was_told_ = false;
    MonoTime not_before_;
    DnsViewCounters counters_;
};

} // namespace suanlu
