// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/policy_file.hpp"

#include <algorithm>
#include <cmath>

#include "policies/strategy/file_walk.hpp"
#include "policies/strategy/policy_filters_file.hpp"

namespace suanlu {

namespace {

constexpr double kMostWeight = 1e6;
constexpr double kShareError = 1e-6;
constexpr std::size_t kLongestName = 63;

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= kLongestName && text.front() != '-' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

/// "worst", "reject" or a duration.
void read_unknown(YamlNode node, Term& term) {
    if (!node.is_present() || node.text() == "worst") {
        return;
    }
    if (node.text() == "reject") {
        term.unknown = UnknownRule::kReject;
        return;
    }
    const auto seconds = parse_file_quantity(QuantityKind::kDuration, node.text());
    if (!seconds) {
        node.complain("'" + node.text() + "' is not one of: worst, reject, or a duration like 500ms");
        return;
    }
    term.unknown = UnknownRule::kFixed;
    term.unknown_s = *seconds;
}

void read_manual(YamlNode node, PolicyDefinition& out) {
    expect_keys(node, {"weight", "unknown", "order", "shares"});
    YamlNode order = node.optional("order");
    YamlNode shares = node.optional("shares");
    out.manual.order = read_names(order);
    if (order.is_present() && shares.is_present()) {
        shares.complain("an order and shares exclude each other");
    }
    double sum = 0;
    for (auto& [site, key] : shares.members()) {
        const double share = read_quantity(shares.optional(site), QuantityKind::kShare, 1).value_or(0);
        out.manual.shares[site] = share;
        sum += share;
    }
    if (shares.is_present() && std::abs(sum - 1) > kShareError) {
        shares.complain("the shares sum to " + std::to_string(sum * 100) + " %, not to 100 %");
    }
}

void read_energy(YamlNode node, PolicyDefinition& out) {
    expect_keys(node, {"weight", "unknown", "energy", "carbon"});
    out.energy.s_per_kwh = read_quantity(node.optional("energy"), QuantityKind::kWorthOfEnergy).value_or(0);
    out.energy.s_per_kg = read_quantity(node.optional("carbon"), QuantityKind::kWorthOfCarbon).value_or(0);
    if (!node.optional("energy").is_present() && !node.optional("carbon").is_present()) {
        node.complain("states neither what energy nor what carbon is worth");
    }
}

void read_price_term(YamlNode node, PolicyDefinition& out) {
    expect_keys(node, {"weight", "unknown", "of", "worth"});
    out.price.part = static_cast<PricePart>(read_word(node.optional("of"), kPricePartWords).value_or(0));
    for (YamlNode& item : node.required("worth").items()) {
        const auto worth = parse_worth(item.text());
        if (!worth) {
            item.complain(worth.error().detail);
        } else if (!out.price.s_per_unit.emplace(worth->currency, worth->amount).second) {
            item.complain("the worth of " + worth->currency + " is already stated");
        }
    }
    YamlNode worth = node.optional("worth");
    if (worth.is_present() && worth.items().empty()) {
        worth.complain("states the worth of no currency");
    }
}

void read_network(YamlNode node, PolicyDefinition& out) {
    expect_keys(node, {"weight", "unknown", "delay", "jitter", "loss", "bandwidth"});
    NetworkTerm& network = out.network;
    network.delay_weight = node.optional("delay").number(0, kMostWeight, 1);
    network.jitter_weight = node.optional("jitter").number(0, kMostWeight, 0);
    network.bandwidth_weight = node.optional("bandwidth").number(0, kMostWeight, 0);
    network.s_per_loss = read_quantity(node.optional("loss"), QuantityKind::kWorthOfLoss).value_or(0);
    if (network.delay_weight + network.jitter_weight + network.bandwidth_weight + network.s_per_loss == 0) {
        node.complain("every weight is zero");
    }
}

void read_settings(TermKind kind, YamlNode node, PolicyDefinition& out) {
    switch (kind) {
    case TermKind::kManual:
        return read_manual(node, out);
    case TermKind::kEnergy:
        return read_energy(node, out);
    case TermKind::kPrice:
        return read_price_term(node, out);
    case TermKind::kNetwork:
        return read_network(node, out);
    default:
        return expect_keys(node, {"weight", "unknown"});
    }
}

void read_terms(YamlNode terms, PolicyDefinition& out) {
    expect_keys(terms, {"manual", "fcfs", "load", "energy", "price", "network", "data", "qos"});
    for (std::size_t i = 0; i < kTermWords.size(); ++i) {
        YamlNode node = terms.optional(kTermWords[i]);
        if (!node.is_present()) {
            continue;
        }
        Term term;
        term.kind = static_cast<TermKind>(i);
        term.weight = node.optional("weight").number(0, kMostWeight, 1);
        read_unknown(node.optional("unknown"), term);
        read_settings(term.kind, node, out);
        out.terms.push_back(term);
    }
    if (terms.is_present() && out.terms.empty()) {
        terms.complain("at least one term");
    }
}

/// "qos" or {term: qos, within: 5ms}.
void read_first_key(YamlNode item, YamlNode& terms, PolicyDefinition& out) {
    FirstKey key;
    YamlNode word = item;
    if (item.is_mapping()) {
        expect_keys(item, {"term", "within"});
        word = item.required("term");
        key.within_s = read_positive(item.optional("within"), QuantityKind::kDuration).value_or(0);
    }
    const auto kind = read_word(word, kTermWords);
    if (!kind) {
        return;
    }
    key.kind = static_cast<TermKind>(*kind);
    if (out.term(key.kind) == nullptr) {
        word.complain("the policy has no term '" + word.text() + "'");
    } else if (out.is_first(key.kind)) {
        word.complain("'" + word.text() + "' is already listed");
    } else if (YamlNode weight = terms.optional(word.text()).optional("weight"); weight.is_present()) {
        weight.complain("'" + word.text() + "' is compared first, so a weight means nothing");
    }
    out.first.push_back(key);
}

void read_priorities(YamlNode node, std::map<std::string, double>& out) {
    for (const auto& [name, key] : node.members()) {
        out[name] = node.optional(name).number(0, 1000);
    }
}

void read_admission(YamlNode node, Admission& out) {
    constexpr std::array<std::string_view, 2> kSla{"best-effort", "refuse"};
    expect_keys(node, {"sla", "entitled", "priority", "shortage"});
    out.refuses_missed_class = read_word(node.optional("sla"), kSla).value_or(0) == 1;
    out.entitled = read_names(node.optional("entitled"));
    YamlNode priority = node.optional("priority");
    expect_keys(priority, {"services", "users"});
    read_priorities(priority.optional("services"), out.service_priority);
    read_priorities(priority.optional("users"), out.user_priority);
    for (YamlNode& item : node.optional("shortage").items()) {
        expect_keys(item, {"above", "least_priority"});
        const auto above = read_quantity(item.required("above"), QuantityKind::kShare, 1);
        out.shortage.push_back({above.value_or(1), item.required("least_priority").number(0, 1000)});
    }
}

void read_kinds(YamlNode list, PolicyDefinition& out) {
    for (YamlNode& item : list.items()) {
        const auto kind = read_word(item, kRequestKindWords);
        if (!kind) {
            continue;
        }
        const auto value = static_cast<RequestKind>(*kind);
        if (std::find(out.kinds.begin(), out.kinds.end(), value) != out.kinds.end()) {
            item.complain("'" + item.text() + "' is already listed");
        }
        if (const std::string refusal = kind_refusal(out, value);
            value == RequestKind::kFlow && !refusal.empty() && !refusal.starts_with("policy")) {
            item.complain(refusal);
        }
        out.kinds.push_back(value);
    }
    if (list.is_present() && list.items().empty()) {
        list.complain("a policy for no kind of request");
    }
}

/// What a site list and the filter on sites say together.
void check_manual_sites(YamlNode manual, const PolicyDefinition& policy) {
    const NameFilter& sites = policy.filters.sites;
    const auto has = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const auto check = [&](YamlNode node, const std::string& site) {
        if (has(sites.not_in, site) || (!sites.in.empty() && !has(sites.in, site))) {
            node.complain("'" + site + "' is listed here but excluded by filters.sites");
        }
    };
    for (YamlNode& item : manual.optional("order").items()) {
        check(item, item.text());
    }
    for (auto& [site, node] : manual.optional("shares").members()) {
        check(node, site);
    }
}

PolicyDefinition read_root(YamlNode root) {
    PolicyDefinition out;
    expect_keys(root, {"policy", "description", "kinds", "shares", "filters", "admission", "first", "terms"});
    YamlNode name = root.required("policy");
    out.name = name.text();
    if (name.is_present() && !is_name(out.name)) {
        name.complain("'" + out.name + "' is not a name of small letters, digits and hyphens");
    }
    out.description = root.optional("description").text();
    out.shares = static_cast<ShareRule>(read_word(root.optional("shares"), kShareRuleWords).value_or(0));
    read_policy_filters(root.optional("filters"), out.filters);
    read_admission(root.optional("admission"), out.admission);
    // Required only where shares follow from the terms: an even share needs none.
    YamlNode terms = needs_no_terms(out.shares) ? root.optional("terms") : root.required("terms");
    read_terms(terms, out);
    for (YamlNode& item : root.optional("first").items()) {
        read_first_key(item, terms, out);
    }
    read_kinds(root.optional("kinds"), out);
    check_manual_sites(terms.optional("manual"), out);
    return out;
}

} // namespace

PolicyReading read_policy(const std::string& text, const std::string& name) {
    YamlNode root = YamlNode::open_text(text, name);
    PolicyReading out;
    std::optional<PolicyDefinition> policy;
    if (root.is_present()) {
        policy = read_root(root);
    }
    out.complaints = root.complaints();
    if (out.complaints.empty()) {
        out.policy = std::move(policy);
    }
    return out;
}

} // namespace suanlu
