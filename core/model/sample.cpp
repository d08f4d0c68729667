// SPDX-License-Identifier: Apache-2.0
#include "core/model/sample.hpp"

namespace suanlu {

std::string_view to_text(SiteLiveness liveness) {
    switch (liveness) {
    case SiteLiveness::kAlive:
        return "alive";
    case SiteLiveness::kSuspect:
        return "suspect";
    case SiteLiveness::kDead:
        return "dead";
    }
    return "unknown";
}

std::vector<SiteLoad> loads_of(const SiteReport& report) {
    std::vector<SiteLoad> out;
    out.reserve(report.instances.size());
    for (const InstanceReport& instance : report.instances) {
        out.push_back({report.site, instance.service, instance.running + instance.waiting, {0}});
    }
    return out;
}

} // namespace suanlu
