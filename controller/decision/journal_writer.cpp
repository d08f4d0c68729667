// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/journal.hpp"

namespace suanlu {

JournalWriter::JournalWriter(JournalStart start, MonoTime now)
    : start_(std::move(start)), pending_(kJournalMagic) {
    add({0, now, start_});
}

void JournalWriter::on_site(const SiteReport& report, std::uint64_t wall_unix_ns, MonoTime now) {
    add({0, now, JournalSite{wall_unix_ns, report}});
}
void JournalWriter::on_ingress(const IngressReport& report, MonoTime now) {
    add({0, now, report});
}
void JournalWriter::on_links(const LinkReport& report, MonoTime now) {
    add({0, now, report});
}
void JournalWriter::on_policy(const std::string& service, const std::string& policy, MonoTime now) {
    add({0, now, JournalPolicy{service, policy}});
}
void JournalWriter::on_drain(const std::string& site, bool is_on, MonoTime now) {
    add({0, now, JournalDrain{site, is_on}});
}
void JournalWriter::on_tick(MonoTime now) {
    add({0, now, JournalTick{}});
}
void JournalWriter::on_plans(const std::vector<Plan>& plans, MonoTime now) {
    add({0, now, JournalPlans{plans}});
}

void JournalWriter::begin_again(const Decision& decision, MonoTime now) {
    pending_ = kJournalMagic;
    start_.adopted = decision.shares();
    start_.is_continued = true;
    add({0, now, start_});
    for (const Service& service : decision.inventory().services) {
        if (decision.policy_of(service.name) != service.policy) {
            on_policy(service.name, decision.policy_of(service.name), now);
        }
    }
    for (const Site& site : decision.inventory().sites) {
        const bool is_on = decision.is_draining(site.id);
        if (is_on != decision.inventory().drained.contains(site.id)) {
            on_drain(site.name, is_on, now);
        }
    }
    std::map<std::string, LinkReport> links;
    for (Topology::Row& row : decision.paths().topology().rows(now)) {
        if (!row.is_static) {
            links[row.source].source = row.source;
            links[row.source].links.push_back(std::move(row.link));
        }
    }
    for (const auto& [source, report] : links) {
        on_links(report, now);
    }
    for (const auto& [node, row] : decision.ingresses().rows()) {
        if (row.report) {
            on_ingress(*row.report, now);
        }
    }
    for (const SiteView& view : decision.sites().views(now)) {
        if (view.report) {
            on_site(*view.report, view.report->wall_unix_ns, now);
        }
    }
}

} // namespace suanlu
