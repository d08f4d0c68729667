// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/holding_term.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace suanlu {

namespace {

struct Move {
    std::optional<double> seconds;
    std::string why;
};

Move move(const char* what, const std::vector<std::string>& from, const std::optional<double>& bytes,
          const SiteAttributes& site) {
    if (!bytes || !std::isfinite(*bytes) || *bytes < 0) {
        return {std::nullopt, std::string("volume of the ") + what + " unknown"};
    }
    // Of several copies the one that arrives first; equal ones by name.
    std::optional<std::pair<double, std::string>> best;
    for (const std::string& holder : from) {
        const auto rate = site.bandwidth_from.find(holder);
        if (rate != site.bandwidth_from.end() && std::isfinite(rate->second) && rate->second > 0) {
            const std::pair<double, std::string> way{*bytes / rate->second, holder};
            best = best ? std::min(*best, way) : way;
        }
    }
    if (!best) {
        return {std::nullopt, std::string("bandwidth for the ") + what + " unknown"};
    }
    char text[96];
    std::snprintf(text, sizeof text, "moves the %s in %.3f s from ", what, best->first);
    return {best->first, text + best->second};
}

} // namespace

bool holds(const SiteAttributes& site, const Dataset& dataset) {
    return std::find(dataset.held_at.begin(), dataset.held_at.end(), site.name) != dataset.held_at.end() ||
           (site.datasets &&
            std::find(site.datasets->begin(), site.datasets->end(), dataset.name) != site.datasets->end());
}

TermReading holding_term(const Request& request, const SiteAttributes& site) {
    double seconds = 0;
    std::string why;
    const auto add = [&](const Move& step) {
        seconds += step.seconds.value_or(0);
        why += (why.empty() ? "" : ", ") + step.why;
        return step.seconds.has_value();
    };
    if (request.dataset && holds(site, *request.dataset)) {
        why = "holds the data";
    } else if (request.dataset &&
               !add(move("data", request.dataset->held_at, request.dataset->volume_bytes, site))) {
        return {std::nullopt, why};
    }
    if (!request.origin.empty() && request.origin != site.name &&
        !add(move("job", {request.origin}, request.size_bytes, site))) {
        return {std::nullopt, why};
    }
    return {seconds, why.empty() ? "nothing to move" : why};
}

} // namespace suanlu
