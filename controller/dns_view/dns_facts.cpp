// SPDX-License-Identifier: Apache-2.0
#include "controller/dns_view/dns_facts.hpp"

#include <algorithm>

namespace suanlu {

DnsFacts dns_facts_of(const Decision& decision, MonoTime now) {
    DnsFacts out;
    for (const Site& site : decision.inventory().sites) {
        const SiteView view = *decision.sites().view(site.name, now);
        const bool is_fresh = view.freshness == Freshness::kFresh;
        const auto& routers = decision.inventory().routers;
        const bool is_reached = std::any_of(routers.begin(), routers.end(), [&](const Router& router) {
            return router.is_ingress &&
                   decision.ingresses().liveness(router.name, site.name) != SiteLiveness::kDead;
        });
        out.sites[site.name] = {is_fresh && is_reached, is_fresh ? view.report : nullptr};
    }
    out.places = decision.place_plans();
    return out;
}

} // namespace suanlu
