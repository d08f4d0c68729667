// SPDX-License-Identifier: Apache-2.0
#include "simulator/dispatch_kinds.hpp"

namespace suanlu::sim {

ChoosingDispatcher::ChoosingDispatcher(const Surroundings& around,
                                       std::vector<std::unique_ptr<FlowChooser>> choosers)
    : around_(around), choosers_(std::move(choosers)), random_(around.scenario.seed * 67867967 + 7) {
    for (const std::vector<double>& row : around.rtt_s) {
        std::vector<ChooserSite> sites;
        for (std::size_t j = 0; j < row.size(); ++j) {
            const SimSite& site = around.scenario.sites[j];
            const Servers servers = around.source.model_of(site).as_servers();
            sites.push_back(
                {row[j] + around.price_s[j], servers.slots, 1 / servers.rate_per_slot, 0, row[j] >= 0});
        }
        sites_.push_back(std::move(sites));
    }
}

Choice ChoosingDispatcher::place(const NewFlow& flow) {
    std::vector<ChooserSite>& sites = sites_[flow.ingress];
    for (std::size_t j = 0; j < sites.size(); ++j) {
        sites[j].path_s = around_.rtt_s[flow.ingress][j] + around_.price_s[j];
    }
    const Draw draw = [this] { return std::uniform_real_distribution<double>(0, 1)(random_); };
    FlowChooser& chooser = *choosers_[flow.ingress];
    for (const std::size_t site : chooser.probes(sites, draw)) {
        around_.probe(flow.ingress, site);
    }
    const std::size_t site = chooser.choose(sites, flow.now_s, draw);
    return site < sites.size() ? Choice{site, site, 0} : Choice{};
}

void ChoosingDispatcher::site_report(const SiteReport& report, double) {
    const SimSite& site = around_.scenario.sites[report.site];
    const Servers servers = around_.source.model_of(site, report.capacity).as_servers();
    for (std::vector<ChooserSite>& row : sites_) {
        row[report.site].jobs = report.jobs;
        row[report.site].slots = servers.slots;
    }
}

void ChoosingDispatcher::probe_answered(std::size_t ingress, std::size_t site, JobsReport news,
                                        double now_s) {
    choosers_[ingress]->probe_answered(site, news.jobs, now_s);
}

void ChoosingDispatcher::set_alive(std::size_t site, bool is_alive, double) {
    for (std::size_t i = 0; i < sites_.size(); ++i) {
        sites_[i][site].is_open = is_alive && around_.rtt_s[i][site] >= 0;
    }
}

} // namespace suanlu::sim
