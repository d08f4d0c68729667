// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/instance_table.hpp"

#include <map>
#include <tuple>

namespace suanlu {

InstanceTable::InstanceTable(const Inventory& inventory) {
    for (const Service& service : inventory.services) {
        services_.emplace(service.name, static_cast<std::uint32_t>(services_.size()));
    }
    for (const Site& site : inventory.sites) {
        Row& row = rows_[site.name];
        row.cells.resize(services_.size());
        for (const Site::Hosted& hosted : site.services) {
            if (const auto found = services_.find(hosted.service); found != services_.end()) {
                row.cells[found->second].hosted = &hosted;
            }
        }
    }
}

void InstanceTable::note(std::string_view site, std::shared_ptr<const SiteReport> report) {
    const auto found = rows_.find(site);
    if (found == rows_.end()) {
        return;
    }
    Row& row = found->second;
    row.report = std::move(report);
    for (Cell& cell : row.cells) {
        cell.reported = nullptr;
    }
    for (std::size_t i = 0; row.report && i < row.report->instances.size(); ++i) {
        const InstanceReport& instance = row.report->instances[i];
        if (const auto service = services_.find(instance.service); service != services_.end()) {
            row.cells[service->second].reported = &instance;
        }
    }
    find_pools(row);
}

/// Reports do not name pools; instances with the same figures at the same moment share one.
void InstanceTable::find_pools(Row& row) {
    std::map<std::tuple<double, double, double, double>, std::uint32_t> known;
    row.pools.clear();
    for (std::uint32_t service = 0; service < row.cells.size(); ++service) {
        Cell& cell = row.cells[service];
        if (cell.reported == nullptr) {
            continue;
        }
        const InstanceReport& i = *cell.reported;
        const auto [pool, is_new] = known.try_emplace({i.slots_total, i.slots_usable, i.running, i.waiting},
                                                      static_cast<std::uint32_t>(row.pools.size()));
        if (is_new) {
            row.pools.emplace_back();
        }
        cell.pool = pool->second;
        row.pools[cell.pool].push_back(service);
    }
}

const InstanceTable::Cell& InstanceTable::at(std::string_view site, std::string_view service) const {
    static const Cell kNone;
    const auto row = rows_.find(site);
    const auto position = services_.find(service);
    return row == rows_.end() || position == services_.end() ? kNone : row->second.cells[position->second];
}

const std::vector<std::uint32_t>& InstanceTable::pool(std::string_view site, const Cell& cell) const {
    return rows_.at(site).pools[cell.pool];
}

} // namespace suanlu
