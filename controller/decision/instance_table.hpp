// SPDX-License-Identifier: Apache-2.0
// Every service at every site: what the inventory expects and what the site's latest report says, found by
// name in the time of one look-up however many there are; and which services share a pool there. Pure; owned
// by whoever asks (Decision, DnsViewBuilder).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "controller/decision/inventory.hpp"
#include "core/model/sample.hpp"

namespace suanlu {

class InstanceTable {
public:
    struct Cell {
        /// Null: the site does not host it.
        const Site::Hosted* hosted = nullptr;
        /// Null: the site's latest report does not name it, or there is none.
        const InstanceReport* reported = nullptr;
        std::uint32_t pool = 0; ///< of those of its site; only where it is reported
    };

    /// The inventory outlives this object and does not change.
    explicit InstanceTable(const Inventory& inventory);

    /// Replaces what the site said before, null = by nothing; what the inventory does not name is left out.
    void note(std::string_view site, std::shared_ptr<const SiteReport> report);

    /// An empty cell for names that the inventory does not have.
    [[nodiscard]] const Cell& at(std::string_view site, std::string_view service) const;
    /// Services whose instances at this site share a pool with the cell's, itself included, as positions in
    /// the inventory. The cell is of this site, and reported.
    [[nodiscard]] const std::vector<std::uint32_t>& pool(std::string_view site, const Cell& cell) const;
    /// Of a service in the inventory, which must have it.
    [[nodiscard]] std::uint32_t position(std::string_view service) const { return services_.at(service); }

private:
    struct Row {
        std::shared_ptr<const SiteReport> report;
        std::vector<Cell> cells; ///< by the service's position in the inventory
        std::vector<std::vector<std::uint32_t>> pools;
    };
    void find_pools(Row& row);

    std::unordered_map<std::string_view, std::uint32_t> services_;
    std::unordered_map<std::string_view, Row> rows_;
};

} // namespace suanlu
