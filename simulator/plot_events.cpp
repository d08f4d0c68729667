// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/support/text_table.hpp"
#include "simulator/plot.hpp"

namespace suanlu::sim {

namespace {

constexpr std::size_t kMostEvents = 12;

std::string where(const Scenario& scenario, const Happening& h) {
    if (h.ingresses.empty()) {
        return "all ingresses";
    }
    return h.ingresses.size() == 1 ? scenario.ingresses[h.ingresses.front()].name
                                   : std::to_string(h.ingresses.size()) + " ingresses";
}

std::string text_of(const Scenario& scenario, const Happening& h) {
    const std::string& site = scenario.sites[h.site].name;
    const std::string times = " x " + number_text(h.factor, 2);
    switch (h.kind) {
    case Happening::Kind::kSiteDies:
        return site + " dies";
    case Happening::Kind::kSiteReturns:
        return site + " returns";
    case Happening::Kind::kDrain:
        return site + " is drained";
    case Happening::Kind::kLoadStep:
        return "load of " + where(scenario, h) + times;
    case Happening::Kind::kCapacity:
        return "capacity of " + site + times;
    case Happening::Kind::kLinkSlower:
        return "round trip from " + where(scenario, h) + " to " + site + times;
    case Happening::Kind::kReportsLost:
        return number_text(h.factor * 100, 0) + "% of the reports are lost";
    }
    return {};
}

} // namespace

std::vector<PlotEvent> plot_events(const Scenario& scenario) {
    const bool has_room = scenario.happenings.size() <= kMostEvents;
    std::vector<PlotEvent> out;
    for (const Happening& h : scenario.happenings) {
        if (h.at_s <= scenario.seconds && (has_room || h.kind != Happening::Kind::kLoadStep)) {
            out.push_back({h.at_s, "at " + number_text(h.at_s, 0) + " s: " + text_of(scenario, h)});
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at_s < b.at_s; });
    if (out.size() > kMostEvents) {
        out[kMostEvents - 1].text +=
            ", and " + std::to_string(out.size() - kMostEvents) + " more events later";
        out.resize(kMostEvents);
    }
    return out;
}

} // namespace suanlu::sim
