// SPDX-License-Identifier: Apache-2.0
// Reports of `suanluctl policy` as tables for people.
#include <algorithm>
#include <cmath>

#include "controller/offline/policy_answer.hpp"
#include "controller/offline/policy_words.hpp"
#include "core/support/text_table.hpp"
#include "policies/strategy/file_walk.hpp"

namespace suanlu::offline {

namespace {

using Row = std::vector<std::string>;

/// Microseconds to hours in one column: three digits and the unit that fits.
std::string worth_text(double seconds) {
    const double size = std::abs(seconds);
    char buffer[32];
    if (seconds == 0) {
        return "0 s";
    }
    std::snprintf(buffer, sizeof buffer, size < 1000 ? "%.4g %s" : "%.0f %s",
                  size < 1e-3 ? seconds * 1e6
                  : size < 1  ? seconds * 1e3
                              : seconds,
                  size < 1e-3 ? "us"
                  : size < 1  ? "ms"
                              : "s");
    return buffer;
}

std::string share_of(const PolicyTrial& trial, const RankedSite& site) {
    const auto share = trial.shares.find(site.id);
    return trial.shares.empty() ? "-" : percent_text(share == trial.shares.end() ? 0 : share->second);
}

/// What a term counts; '?' where the site does not state it, in brackets where it is compared first.
std::string term_text(const RankedTerm& term) {
    const std::string text = worth_text(term.counted_s) + (term.seconds ? "" : "?");
    return term.is_first ? "[" + text + "]" : text;
}

std::string trial_table(const PolicyTrial& trial, bool colour) {
    if (trial.ranking.candidates() == 0) {
        return {};
    }
    Row titles{">#", "SITE", ">COST"};
    for (const RankedTerm& term : trial.ranking.sites.front().terms) {
        std::string title(to_text(term.kind));
        std::transform(title.begin(), title.end(), title.begin(),
                       [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
        titles.push_back(">" + title);
    }
    if (!trial.shares.empty()) {
        titles.push_back(">SHARE");
    }
    TextTable table(titles);
    for (std::size_t i = 0; i < trial.ranking.candidates(); ++i) {
        const RankedSite& site = trial.ranking.sites[i];
        Row row{std::to_string(i + 1), site.name, worth_text(site.cost_s)};
        for (const RankedTerm& term : site.terms) {
            row.push_back(term_text(term));
        }
        if (!trial.shares.empty()) {
            row.push_back(share_of(trial, site));
        }
        table.add(std::move(row));
    }
    return table.text(colour);
}

std::string rejected_text(const Ranking& ranking) {
    std::string out;
    for (std::size_t i = ranking.candidates(); i < ranking.sites.size(); ++i) {
        out += "rejected  " + ranking.sites[i].name + "  " + ranking.sites[i].rejected_by + "\n";
    }
    return out;
}

std::string reasons_table(const Ranking& ranking, bool colour) {
    TextTable table({"SITE", "TERM", ">STATED", ">COUNTED", "WHY"});
    for (const RankedSite& site : ranking.sites) {
        for (const RankedTerm& term : site.terms) {
            table.add({site.name, std::string(to_text(term.kind)),
                       term.seconds ? worth_text(*term.seconds) : "unknown", worth_text(term.counted_s),
                       term.why});
        }
    }
    return ranking.sites.empty() ? "" : "\n" + table.text(colour);
}

std::string heading(const RequestReport& report, const std::string& policy) {
    return "request " + report.request.name + ": " + std::string(to_text(report.request.kind)) + ", policy " +
           policy + "\n";
}

std::string single_text(const RequestReport& report, bool explain, bool colour) {
    const PolicyTrial& trial = report.trials.front();
    return heading(report, trial.policy) +
           (trial.ranking.refusal.empty() ? "" : "refusal   " + trial.ranking.refusal + "\n") +
           trial_table(trial, colour) + rejected_text(trial.ranking) +
           (explain ? reasons_table(trial.ranking, colour) : "");
}

/// "2" or "-" for a rejected site, and what to say of it.
std::pair<std::string, const RankedSite*> place_of(const Ranking& ranking, SiteId id) {
    for (std::size_t i = 0; i < ranking.sites.size(); ++i) {
        if (ranking.sites[i].id == id) {
            const bool is_in = ranking.sites[i].rejected_by.empty();
            return {is_in ? std::to_string(i + 1) : "-", &ranking.sites[i]};
        }
    }
    return {"-", nullptr};
}

std::string pair_text(const RequestReport& report, bool colour) {
    const PolicyTrial& a = report.trials[0];
    const PolicyTrial& b = report.trials[1];
    std::string out = heading(report, a.policy + " | " + b.policy);
    for (const PolicyTrial* trial : {&a, &b}) {
        out += trial->ranking.refusal.empty()
                   ? ""
                   : "refusal   " + trial->policy + ": " + trial->ranking.refusal + "\n";
    }
    TextTable table({"SITE", ">#", "|", ">#", ">COST", "|", ">COST", ">SHARE", "|", ">SHARE", "REJECTED BY"});
    const Ranking& order = a.ranking.sites.empty() ? b.ranking : a.ranking;
    for (const RankedSite& site : order.sites) {
        const auto [first, in_a] = place_of(a.ranking, site.id);
        const auto [second, in_b] = place_of(b.ranking, site.id);
        const auto cost = [](const RankedSite* s) {
            return s != nullptr && s->rejected_by.empty() ? worth_text(s->cost_s) : std::string("-");
        };
        std::string why = in_a != nullptr ? in_a->rejected_by : "";
        if (in_b != nullptr && !in_b->rejected_by.empty() && in_b->rejected_by != why) {
            why += (why.empty() ? "" : " | ") + in_b->rejected_by;
        }
        table.add({site.name, first, "|", second, cost(in_a), "|", cost(in_b), share_of(a, site), "|",
                   share_of(b, site), why});
    }
    return order.sites.empty() ? out : out + table.text(colour);
}

std::string differences_text(const PolicyReport& report, bool colour) {
    if (report.differences.empty()) {
        return "the policies say the same\n";
    }
    TextTable table({"PLACE", report.policies[0], report.policies[1]});
    for (const auto& [place, first, second] : report.differences) {
        table.add({place, first, second});
    }
    return table.text(colour);
}

} // namespace

std::string to_text(const std::vector<PolicyCheck>& checks) {
    std::string out;
    for (const PolicyCheck& check : checks) {
        for (const YamlComplaint& complaint : check.reading.complaints) {
            out += complaint_text(check.file, complaint) + "\n";
        }
        if (check.reading.policy) {
            std::string terms;
            for (const Term& term : check.reading.policy->terms) {
                terms += (terms.empty() ? "" : " + ") + std::string(to_text(term.kind));
            }
            out += check.file + ": ok, policy " + check.reading.policy->name + ": " + terms + "\n";
        }
    }
    return out;
}

std::string to_text(const PolicyReport& report, bool explain, bool colour) {
    std::string out = report.policies.size() == 2 ? differences_text(report, colour) : "";
    for (const RequestReport& request : report.requests) {
        out += out.empty() ? "" : "\n";
        out +=
            report.policies.size() == 2 ? pair_text(request, colour) : single_text(request, explain, colour);
    }
    return out;
}

} // namespace suanlu::offline
