// SPDX-License-Identifier: Apache-2.0
#include "controller/cli/replay_report.hpp"

#include <nlohmann/json.hpp>

#include "core/support/text_table.hpp"

namespace suanlu {

namespace {

using Json = nlohmann::ordered_json;

double seconds_of(Duration d) {
    return std::chrono::duration<double>(d).count();
}

std::string lines_of(const ReplayNotes& notes) {
    std::string out;
    for (const std::string& note : notes.notes) {
        out += "note: " + note + "\n";
    }
    return out;
}

std::string delay_of(const WhatIfSide& side) {
    return side.has_path ? seconds_text(side.delay_s) : "no path";
}

std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const WhatIfSide& side) {
    Json out{{"share", side.share}};
    if (side.has_path) {
        out["delay_s"] = side.delay_s;
    }
    return out;
}

Json json_of(const WhatIfLoad& load) {
    return {{"jobs_per_s", load.jobs_per_s},
            {"capacity_per_s", load.capacity},
            {"utilisation", load.utilisation()}};
}

} // namespace

std::string show(const Replay& run, const ReplayNotes& notes, bool colour) {
    TextTable table({">AT", "NODE", "SAME", "SHARES"});
    for (const ReplayPlan& plan : run.plans) {
        table.add({number_text(seconds_of(plan.since_start), 3) + " s", plan.node,
                   plan.is_equal ? "yes" : "NO", plan.shares.empty() ? "-" : plan.shares});
    }
    return table.text(colour) + "\n" + lines_of(notes) + std::to_string(run.inputs) + " inputs over " +
           number_text(seconds_of(run.length), 1) + " s, " + std::to_string(run.plans.size()) + " Plans, " +
           (run.differing == 0 ? "all the same bit for bit" : std::to_string(run.differing) + " differ") +
           "\n";
}

std::string show(const WhatIf& answer, const ReplayNotes& notes, bool colour) {
    TextTable pairs({"SERVICE", "INGRESS", "SITE", ">SHARE", ">AFTER", ">DELAY", ">AFTER", "WHY NOT, AFTER"});
    for (const WhatIfPair& p : answer.pairs) {
        pairs.add({p.service, p.ingress, p.site, percent_text(p.before.share), percent_text(p.after.share),
                   delay_of(p.before), delay_of(p.after), p.rejected_by.empty() ? "-" : p.rejected_by});
    }
    TextTable sites({"SERVICE", "SITE", ">JOBS/S", ">AFTER", ">TAKES", ">AFTER", ">LOAD", ">AFTER"});
    for (const WhatIfSite& s : answer.sites) {
        sites.add({s.service, s.site, number_text(s.before.jobs_per_s, 1), number_text(s.after.jobs_per_s, 1),
                   number_text(s.before.capacity, 1), number_text(s.after.capacity, 1),
                   percent_text(s.before.utilisation()), percent_text(s.after.utilisation())});
    }
    TextTable services({"SERVICE", ">COST", ">AFTER", "STATE", "VERDICT, AFTER"});
    for (const WhatIfService& s : answer.services) {
        services.add({s.service, number_text(s.cost_before, 3), number_text(s.cost_after, 3), s.mode_after,
                      s.verdict_after});
    }
    return pairs.text(colour) + "\n" + sites.text(colour) + "\n" + services.text(colour) + "\n" +
           lines_of(notes) +
           "COST: jobs on the way, in service and waiting, predicted. 40 s after the change, arrivals as "
           "they were.\n";
}

std::string json_text(const Replay& run, const ReplayNotes& notes) {
    Json out{{"inputs", run.inputs},
             {"length_s", seconds_of(run.length)},
             {"differing", run.differing},
             {"notes", notes.notes},
             {"plans", Json::array()}};
    for (const ReplayPlan& plan : run.plans) {
        out["plans"].push_back({{"at_s", seconds_of(plan.since_start)},
                                {"offset", plan.offset},
                                {"node", plan.node},
                                {"same", plan.is_equal},
                                {"shares", plan.shares}});
    }
    return dumped(out);
}

std::string json_text(const WhatIf& answer, const ReplayNotes& notes) {
    Json out{{"notes", notes.notes},
             {"services", Json::array()},
             {"pairs", Json::array()},
             {"sites", Json::array()}};
    for (const WhatIfService& s : answer.services) {
        out["services"].push_back({{"service", s.service},
                                   {"cost_before", s.cost_before},
                                   {"cost_after", s.cost_after},
                                   {"state_after", s.mode_after},
                                   {"verdict_after", s.verdict_after}});
    }
    for (const WhatIfPair& p : answer.pairs) {
        out["pairs"].push_back({{"service", p.service},
                                {"ingress", p.ingress},
                                {"site", p.site},
                                {"before", json_of(p.before)},
                                {"after", json_of(p.after)},
                                {"rejected_by", p.rejected_by}});
    }
    for (const WhatIfSite& s : answer.sites) {
        out["sites"].push_back({{"service", s.service},
                                {"site", s.site},
                                {"before", json_of(s.before)},
                                {"after", json_of(s.after)}});
    }
    return dumped(out);
}

} // namespace suanlu
