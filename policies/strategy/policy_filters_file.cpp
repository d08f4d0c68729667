// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/policy_filters_file.hpp"

#include <algorithm>

#include "policies/strategy/file_walk.hpp"

namespace suanlu {

namespace {

/// How the text of a quantity is read, and the most it can be; parallel to kQuantityWords.
struct QuantityForm {
    QuantityKind kind;
    double least = 0;
    double most = 1e18;
};
constexpr std::array<QuantityForm, kQuantityWords.size()> kForms{QuantityForm{QuantityKind::kShare, 0, 1},
                                                                 {QuantityKind::kPlain},
                                                                 {QuantityKind::kPower},
                                                                 {QuantityKind::kPlain, 1, 10},
                                                                 {QuantityKind::kCarbon},
                                                                 {QuantityKind::kDuration},
                                                                 {QuantityKind::kDuration},
                                                                 {QuantityKind::kShare, 0, 1},
                                                                 {QuantityKind::kBandwidth}};

std::optional<double> read_form(YamlNode node, const QuantityForm& form) {
    const auto value = read_quantity(node, form.kind, form.most);
    if (value && *value < form.least) {
        node.complain("'" + node.text() + "' is too small");
        return std::nullopt;
    }
    return value;
}

void read_bound(YamlNode node, std::size_t index, PolicyFilters& out) {
    if (!node.is_present()) {
        return;
    }
    expect_keys(node, {"at_least", "at_most"});
    YamlNode least = node.optional("at_least");
    YamlNode most = node.optional("at_most");
    Bound bound{static_cast<Quantity>(index), read_form(least, kForms[index]),
                read_form(most, kForms[index])};
    if (bound.at_least && bound.at_most && *bound.at_least > *bound.at_most) {
        least.complain("at least " + least.text() + " and at most " + most.text() +
                       " contradict each other: no site can pass");
    }
    if (!least.is_present() && !most.is_present()) {
        node.complain("bounds nothing: at_least or at_most is missing");
    }
    out.bounds.push_back(bound);
}

NameFilter read_name_filter(YamlNode node) {
    NameFilter out;
    if (!node.is_present()) {
        return out;
    }
    expect_keys(node, {"in", "not_in"});
    out.in = read_names(node.optional("in"));
    YamlNode not_in = node.optional("not_in");
    out.not_in = read_names(not_in);
    for (YamlNode& item : not_in.items()) {
        if (std::find(out.in.begin(), out.in.end(), item.text()) != out.in.end()) {
            item.complain("'" + item.text() +
                          "' is asked for and excluded: the filters contradict each other");
        }
    }
    if (node.is_mapping() && out.in.empty() && out.not_in.empty()) {
        node.complain("names nobody");
    }
    return out;
}

} // namespace

void read_policy_filters(YamlNode node, PolicyFilters& out) {
    expect_keys(node, {"roles", "sites", "residency", "security", "utilisation", "slots", "power", "pue",
                       "carbon", "delay", "jitter", "loss", "bandwidth", "allow_unknown"});
    YamlNode roles = node.optional("roles");
    read_names(roles); // tells repeated ones
    for (YamlNode& item : roles.items()) {
        if (const auto role = read_word(item, kSiteRoleWords)) {
            out.roles.push_back(static_cast<SiteRole>(*role));
        }
    }
    out.sites = read_name_filter(node.optional("sites"));
    out.residency = read_name_filter(node.optional("residency"));
    if (const auto least = read_word(node.optional("security"), kSecurityWords)) {
        out.security = static_cast<SecurityStatus>(*least);
    }
    for (std::size_t i = 0; i < kQuantityWords.size(); ++i) {
        read_bound(node.optional(kQuantityWords[i]), i, out);
    }
    std::vector<std::string_view> words(kFilterWords.begin(), kFilterWords.end());
    words.insert(words.end(), kQuantityWords.begin(), kQuantityWords.end());
    YamlNode allowed = node.optional("allow_unknown");
    read_names(allowed);
    for (YamlNode& item : allowed.items()) {
        if (const auto word = read_word(item, words)) {
            out.allow_unknown.insert(std::string(words[*word]));
        }
    }
}

} // namespace suanlu
