// SPDX-License-Identifier: Apache-2.0
#include "core/model/plan.hpp"

namespace suanlu {

std::string PlanId::text() const {
    return controller + "/" + std::to_string(epoch) + "/" + std::to_string(generation);
}

const Ip6& PathPlan::first_sid() const {
    if (!sids.empty()) {
        return sids.front();
    }
    return destination6.is_zero() ? destination4 : destination6;
}

std::string_view to_text(EncapMode mode) {
    switch (mode) {
    case EncapMode::kEncaps:
        return "encaps";
    case EncapMode::kEncapsRed:
        return "encaps-red";
    case EncapMode::kUsid:
        break;
    }
    return "usid";
}

bool same_content(const Plan& a, const Plan& b) {
    return a.node == b.node && a.sid_block == b.sid_block && a.local_sids == b.local_sids &&
           a.sites == b.sites && a.services == b.services && a.tenants == b.tenants;
}

} // namespace suanlu
