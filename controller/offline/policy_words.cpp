// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/policy_words.hpp"

#include <cstdio>

namespace suanlu::offline {

namespace {

using Words = std::map<std::string, std::string>;

template <class Names>
void put_names(Words& out, const std::string& place, const Names& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + std::string(name);
    }
    if (!text.empty()) {
        out[place] = text;
    }
}

void put_numbers(Words& out, const std::string& place, const std::map<std::string, double>& numbers,
                 const char* unit) {
    for (const auto& [name, number] : numbers) {
        out[place + "." + name] = short_number(number) + unit;
    }
}

void put_filters(Words& out, const PolicyFilters& filters) {
    std::vector<std::string_view> roles;
    for (const SiteRole role : filters.roles) {
        roles.push_back(kSiteRoleWords[static_cast<std::size_t>(role)]);
    }
    put_names(out, "filters.roles", roles);
    put_names(out, "filters.sites.in", filters.sites.in);
    put_names(out, "filters.sites.not_in", filters.sites.not_in);
    put_names(out, "filters.residency.in", filters.residency.in);
    put_names(out, "filters.residency.not_in", filters.residency.not_in);
    put_names(out, "filters.allow_unknown", filters.allow_unknown);
    if (filters.security) {
        out["filters.security"] = kSecurityWords[static_cast<std::size_t>(*filters.security)];
    }
    for (const Bound& bound : filters.bounds) {
        const std::string place =
            "filters." + std::string(kQuantityWords[static_cast<std::size_t>(bound.quantity)]);
        // Base units: seconds, shares, bytes/s, W, g/kWh.
        if (bound.at_least) {
            out[place + ".at_least"] = short_number(*bound.at_least);
        }
        if (bound.at_most) {
            out[place + ".at_most"] = short_number(*bound.at_most);
        }
    }
}

void put_admission(Words& out, const Admission& admission) {
    out["admission.sla"] = admission.refuses_missed_class ? "refuse" : "best-effort";
    put_names(out, "admission.entitled", admission.entitled);
    put_numbers(out, "admission.priority.services", admission.service_priority, "");
    put_numbers(out, "admission.priority.users", admission.user_priority, "");
    for (const ShortageStep& step : admission.shortage) {
        out["admission.shortage above " + short_number(step.above * 100) + " %"] =
            "least priority " + short_number(step.least_priority);
    }
}

void put_settings(Words& out, const PolicyDefinition& policy, TermKind kind) {
    const std::string place = "terms." + std::string(to_text(kind));
    if (kind == TermKind::kManual) {
        put_names(out, place + ".order", policy.manual.order);
        put_numbers(out, place + ".shares", policy.manual.shares, "");
    } else if (kind == TermKind::kEnergy) {
        out[place + ".energy"] = short_number(policy.energy.s_per_kwh) + " s/kWh";
        out[place + ".carbon"] = short_number(policy.energy.s_per_kg) + " s/kg";
    } else if (kind == TermKind::kPrice) {
        out[place + ".of"] = kPricePartWords[static_cast<std::size_t>(policy.price.part)];
        put_numbers(out, place + ".worth", policy.price.s_per_unit, " s");
    } else if (kind == TermKind::kNetwork) {
        out[place + ".delay"] = short_number(policy.network.delay_weight);
        out[place + ".jitter"] = short_number(policy.network.jitter_weight);
        out[place + ".loss"] = short_number(policy.network.s_per_loss * 10) + " ms/%";
        out[place + ".bandwidth"] = short_number(policy.network.bandwidth_weight);
    }
}

} // namespace

std::string short_number(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

std::map<std::string, std::string> words_of(const PolicyDefinition& policy) {
    Words out;
    std::vector<std::string_view> kinds;
    for (const RequestKind kind : policy.kinds) {
        kinds.push_back(to_text(kind));
    }
    put_names(out, "kinds", kinds);
    out["shares"] = kShareRuleWords[static_cast<std::size_t>(policy.shares)];
    put_filters(out, policy.filters);
    put_admission(out, policy.admission);
    std::vector<std::string> first;
    for (const FirstKey& key : policy.first) {
        first.push_back(std::string(to_text(key.kind)) +
                        (key.within_s > 0 ? " within " + short_number(key.within_s) + " s" : ""));
    }
    put_names(out, "first", first);
    for (const Term& term : policy.terms) {
        const std::string place = "terms." + std::string(to_text(term.kind));
        out[place + ".weight"] = policy.is_first(term.kind) ? "first" : short_number(term.weight);
        out[place + ".unknown"] = term.unknown == UnknownRule::kWorst ? "worst"
                                  : term.unknown == UnknownRule::kReject
                                      ? "reject"
                                      : short_number(term.unknown_s) + " s";
        put_settings(out, policy, term.kind);
    }
    return out;
}

std::vector<std::array<std::string, 3>> differing_words(const PolicyDefinition& first,
                                                        const PolicyDefinition& second) {
    std::map<std::string, std::array<std::string, 2>> both;
    for (const auto& [place, word] : words_of(first)) {
        both.try_emplace(place, std::array<std::string, 2>{"-", "-"}).first->second[0] = word;
    }
    for (const auto& [place, word] : words_of(second)) {
        both.try_emplace(place, std::array<std::string, 2>{"-", "-"}).first->second[1] = word;
    }
    std::vector<std::array<std::string, 3>> out;
    for (const auto& [place, words] : both) {
        if (words[0] != words[1]) {
            out.push_back({place, words[0], words[1]});
        }
    }
    return out;
}

} // namespace suanlu::offline
