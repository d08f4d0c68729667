// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/replay.hpp"

#include <cstdio>

namespace suanlu {

namespace {

std::string bytes_of(const Plan& plan) {
    return to_bytes(JournalRecord{0, {}, JournalPlans{{plan}}});
}

std::string shares_text(const Plan& plan, const Inventory& inventory) {
    std::string out;
    for (const ServicePlan& service : plan.services) {
        out += (out.empty() ? "" : "; ") + service.name + ":";
        for (const SiteShare& share : service.shares) {
            char percent[32];
            std::snprintf(percent, sizeof percent, " %.2f %%", share.ppm * 100.0 / kWholeShare);
            const Site* site = inventory.site(share.site);
            out += " " + (site != nullptr ? site->name : std::to_string(share.site.value)) + percent;
        }
    }
    return out;
}

/// Feeds records one by one.
class Player {
public:
    Player(const Inventory& inventory, Replay& out) : inventory_(inventory), out_(out) {}

    Status play(const JournalRecord& record) {
        at_ = record.at;
        offset_ = record.offset;
        out_.end = record.at;
        ++out_.inputs;
        return std::visit([this](const auto& content) { return feed(content); }, record.content);
    }
    void finish() { compare({}); }

private:
    Status feed(const JournalStart& start) {
        start_ = at_;
        out_.is_continued = start.is_continued;
        out_.decision = std::make_unique<Decision>(inventory_, start.limits, start.adopted, at_);
        return {};
    }
    // A report that was refused then is refused now, and counted both times.
    Status feed(const JournalSite& site) {
        if (out_.decision->take(site.report, at_, site.wall_unix_ns)) {
            out_.sites[site.report.site] = site;
        }
        return {};
    }
    Status feed(const IngressReport& report) {
        if (out_.decision->take(report, at_)) {
            out_.ingresses[report.node] = report;
        }
        return {};
    }
    Status feed(const LinkReport& report) {
        if (out_.decision->take(report, at_)) {
            out_.links[report.source] = report;
        }
        return {};
    }
    Status feed(const JournalPolicy& chosen) {
        const auto previous = out_.decision->set_policy(chosen.service, chosen.policy, at_);
        return previous ? Status()
                        : Status(Error(previous.error()).with("journal, offset " + std::to_string(offset_)));
    }
    Status feed(const JournalDrain& drain) {
        return out_.decision->set_drain(drain.site, drain.is_on, at_).map_error([this](Error&& e) {
            return std::move(e).with("journal, offset " + std::to_string(offset_));
        });
    }
    Status feed(const JournalTick&) {
        out_.decision->tick(at_);
        return {};
    }
    Status feed(const JournalPlans& recorded) {
        --out_.inputs;
        compare(recorded.plans);
        return {};
    }

    void compare(const std::vector<Plan>& recorded) {
        std::map<std::string, std::pair<const Plan*, const Plan*>> pairs;
        for (const Plan& plan : recorded) {
            pairs[plan.node].first = &plan;
        }
        const std::vector<Plan> made = out_.decision->take_plans();
        for (const Plan& plan : made) {
            pairs[plan.node].second = &plan;
        }
        for (const auto& [node, pair] : pairs) {
            const auto& [was, is] = pair;
            ReplayPlan row{at_ - start_, offset_, node, false, ""};
            row.is_equal = was != nullptr && is != nullptr && bytes_of(*was) == bytes_of(*is);
            row.shares = is == nullptr ? "no Plan came out" : shares_text(*is, inventory_);
            row.shares += was == nullptr ? " (none was recorded)" : "";
            out_.differing += row.is_equal ? 0 : 1;
            out_.plans.push_back(std::move(row));
        }
    }

    const Inventory& inventory_;
    Replay& out_;
    MonoTime start_;
    MonoTime at_;
    std::uint64_t offset_ = 0;
};

} // namespace

Result<Replay> replay(const JournalReading& journal, const Inventory& inventory,
                      std::optional<Duration> until) {
    for (const Service& service : inventory.services) {
        if (const auto known = find_policy(service.policy); !known) {
            return known.error();
        }
    }
    Replay out;
    Player player(inventory, out);
    const MonoTime start = journal.records.front().at;
    for (const JournalRecord& record : journal.records) {
        if (until && record.at - start > *until) {
            break;
        }
        SL_TRY_VOID(player.play(record));
    }
    if (!until) {
        player.finish();
    }
    out.length = out.end - start;
    return out;
}

} // namespace suanlu
