// SPDX-License-Identifier: Apache-2.0
// Who probes a site when there are more ingresses than it takes probes from: so many of them, chosen by
// rendezvous hashing (the coming and going of one changes one), and what they found, for the others. An
// ingress that has been silent is replaced until it speaks again. Pure; owned by Decision.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/decision/ingress_table.hpp"
#include "controller/decision/inventory.hpp"

namespace suanlu {

struct ProbeDuty {
    bool is_prober = true;
    /// Of an ingress that does not probe: most probers that say anything find the site gone.
    bool is_down = false;

    bool operator==(const ProbeDuty&) const = default;
};

class ProberTable {
public:
    /// `start` = when this controller began to listen.
    ProberTable(const Inventory& inventory, MonoTime start);

    /// Chooses anew and asks the reports.
    void update(const IngressTable& reports, MonoTime now);
    /// Everybody probes until update().
    [[nodiscard]] ProbeDuty duty(const std::string& ingress, SiteId site) const;
    /// Empty when every ingress probes.
    [[nodiscard]] const std::set<std::string>& probers(SiteId site) const;

private:
    struct Row {
        std::string site;
        /// Every ingress, best first.
        std::vector<std::string> order;
        std::set<std::string> probers;
        bool is_down = false;
    };
    [[nodiscard]] bool is_silent(const std::string& ingress, const IngressTable& reports, MonoTime now) const;
    void choose(Row& row, const IngressTable& reports, MonoTime now) const;
    [[nodiscard]] bool is_found_down(const Row& row, const IngressTable& reports, MonoTime now) const;

    std::uint32_t most_;
    MonoTime start_;
    /// Only of sites that cannot be probed by all.
    std::map<SiteId, Row> rows_;
};

} // namespace suanlu
