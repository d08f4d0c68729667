// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/prober_table.hpp"

#include <algorithm>

namespace suanlu {

namespace {

/// Reports come several times a second; one that is missing so long has nobody behind it.
constexpr Duration kSilence = std::chrono::seconds(5);
constexpr const char* kSelfSuspect = "self-suspect";

/// FNV-1a with a final mix (splitmix64): the same on every machine.
std::uint64_t weight_of(const std::string& ingress, const std::string& site) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : site + '\n' + ingress) {
        hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    }
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
    return hash ^ (hash >> 31);
}

} // namespace

ProberTable::ProberTable(const Inventory& inventory, MonoTime start)
    : most_(inventory.probers_per_site), start_(start) {
    std::vector<std::string> ingresses;
    for (const Router& router : inventory.routers) {
        if (router.is_ingress) {
            ingresses.push_back(router.name);
        }
    }
    if (ingresses.size() <= most_) {
        return;
    }
    for (const Site& site : inventory.sites) {
        Row& row = rows_[site.id];
        row.site = site.name;
        row.order = ingresses;
        std::sort(row.order.begin(), row.order.end(), [&site](const std::string& a, const std::string& b) {
            return weight_of(a, site.name) > weight_of(b, site.name);
        });
        row.probers.insert(row.order.begin(), row.order.begin() + most_);
    }
}

bool ProberTable::is_silent(const std::string& ingress, const IngressTable& reports, MonoTime now) const {
    const auto row = reports.rows().find(ingress);
    const bool has_spoken = row != reports.rows().end() && row->second.report;
    return now - (has_spoken ? std::max(row->second.received, start_) : start_) > kSilence;
}

void ProberTable::choose(Row& row, const IngressTable& reports, MonoTime now) const {
    row.probers.clear();
    for (const bool takes_silent : {false, true}) {
        for (auto name = row.order.begin(); name != row.order.end() && row.probers.size() < most_; ++name) {
            if (takes_silent || !is_silent(*name, reports, now)) {
                row.probers.insert(*name);
            }
        }
    }
}

bool ProberTable::is_found_down(const Row& row, const IngressTable& reports, MonoTime now) const {
    std::size_t heard = 0;
    std::size_t down = 0;
    for (const std::string& name : row.probers) {
        const auto found = reports.rows().find(name);
        const IngressReport* report = found == reports.rows().end() ? nullptr : found->second.report.get();
        // One that suspects itself is no witness, nor is one that has not probed this site yet.
        if (report == nullptr || is_silent(name, reports, now) || report->mode == kSelfSuspect ||
            !report->sites.contains(row.site)) {
            continue;
        }
        ++heard;
        down += report->sites.at(row.site) == SiteLiveness::kAlive ? 0 : 1;
    }
    return 2 * down > heard;
}

void ProberTable::update(const IngressTable& reports, MonoTime now) {
    for (auto& [site, row] : rows_) {
        choose(row, reports, now);
        row.is_down = is_found_down(row, reports, now);
    }
}

ProbeDuty ProberTable::duty(const std::string& ingress, SiteId site) const {
    const auto row = rows_.find(site);
    if (row == rows_.end() || row->second.probers.contains(ingress)) {
        return {};
    }
    return {false, row->second.is_down};
}

const std::set<std::string>& ProberTable::probers(SiteId site) const {
    static const std::set<std::string> kAll;
    const auto row = rows_.find(site);
    return row == rows_.end() ? kAll : row->second.probers;
}

} // namespace suanlu
