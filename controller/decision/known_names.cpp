// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/known_names.hpp"

namespace suanlu {

LeftOut leave_out_unknown(const Inventory& inventory, IngressReport& report) {
    LeftOut out;
    const auto is_no_site = [&](const std::string& name) { return inventory.site(name) == nullptr; };
    const auto is_no_service = [&](const auto& row) { return inventory.service(row.service) == nullptr; };
    const auto is_no_path = [&](const auto& row) {
        const Site* site = inventory.site(row.site);
        return site == nullptr || site_of(row.path) != site->id;
    };
    const auto is_of_no_site = [&](const auto& row) { return is_no_site(row.first); };
    out.services += std::erase_if(report.services, is_no_service);
    for (IngressServiceCount& row : report.services) {
        out.sites += std::erase_if(row.new_flows_by_site, is_of_no_site);
    }
    out.services += std::erase_if(report.flows, is_no_service);
    out.sites += std::erase_if(
        report.flows, [&](const FlowSample& flow) { return !flow.site.empty() && is_no_site(flow.site); });
    out.paths += std::erase_if(report.paths, is_no_path);
    out.paths += std::erase_if(report.path_counts, is_no_path);
    out.sites += std::erase_if(report.sites, is_of_no_site);
    out.sites += std::erase_if(report.rests, is_of_no_site);
    return out;
}

} // namespace suanlu
