// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "controller/cli/text_table.hpp"

namespace suanlu::cli {

namespace {

template <class Strings>
std::string join(const Strings& parts, const char* between) {
    std::string out;
    for (const auto& part : parts) {
        out += (out.empty() ? "" : between) + part;
    }
    return out.empty() ? "-" : out;
}

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

std::string liveness_of(const v1::SiteView& site) {
    std::vector<std::string> parts;
    for (const auto& [ingress, state] : site.liveness()) {
        parts.push_back(ingress + ":" + state);
    }
    std::sort(parts.begin(), parts.end());
    return join(parts, " ");
}

} // namespace

std::string to_table(const v1::SiteList& list) {
    TextTable table({"SITE", "KIND", "STATE", "AGE", "EGRESSES", "SERVICE", "USABLE", "RUNNING", "WAITING",
                     "UTIL", "LIVENESS"});
    for (const v1::SiteView& site : list.sites()) {
        const std::string age = site.state() == "never-reported" ? "-" : show_seconds(site.age_s());
        const std::string egresses = join(site.egresses(), ",");
        if (site.instances().empty()) {
            table.add({site.name(), site.kind(), site.state(), age, egresses, "-", "-", "-", "-", "-",
                       liveness_of(site)});
        }
        for (const v1::InstanceView& i : site.instances()) {
            table.add({site.name(), site.kind(), site.state(), age, egresses, i.service(),
                       show_number(i.slots_usable()) + "/" + show_number(i.slots_total()),
                       show_number(i.running()), show_number(i.waiting()),
                       i.utilisation() < 0 ? "unknown" : show_share(i.utilisation()), liveness_of(site)});
        }
    }
    return table.text();
}

std::string to_table(const v1::LinkList& list) {
    TextTable table({"FROM", "TO", "METRIC", "DELAY", "STATE", "SOURCE", "AGE"});
    for (const v1::LinkView& link : list.links()) {
        table.add({link.from(), link.to(), std::to_string(link.igp_metric()),
                   link.has_delay_us() ? show_seconds(link.delay_us() * 1e-6) : "unknown",
                   link.up() ? "up" : "down", link.source(), show_seconds(link.age_s())});
    }
    return table.text();
}

std::string to_table(const v1::ServiceList& list) {
    TextTable table({"SERVICE", "ADDRESS", "AFFINITY", "POLICY", "FLOWS/S", "INGRESS", "SITE", "SHARE"});
    for (const v1::ServiceView& s : list.services()) {
        const std::string address =
            fmt::format("{} {}/{}", join(s.addresses(), ","), s.port(), s.transport());
        if (s.shares().empty()) {
            table.add({s.name(), address, s.affinity(), s.policy(), show_number(s.arrivals_per_s()), "-",
                       "anycast", "-"});
        }
        for (const v1::ShareView& share : s.shares()) {
            table.add({s.name(), address, s.affinity(), s.policy(), show_number(s.arrivals_per_s()),
                       share.ingress(), share.site(), show_share(share.share())});
        }
    }
    return table.text();
}

std::string to_table(const v1::PlanList& list) {
    TextTable table({"NODE", "GENERATION", "STATE", "SITE", "RANK", "SEGMENTS", "DESTINATION", "DELAY", "MTU",
                     "MEASURED"});
    std::string shares;
    for (const v1::PlanView& plan : list.plans()) {
        const std::string generation = fmt::format("{}/{}", plan.epoch(), plan.generation());
        if (plan.paths().empty()) {
            table.add({plan.node(), generation, plan.agent_state(), "-", "-", "-", "-", "-", "-", "-"});
        }
        for (const v1::PathView& p : plan.paths()) {
            std::string measured = or_dash(p.measured_state());
            if (p.measured_state() == "up") {
                measured += " " + show_seconds(p.measured_delay_us() * 1e-6);
            }
            table.add({plan.node(), generation, plan.agent_state(), p.site(), std::to_string(p.rank()),
                       join(p.segments(), " "), p.destination(), show_seconds(p.delay_us() * 1e-6),
                       std::to_string(p.mtu()), measured});
        }
        for (const v1::ShareView& s : plan.shares()) {
            shares +=
                fmt::format("{}: {} -> {} {}\n", plan.node(), s.ingress(), s.site(), show_share(s.share()));
        }
    }
    return table.text() + (shares.empty() ? "" : "\n" + shares);
}

std::string agents_table(const v1::PlanList& list) {
    TextTable table({"NODE", "STATE", "MODE", "ENGINE", "WANTED", "APPLIED", "REFUSAL"});
    for (const v1::PlanView& plan : list.plans()) {
        table.add({plan.node(), plan.agent_state(), or_dash(plan.agent_mode()), or_dash(plan.engine()),
                   std::to_string(plan.generation()), std::to_string(plan.applied_generation()),
                   or_dash(plan.refusal())});
    }
    return table.text();
}

std::string to_table(const v1::FlowList& list) {
    TextTable table({"INGRESS", "SERVICE", "SOURCE", "SITE", "KIND", "AGE"});
    for (const v1::FlowView& flow : list.flows()) {
        table.add({flow.ingress(), flow.service(), flow.source(), flow.site(), flow.kind(),
                   show_seconds(flow.age_s())});
    }
    return table.text() + list.note() + "\n";
}

std::string to_table(const v1::ExplainReply& reply) {
    std::string out = fmt::format("{} from {}: policy {}, {} jobs/s, plan generation {}\n{}\n",
                                  reply.service(), reply.ingress(), reply.policy(),
                                  show_number(reply.arrivals_per_s()), reply.generation(), reply.verdict());
    TextTable table({"SITE", "SHARE", "WANTED", "PATH", "SERVICE", "QUEUE", "PRICE", "SUM", "USABLE", "UTIL",
                     "REPORT AGE", "SEGMENTS", "WHY NOT"});
    for (const v1::CandidateView& c : reply.candidates()) {
        const bool out_of_race = !c.rejected_by().empty();
        table.add({c.site(), show_share(c.share_given()), show_share(c.share_wanted()),
                   show_seconds(c.path_delay_s()), show_seconds(c.service_time_s()),
                   out_of_race ? "-" : show_seconds(c.queue_price_s()), show_seconds(c.price_s()),
                   out_of_race ? "-" : show_seconds(c.marginal_s()), show_number(c.slots_usable()),
                   c.utilisation() < 0 ? "unknown" : show_share(c.utilisation()),
                   show_seconds(c.report_age_s()), join(c.segments(), " "), or_dash(c.rejected_by())});
    }
    return out + table.text();
}

std::string to_table(const v1::SetPolicyReply& reply) {
    return "changed; it was " + reply.previous() + "\n";
}

} // namespace suanlu::cli
