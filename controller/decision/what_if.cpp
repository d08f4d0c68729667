// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/what_if.hpp"

#include <algorithm>

#include "policies/filters.hpp"
#include "policies/split.hpp"

namespace suanlu {

namespace {

// At a tenth of the flows per second, everything has moved after ten; the rest is for the holds.
constexpr int kSettleSeconds = 40;

bool is_link(const std::pair<std::string, std::string>& ends, const std::string& a, const std::string& b) {
    return (ends.first == a && ends.second == b) || (ends.first == b && ends.second == a);
}

bool fails(const WhatIfChange& change, const std::string& a, const std::string& b) {
    return std::any_of(change.failed_links.begin(), change.failed_links.end(),
                       [&](const auto& ends) { return is_link(ends, a, b); });
}

Status check_names(const WhatIfChange& change, const Inventory& inventory, const Replay& run) {
    std::set<std::string> sites = change.failed_sites;
    sites.insert(change.drained_sites.begin(), change.drained_sites.end());
    for (const auto& [site, slots] : change.added_slots) {
        sites.insert(site);
    }
    for (const auto& [site, price] : change.prices) {
        sites.insert(site);
    }
    for (const std::string& site : sites) {
        if (inventory.site(site) == nullptr) {
            return Error{Errc::kNotFound, "no site '" + site + "' in the inventory"};
        }
    }
    for (const auto& [service, policy] : change.policies) {
        if (inventory.service(service) == nullptr) {
            return Error{Errc::kNotFound, "no service '" + service + "' in the inventory"};
        }
        if (const auto known = find_policy(policy); !known) {
            return known.error();
        }
    }
    const auto rows = run.decision->paths().topology().rows(run.end);
    for (const auto& ends : change.failed_links) {
        if (std::none_of(rows.begin(), rows.end(),
                         [&](const auto& row) { return is_link(ends, row.link.from, row.link.to); })) {
            return Error{Errc::kNotFound, "no link " + ends.first + ">" + ends.second + " at that time"};
        }
    }
    return {};
}

/// The last inputs of a replay, said again every second with the changes in them.
class Continuation {
public:
    Continuation(Replay& run, const WhatIfChange& change) : run_(run), change_(change) {}

    Status go_on() {
        for (const auto& [node, report] : run_.ingresses) {
            for (const Service& service : run_.decision->inventory().services) {
                rates_[{node, service.name}] = run_.decision->arrivals().rate(node, service.name).value;
            }
        }
        for (const auto& [service, policy] : change_.policies) {
            SL_TRY_VOID(discard(run_.decision->set_policy(service, policy, run_.end)));
        }
        for (const auto& [site, price] : change_.prices) {
            SL_TRY_VOID(run_.decision->set_price(site, price, run_.end));
        }
        for (const std::string& site : change_.drained_sites) {
            SL_TRY_VOID(run_.decision->set_drain(site, true, run_.end));
        }
        for (int second = 1; second <= kSettleSeconds; ++second) {
            run_.end = run_.end + std::chrono::seconds(1);
            SL_TRY_VOID(say_links());
            SL_TRY_VOID(say_ingresses());
            SL_TRY_VOID(say_sites());
            run_.decision->tick(run_.end);
            run_.decision->take_plans();
        }
        return {};
    }

private:
    static Status discard(const Result<std::string>& result) {
        return result ? Status() : Status(result.error());
    }

    Status say_links() {
        for (auto& [source, report] : run_.links) {
            LinkReport now = report;
            ++report.sequence;
            std::erase_if(now.links, [&](const LinkState& l) { return fails(change_, l.from, l.to); });
            if (auto taken = run_.decision->take(std::move(now), run_.end); !taken) {
                return std::move(taken).error();
            }
        }
        return {};
    }
    Status say_ingresses() {
        for (auto& [node, report] : run_.ingresses) {
            ++report.sequence;
            std::set<std::string> seen;
            for (IngressServiceCount& count : report.services) {
                if (seen.insert(count.service).second) {
                    double& owed = owed_[{node, count.service}];
                    owed += rates_[{node, count.service}];
                    count.new_flows += static_cast<std::uint64_t>(owed);
                    owed -= static_cast<double>(static_cast<std::uint64_t>(owed));
                }
            }
            for (const std::string& site : change_.failed_sites) {
                report.sites[site] = SiteLiveness::kDead;
            }
            SL_TRY_VOID(run_.decision->take(report, run_.end));
        }
        return {};
    }
    Status say_sites() {
        for (auto& [name, site] : run_.sites) {
            ++site.report.sequence;
            if (change_.failed_sites.contains(name)) {
                continue;
            }
            SiteReport now = site.report;
            const auto more = change_.added_slots.find(name);
            for (InstanceReport& instance : now.instances) {
                instance.completed = 0; // nothing is measured of requests that were never made
                const double slots = more == change_.added_slots.end() ? 0 : more->second;
                instance.slots_total = std::max(0.0, instance.slots_total + slots);
                instance.slots_usable = std::max(0.0, instance.slots_usable + slots);
            }
            SL_TRY_VOID(run_.decision->take(std::move(now), run_.end, 0));
        }
        return {};
    }

    Replay& run_;
    const WhatIfChange& change_;
    std::map<std::pair<std::string, std::string>, double> rates_;
    /// Flows that are not whole yet.
    std::map<std::pair<std::string, std::string>, double> owed_;
};

double share_of(const Decision& decision, const std::string& ingress, const std::string& service,
                SiteId site) {
    const auto row = decision.shares().find({ingress, service});
    if (row != decision.shares().end()) {
        for (const SiteShare& share : row->second) {
            if (share.site == site) {
                return static_cast<double>(share.ppm) / kWholeShare;
            }
        }
    }
    return 0;
}

WhatIfLoad load_of(const Decision& decision, const std::string& service, std::size_t j) {
    const PolicyInput& input = *decision.last_input(service);
    const PolicySite& site = input.sites[j];
    WhatIfLoad out;
    out.capacity = usable_slots(site) * site.rate_per_slot;
    for (const PolicyIngress& ingress : input.ingresses) {
        out.jobs_per_s += ingress.jobs_per_s * share_of(decision, ingress.name, service, site.id);
    }
    return out;
}

/// Cost of the shares in force, whatever the policy thinks of them.
double cost_of(const Decision& decision, const std::string& service) {
    const PolicyInput& input = *decision.last_input(service);
    double cost = 0;
    for (std::size_t j = 0; j < input.sites.size(); ++j) {
        const PolicySite& site = input.sites[j];
        for (const PolicyIngress& ingress : input.ingresses) {
            const double jobs = ingress.jobs_per_s * share_of(decision, ingress.name, service, site.id);
            cost += jobs * (ingress.delay_s[j].value_or(0) + 1 / site.rate_per_slot + site.price_s);
        }
        if (const double slots = usable_slots(site); slots > 0) {
            cost +=
                queue_length({slots, site.rate_per_slot, site.cv2}, load_of(decision, service, j).jobs_per_s);
        }
    }
    return cost;
}

WhatIfSide side_of(const Decision& decision, const std::string& ingress, const std::string& service,
                   SiteId site) {
    const auto delay = decision.paths().delay(ingress, site);
    return {delay.has_value(), share_of(decision, ingress, service, site), delay ? delay->value : 0};
}

std::string rejection_of(const Decision& decision, const std::string& ingress, const std::string& service,
                         SiteId site) {
    for (const IngressDecision& row : decision.last_decision(service)->ingresses) {
        for (const SiteCandidate& c : row.candidates) {
            if (row.ingress == ingress && c.site == site) {
                return c.rejected_by;
            }
        }
    }
    return {};
}

void compare(const Decision& before, const Decision& after, const Service& service, WhatIf& out) {
    WhatIfService total{service.name, cost_of(before, service.name), cost_of(after, service.name), "", ""};
    FallbackMode worst = FallbackMode::kLive;
    for (const PolicyIngress& ingress : after.last_input(service.name)->ingresses) {
        worst = std::max(worst, after.fallback(service.name, ingress.name).view().mode);
        for (const Site& site : after.inventory().sites) {
            if (Inventory::hosted(site, service.name) != nullptr) {
                out.pairs.push_back({service.name, ingress.name, site.name,
                                     rejection_of(after, ingress.name, service.name, site.id),
                                     side_of(before, ingress.name, service.name, site.id),
                                     side_of(after, ingress.name, service.name, site.id)});
            }
        }
    }
    for (std::size_t j = 0; j < after.inventory().sites.size(); ++j) {
        const Site& site = after.inventory().sites[j];
        if (Inventory::hosted(site, service.name) != nullptr) {
            out.sites.push_back(
                {service.name, site.name, load_of(before, service.name, j), load_of(after, service.name, j)});
        }
    }
    total.mode_after = std::string(to_text(worst));
    total.verdict_after = after.last_decision(service.name)->verdict;
    out.services.push_back(std::move(total));
}

} // namespace

bool WhatIfChange::is_empty() const {
    return failed_links.empty() && failed_sites.empty() && drained_sites.empty() && added_slots.empty() &&
           policies.empty() && prices.empty();
}

Result<WhatIf> what_if(const JournalReading& journal, const Inventory& inventory, const WhatIfChange& change,
                       std::optional<Duration> until) {
    SL_TRY(Replay before, replay(journal, inventory, until));
    SL_TRY_VOID(check_names(change, inventory, before));
    Inventory changed = inventory;
    std::erase_if(changed.links, [&](const LinkExtra& l) { return l.delay && fails(change, l.a, l.b); });
    SL_TRY(Replay after, replay(journal, changed, until));
    SL_TRY_VOID(Continuation(before, WhatIfChange()).go_on());
    SL_TRY_VOID(Continuation(after, change).go_on());
    WhatIf out;
    for (const Service& service : inventory.services) {
        if (before.decision->last_decision(service.name) == nullptr ||
            after.decision->last_decision(service.name) == nullptr) {
            return Error{Errc::kRefused,
                         "the journal does not reach a decision about '" + service.name + "'"};
        }
        compare(*before.decision, *after.decision, service, out);
    }
    return out;
}

} // namespace suanlu
