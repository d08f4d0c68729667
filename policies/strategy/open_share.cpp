// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/open_share.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "policies/erlang.hpp"

namespace suanlu {

namespace {

std::string number(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

void narrow(OpenShare& open, double share, const std::string& for_whom) {
    if (share < open.share) {
        open.share = std::max(share, 0.0);
        open.why = "the last " + number((1 - open.share) * 100) + " % are " + for_whom;
    }
}

} // namespace

OpenShare open_share(const PolicyDefinition& policy, const Request& request, const SiteAttributes& site) {
    OpenShare out;
    for (const Bound& bound : policy.filters.bounds) {
        if (bound.quantity == Quantity::kUtilisation && bound.at_most) {
            narrow(out, *bound.at_most, "above the bound on utilisation");
        }
    }
    const double reserved = site.reserved.value_or(0);
    if (reserved > 0 && !policy.admission.is_entitled(request)) {
        narrow(out, 1 - std::min(reserved, 1.0), "kept for entitled users");
    }
    const double priority = policy.admission.priority(request);
    for (const ShortageStep& step : policy.admission.shortage) {
        if (priority < step.least_priority) {
            narrow(out, step.above, "kept for priority " + number(step.least_priority));
        }
    }
    return out;
}

double busy_within(const PolicySite& site, double slack_s) {
    const double full = site.slots * site.rate_per_slot;
    if (!(site.slots > 0) || !(site.rate_per_slot > 0) || !std::isfinite(full)) {
        return 1;
    }
    const Servers servers{site.slots, site.rate_per_slot,
                          std::isfinite(site.cv2) ? std::max(site.cv2, 0.0) : 1};
    const QueueCurve curve(servers);
    double low = 0;
    double high = 1;
    // The mean wait grows with the load; a thousandth of the site is close enough.
    for (int step = 0; step < 10; ++step) {
        const double middle = (low + high) / 2;
        const double wait = curve.at(middle * full).length / (middle * full);
        (wait <= slack_s ? low : high) = middle;
    }
    return high == 1 ? 1 : low;
}

} // namespace suanlu
