// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/drain_view.hpp"

namespace suanlu {

namespace {

/// Older reports say nothing about now.
constexpr Duration kMostAge = std::chrono::seconds(5);

} // namespace

std::string_view to_text(DrainState state) {
    switch (state) {
    case DrainState::kNone:
        return "";
    case DrainState::kDraining:
        return "draining";
    case DrainState::kEmpty:
        return "empty";
    }
    return "unknown";
}

DrainView drain_view(const Decision& decision, const Site& site, MonoTime now) {
    DrainView out;
    if (!decision.is_draining(site.id)) {
        return out;
    }
    bool is_empty = true;
    bool is_any = false;
    for (const Router& router : decision.inventory().routers) {
        if (!router.is_ingress) {
            continue;
        }
        is_any = true;
        const auto row = decision.ingresses().rows().find(router.name);
        if (row == decision.ingresses().rows().end() || !row->second.report) {
            ++out.silent; // it may have flows there from before this controller began
            continue;
        }
        const auto rest = row->second.report->rests.find(site.name);
        if (rest == row->second.report->rests.end() || now - row->second.received > kMostAge) {
            ++out.silent;
            continue;
        }
        out.slots += rest->second.slots;
        out.exceptions += rest->second.exceptions;
        out.named += rest->second.is_named ? 1 : 0;
        is_empty = is_empty && rest->second.is_empty();
    }
    const bool all_said = is_any && out.silent == 0;
    out.state = all_said && is_empty ? DrainState::kEmpty : DrainState::kDraining;
    return out;
}

} // namespace suanlu
