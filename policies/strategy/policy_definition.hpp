// SPDX-License-Identifier: Apache-2.0
// A policy as its file states it (policy_file.hpp reads, docs/reference/policy.yaml documents): filters that
// exclude, admission, keys that are compared first, and terms whose weighted sum ranks the rest. Every term
// is in seconds or the seconds it is worth, so that weights combine. Pure values.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policies/strategy/request.hpp"
#include "policies/strategy/site_attributes.hpp"

namespace suanlu {

/// In the order in which they are evaluated and shown.
enum class TermKind : std::uint8_t { kManual, kFcfs, kLoad, kEnergy, kPrice, kNetwork, kHolding, kQos };
inline constexpr std::array<std::string_view, 8> kTermWords{"manual", "fcfs",    "load", "energy",
                                                            "price",  "network", "data", "qos"};

/// What a term counts where a site does not state what it needs.
enum class UnknownRule : std::uint8_t {
    kWorst,  ///< the worst that is known of any candidate; nothing where none is known
    kReject, ///< the site is no candidate
    kFixed,  ///< a stated number of seconds
};

struct Term {
    TermKind kind = TermKind::kLoad;
    double weight = 1;
    UnknownRule unknown = UnknownRule::kWorst;
    double unknown_s = 0; ///< kFixed
};

struct ManualTerm {
    std::vector<std::string> order;       ///< best first
    std::map<std::string, double> shares; ///< instead of an order
    [[nodiscard]] bool is_by_site() const { return order.empty() && shares.empty(); }
};

struct EnergyTerm {
    double s_per_kwh = 0;
    double s_per_kg = 0; ///< of CO2
};

enum class PricePart : std::uint8_t { kElectricity, kSlots, kBoth };
inline constexpr std::array<std::string_view, 3> kPricePartWords{"electricity", "slots", "both"};

struct PriceTerm {
    PricePart part = PricePart::kElectricity;
    std::map<std::string, double> s_per_unit; ///< currency -> seconds that one of it is worth
};

struct NetworkTerm {
    double delay_weight = 1;
    double jitter_weight = 0;
    double s_per_loss = 0; ///< of losing everything; 1 % is a hundredth
    double bandwidth_weight = 0;
};

/// Numbers of a site that a filter can bound.
enum class Quantity : std::uint8_t {
    kUtilisation,
    kSlots,
    kPower,
    kPue,
    kCarbon,
    kDelay,
    kJitter,
    kLoss,
    kBandwidth,
};
inline constexpr std::array<std::string_view, 9> kQuantityWords{
    "utilisation", "slots", "power", "pue", "carbon", "delay", "jitter", "loss", "bandwidth"};

struct Bound {
    Quantity quantity = Quantity::kDelay;
    std::optional<double> at_least;
    std::optional<double> at_most;
};

struct NameFilter {
    std::vector<std::string> in; ///< empty = any
    std::vector<std::string> not_in;
};

/// Filters whose unknown a policy may let pass, beside the bounds; `allow_unknown` names them.
inline constexpr std::array<std::string_view, 12> kFilterWords{
    "role",      "tenant", "residency", "security", "gpu",      "cuda",
    "framework", "model",  "admission", "shortage", "reserved", "manual"};

struct PolicyFilters {
    std::vector<SiteRole> roles;
    NameFilter sites;
    NameFilter residency;
    std::optional<SecurityStatus> security;
    std::vector<Bound> bounds;
    std::set<std::string, std::less<>> allow_unknown;
};

struct ShortageStep {
    double above = 1; ///< utilisation
    double least_priority = 0;
};

struct Admission {
    /// A site that would miss the latency class is no candidate; with none left the request is refused.
    bool refuses_missed_class = false;
    std::vector<std::string> entitled; ///< user classes that may use the reserved share
    std::map<std::string, double> service_priority;
    std::map<std::string, double> user_priority;
    std::vector<ShortageStep> shortage;

    /// The greater of the service's and the user class's; 0 where neither is listed.
    [[nodiscard]] double priority(const Request& request) const;
    [[nodiscard]] bool is_entitled(const Request& request) const;
};

struct FirstKey {
    TermKind kind = TermKind::kQos;
    /// Differences below one step do not count: values are compared in whole steps.
    double within_s = 0;
};

/// How flows are shared among the candidates.
enum class ShareRule : std::uint8_t {
    kSplit,     ///< the convex split with the terms as prices
    kWinner,    ///< everything to the first of the ranking
    kFree,      ///< by free capacity, as last reported
    kCapacity,  ///< by capacity
    kEven,      ///< the same to every site
    kBestOfTwo, ///< of two sites drawn by capacity the one that is before the other in the ranking
};
inline constexpr std::array<std::string_view, 6> kShareRuleWords{"split",    "winner", "free-capacity",
                                                                 "capacity", "even",   "best-of-two"};
/// Its shares do not follow from the terms, so a policy of flows may do without any.
inline bool needs_no_terms(ShareRule rule) {
    return rule == ShareRule::kFree || rule == ShareRule::kCapacity || rule == ShareRule::kEven;
}

struct PolicyDefinition {
    std::string name;
    std::string description;
    std::vector<RequestKind> kinds; ///< empty = all
    PolicyFilters filters;
    Admission admission;
    std::vector<Term> terms; ///< by kind, each once
    std::vector<FirstKey> first;
    ShareRule shares = ShareRule::kSplit;
    ManualTerm manual;
    EnergyTerm energy;
    PriceTerm price;
    NetworkTerm network;

    [[nodiscard]] const Term* term(TermKind kind) const;
    [[nodiscard]] bool is_first(TermKind kind) const;
};

inline std::string_view to_text(TermKind kind) {
    return kTermWords[static_cast<std::size_t>(kind)];
}
inline std::string_view to_text(RequestKind kind) {
    return kRequestKindWords[static_cast<std::size_t>(kind)];
}

/// Why this policy does not rank requests of that kind; empty = it does.
std::string kind_refusal(const PolicyDefinition& policy, RequestKind kind);

} // namespace suanlu
