// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/site_filters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "policies/strategy/holding_term.hpp"

namespace suanlu {

namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string joined(const Names& names) {
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ", ") + name;
    }
    return out.empty() ? "none" : out;
}

std::string number(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

std::string percent(double share) {
    return number(share * 100) + " %";
}

std::string unknown(const TermQuestion& q, const char* filter) {
    return q.policy.filters.allow_unknown.contains(filter) ? std::string()
                                                           : std::string(filter) + ": unknown";
}

std::string by_names(const TermQuestion& q) {
    const NameFilter& sites = q.policy.filters.sites;
    if (!sites.in.empty() && !has(sites.in, q.site.name)) {
        return "sites: " + q.site.name + " is not one of " + joined(sites.in);
    }
    return has(sites.not_in, q.site.name) ? "sites: " + q.site.name + " is excluded" : "";
}

std::string by_manual_list(const TermQuestion& q) {
    if (q.policy.term(TermKind::kManual) == nullptr) {
        return {};
    }
    const ManualTerm& manual = q.policy.manual;
    if (manual.is_by_site()) {
        return !q.site.manual_share       ? unknown(q, "manual")
               : *q.site.manual_share > 0 ? ""
                                          : "manual: the share is 0 %";
    }
    const auto listed = manual.shares.find(q.site.name);
    if (has(manual.order, q.site.name) || (listed != manual.shares.end() && listed->second > 0)) {
        return {};
    }
    return listed != manual.shares.end() ? "manual: the share is 0 %" : "manual: not listed";
}

std::string by_role(const TermQuestion& q) {
    const std::vector<SiteRole>& roles = q.policy.filters.roles;
    if (roles.empty()) {
        return {};
    }
    if (!q.site.role) {
        return unknown(q, "role");
    }
    const auto word = kSiteRoleWords[static_cast<std::size_t>(*q.site.role)];
    return std::find(roles.begin(), roles.end(), *q.site.role) != roles.end()
               ? ""
               : "role: " + std::string(word) + " is not asked for";
}

std::string by_tenant(const TermQuestion& q) {
    if (q.request.tenant.empty()) {
        return {};
    }
    if (!q.site.tenants) {
        return unknown(q, "tenant");
    }
    return has(*q.site.tenants, q.request.tenant) || has(*q.site.tenants, "any")
               ? ""
               : "tenant: " + q.request.tenant + " is not one of " + joined(*q.site.tenants);
}

std::string by_residency(const TermQuestion& q) {
    const NameFilter& policy = q.policy.filters.residency;
    const Names& request = q.request.needs.residency;
    if (policy.in.empty() && policy.not_in.empty() && request.empty()) {
        return {};
    }
    if (!q.site.residency) {
        return unknown(q, "residency");
    }
    const std::string& area = *q.site.residency;
    for (const Names* allowed : {&policy.in, &request}) {
        if (!allowed->empty() && !has(*allowed, area)) {
            return "residency: " + area + " is not one of " + joined(*allowed);
        }
    }
    return has(policy.not_in, area) ? "residency: " + area + " is excluded" : "";
}

std::string by_security(const TermQuestion& q) {
    auto least = q.policy.filters.security;
    if (const auto& need = q.request.needs.security; need && (!least || *need > *least)) {
        least = need;
    }
    if (!least) {
        return {};
    }
    if (!q.site.security) {
        return unknown(q, "security");
    }
    const auto word = [](SecurityStatus s) {
        return std::string(kSecurityWords[static_cast<std::size_t>(s)]);
    };
    return *q.site.security >= *least ? ""
                                      : "security: " + word(*q.site.security) + " is below " + word(*least);
}

std::string by_gpu(const TermQuestion& q) {
    if (!q.request.needs.gpu) {
        return {};
    }
    if (!q.site.gpus) {
        return unknown(q, "gpu");
    }
    const GpuNeed& need = *q.request.needs.gpu;
    std::string nearest;
    for (const GpuPool& pool : *q.site.gpus) {
        if (!need.model.empty() && pool.model != need.model) {
            continue;
        }
        const double memory = pool.memory_bytes.value_or(0);
        const bool fits = !need.memory_bytes || memory >= *need.memory_bytes ||
                          (!pool.memory_bytes && q.policy.filters.allow_unknown.contains("gpu"));
        if (fits && pool.free >= need.count) {
            return {};
        }
        nearest = fits ? std::to_string(pool.free) + " x " + pool.model + " free, " +
                             std::to_string(need.count) + " asked for"
                  : pool.memory_bytes ? pool.model + " has " + number(memory / 1e9) + " GB, " +
                                            number(*need.memory_bytes / 1e9) + " GB asked for"
                                      : "memory of " + pool.model + " unknown";
    }
    return "gpu: " + (nearest.empty() ? "no " + (need.model.empty() ? "GPU" : need.model) : nearest);
}

std::string by_cuda(const TermQuestion& q) {
    if (!q.request.needs.cuda) {
        return {};
    }
    if (!q.site.cuda) {
        return unknown(q, "cuda");
    }
    return q.site.cuda->is_at_least(*q.request.needs.cuda)
               ? ""
               : "cuda: " + q.site.cuda->text() + " is below " + q.request.needs.cuda->text();
}

/// A framework of this version or later, a model of exactly this version.
std::string by_software(const TermQuestion& q, const char* filter, const std::optional<NamedVersion>& need,
                        const std::optional<std::vector<NamedVersion>>& there, bool is_exact) {
    if (!need) {
        return {};
    }
    if (!there) {
        return unknown(q, filter);
    }
    std::string nearest;
    for (const NamedVersion& one : *there) {
        if (one.name != need->name) {
            continue;
        }
        const bool is_unknown = need->version && !one.version;
        if (!need->version || (is_unknown && unknown(q, filter).empty()) ||
            (one.version &&
             (is_exact ? one.version->is_equal(*need->version) : one.version->is_at_least(*need->version)))) {
            return {};
        }
        nearest = is_unknown ? "version of " + one.name + " unknown" : one.text() + " is there";
    }
    return std::string(filter) + ": " +
           (nearest.empty() ? "no " + need->name : nearest + ", " + need->text() + " asked for");
}

std::string by_holding(const TermQuestion& q) {
    if (!q.request.dataset || q.request.dataset->is_movable || holds(q.site, *q.request.dataset)) {
        return {};
    }
    return "data: " + q.request.dataset->name + " must not leave " + joined(q.request.dataset->held_at);
}

struct QuantityRow {
    std::optional<double> (*of)(const SiteAttributes&);
    double scale;
    const char* unit;
};

constexpr QuantityRow kQuantities[] = {
    {[](const SiteAttributes& s) { return s.utilisation; }, 100, " %"},
    {[](const SiteAttributes& s) { return s.slots; }, 1, ""},
    {[](const SiteAttributes& s) { return s.watts_per_slot; }, 1, " W"},
    {[](const SiteAttributes& s) { return s.pue; }, 1, ""},
    {[](const SiteAttributes& s) { return s.carbon_g_per_kwh; }, 1, " g/kWh"},
    {[](const SiteAttributes& s) { return s.path.delay_s; }, 1000, " ms"},
    {[](const SiteAttributes& s) { return s.path.jitter_s; }, 1000, " ms"},
    {[](const SiteAttributes& s) { return s.path.loss; }, 100, " %"},
    {[](const SiteAttributes& s) { return s.path.bandwidth_bytes_s; }, 8e-6, " Mbit/s"},
};
static_assert(std::size(kQuantities) == kQuantityWords.size());

std::string by_bound(const TermQuestion& q, const Bound& bound) {
    const auto index = static_cast<std::size_t>(bound.quantity);
    const std::string word(kQuantityWords[index]);
    const QuantityRow& row = kQuantities[index];
    const std::optional<double> value = row.of(q.site);
    if (!value || std::isnan(*value)) {
        return unknown(q, word.c_str());
    }
    const auto said = [&](double v) { return number(v * row.scale) + row.unit; };
    if (bound.at_most && *value > *bound.at_most) {
        return word + ": " + said(*value) + " is above " + said(*bound.at_most);
    }
    return bound.at_least && *value < *bound.at_least
               ? word + ": " + said(*value) + " is below " + said(*bound.at_least)
               : "";
}

std::string by_bounds(const TermQuestion& q) {
    for (const Bound& bound : q.policy.filters.bounds) {
        if (q.request.kind == RequestKind::kFlow && bound.quantity == Quantity::kUtilisation) {
            continue; // makes the site smaller instead, see by_load
        }
        if (std::string reason = by_bound(q, bound); !reason.empty()) {
            return reason;
        }
    }
    return {};
}

/// The lower bound only, which no queue changes: what is unknown counts as nothing in it.
std::string by_class(const TermQuestion& q) {
    const auto& budget = q.request.needs.latency_s;
    const double least = least_latency(q.site);
    return budget && least > *budget
               ? "latency: " + number(least * 1000) + " ms even when idle, the class is " +
                     number(*budget * 1000) + " ms"
               : "";
}

/// Reserved slots and shortage look at the load, which flows change themselves: for them the reserve makes
/// the site smaller instead (flow_policy.hpp), and a control plane cannot refuse a flow.
std::string by_load(const TermQuestion& q) {
    const Admission& admission = q.policy.admission;
    if (q.request.kind == RequestKind::kFlow) {
        return {};
    }
    const double reserved = q.site.reserved.value_or(0);
    if (reserved > 0 && !admission.is_entitled(q.request)) {
        if (!q.site.utilisation) {
            return unknown(q, "reserved");
        }
        if (*q.site.utilisation >= 1 - reserved) {
            return "reserved: " + percent(*q.site.utilisation) + " busy, the last " + percent(reserved) +
                   " are kept for entitled users";
        }
    }
    if (!admission.shortage.empty() && !q.site.utilisation) {
        return unknown(q, "shortage");
    }
    const double priority = admission.priority(q.request);
    for (const ShortageStep& step : admission.shortage) {
        if (q.site.utilisation && *q.site.utilisation > step.above && priority < step.least_priority) {
            return "shortage: " + percent(*q.site.utilisation) + " busy, priority " + number(priority) +
                   " is below " + number(step.least_priority);
        }
    }
    return {};
}

std::string by_admission(const TermQuestion& q) {
    const auto& budget = q.request.needs.latency_s;
    if (!budget || !q.policy.admission.refuses_missed_class) {
        return {};
    }
    TermQuestion asked = q;
    asked.is_explained = false;
    const auto seconds = expected_latency(asked).seconds;
    if (seconds && *seconds <= *budget) {
        return {};
    }
    asked.is_explained = true;
    const std::string why = expected_latency(asked).why;
    if (!seconds) {
        return unknown(q, "admission").empty() ? "" : "admission: " + why;
    }
    return "admission: " + number(*seconds * 1000) + " ms (" + why + "), the class is " +
           number(*budget * 1000) + " ms";
}

std::string by_framework(const TermQuestion& q) {
    return by_software(q, "framework", q.request.needs.framework, q.site.frameworks, false);
}

std::string by_model(const TermQuestion& q) {
    return by_software(q, "model", q.request.needs.model, q.site.models, true);
}

using Filter = std::string (*)(const TermQuestion&);

std::string first_reason(std::initializer_list<Filter> filters, const TermQuestion& question) {
    for (const Filter filter : filters) {
        if (std::string reason = filter(question); !reason.empty()) {
            return reason;
        }
    }
    return {};
}

} // namespace

std::string filter_state(const TermQuestion& question) {
    return question.site.is_up ? "" : "up: the site is down";
}

std::string filter_place(const TermQuestion& question) {
    return first_reason({by_names, by_manual_list, by_role, by_tenant, by_residency, by_security, by_gpu,
                         by_cuda, by_framework, by_model, by_holding},
                        question);
}

std::string filter_path_and_load(const TermQuestion& question) {
    return first_reason({by_bounds, by_class, by_load, by_admission}, question);
}

std::string filter_site(const TermQuestion& question) {
    return first_reason({filter_state, filter_place, filter_path_and_load}, question);
}

} // namespace suanlu
