// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/query/label_search.hpp"

#include <algorithm>

namespace suanlu::paths {

namespace {

constexpr std::uint64_t kUnseen = ~std::uint64_t{0};
constexpr std::size_t kHopCount = static_cast<std::size_t>(Quantity::kHops);

Survival composed_up(std::uint64_t here, std::uint64_t further) {
    return static_cast<Survival>((here * further + kAllArrive - 1) / kAllArrive);
}

} // namespace

LabelSearch::LabelSearch(const StateSpace& space, std::uint32_t max_labels)
    : space_(space), max_labels_(max_labels), settled_(space.states(), kNone), best_(space.states(), kUnseen),
      closed_(space.states()) {
}

LabelSearch::Label LabelSearch::over(const Label& label, std::uint32_t arc, const Pricing& pricing) const {
    Label next = label;
    for (std::size_t quantity = 0; quantity < kQuantities; ++quantity) {
        const auto kind = static_cast<Quantity>(quantity);
        if (kind == Quantity::kCost || kind == Quantity::kHops || space_.limits().most[quantity]) {
            next.sums[quantity] = add(label.sums[quantity], space_.share(arc, kind));
        }
    }
    if (space_.limits().loss_ppm) {
        next.survival = over_link(label.survival, space_.loss_of(arc));
    }
    next.price += pricing.scale * space_.share(arc, Quantity::kCost);
    if (pricing.factor != 0) {
        next.price += pricing.factor * space_.share(arc, pricing.quantity);
    }
    if (!pricing.shared.empty() && !space_.is_step(arc)) {
        next.price += std::uint64_t{pricing.shared[arc]} << 32;
    }
    next.state = space_.over(label.state, arc);
    next.arc = arc;
    return next;
}

bool LabelSearch::can_arrive(const Label& label, bool keeps_limits) const {
    if (add(label.sums[0], space_.to_go(label.state, Quantity::kCost)) == kInfinite) {
        return false;
    }
    const SumLimits& limits = space_.limits();
    for (std::size_t quantity = 1; keeps_limits && quantity < kQuantities; ++quantity) {
        const auto remains = space_.to_go(label.state, static_cast<Quantity>(quantity));
        if (limits.most[quantity] && add(label.sums[quantity], remains) > *limits.most[quantity]) {
            return false;
        }
    }
    return !keeps_limits || !limits.loss_ppm ||
           loss_ppm_of(composed_up(label.survival, space_.arrives(label.state))) <= *limits.loss_ppm;
}

bool LabelSearch::is_beaten(const Label& label, bool keeps_limits) const {
    const SumLimits& limits = space_.limits();
    for (std::uint32_t other = settled_[label.state]; other != kNone; other = labels_[other].next) {
        const Label& before = labels_[other];
        bool is_better = before.price <= label.price;
        for (std::size_t quantity = 1; keeps_limits && quantity < kQuantities; ++quantity) {
            is_better =
                is_better && (!limits.most[quantity] || before.sums[quantity] <= label.sums[quantity]);
        }
        if (is_better && (!keeps_limits || !limits.loss_ppm || before.survival >= label.survival)) {
            return true;
        }
    }
    return false;
}

std::uint64_t LabelSearch::promise(const Label& label, const Pricing& pricing) const {
    std::uint64_t price = label.price + pricing.scale * space_.to_go(label.state, Quantity::kCost);
    if (pricing.factor != 0) {
        price += pricing.factor * space_.to_go(label.state, pricing.quantity);
    }
    return price;
}

void LabelSearch::push(const Label& label, const Pricing& pricing) {
    if (settled_[label.state] == kNone && best_[label.state] == kUnseen) {
        touched_.push_back(label.state);
    }
    best_[label.state] = std::min(best_[label.state], label.price);
    labels_.push_back(label);
    open_.push_back(
        {promise(label, pricing), label.sums[kHopCount], static_cast<std::uint32_t>(labels_.size() - 1)});
    std::push_heap(open_.begin(), open_.end(), std::greater<>());
}

void LabelSearch::open_first(const SearchStart& start) {
    labels_.clear();
    open_.clear();
    for (const std::uint32_t state : touched_) {
        settled_[state] = kNone;
        best_[state] = kUnseen;
        closed_[state] = false;
    }
    touched_.clear();
    Label first{0, {}, kAllArrive, space_.start(), kNone, kNone, kNone};
    for (const std::uint32_t arc : start.prefix) {
        closed_[first.state] = true;
        touched_.push_back(first.state);
        first = over(first, arc, start.pricing);
    }
    first.arc = kNone;
    if (can_arrive(first, start.keeps_limits)) {
        push(first, start.pricing);
    }
}

void LabelSearch::extend(const SearchStart& start, std::uint32_t index) {
    const Label label = labels_[index];
    space_.each_arc(label.state, [&](std::uint32_t arc) {
        const bool is_blocked =
            (start.blocked_links != nullptr && !space_.is_step(arc) && (*start.blocked_links)[arc]) ||
            (label.parent == kNone && std::find(start.blocked_arcs.begin(), start.blocked_arcs.end(), arc) !=
                                          start.blocked_arcs.end());
        if (is_blocked || closed_[space_.over(label.state, arc)]) {
            return;
        }
        Label next = over(label, arc, start.pricing);
        next.parent = index;
        const bool has_one_label = !start.keeps_limits || space_.limits().count() == 0;
        const bool is_late = has_one_label && next.price >= best_[next.state] &&
                             (next.price > best_[next.state] || settled_[next.state] != kNone);
        if (!is_late && can_arrive(next, start.keeps_limits) &&
            (has_one_label || !is_beaten(next, start.keeps_limits))) {
            push(next, start.pricing);
        }
    });
}

Route LabelSearch::route_to(std::uint32_t label) const {
    Route route{{}, labels_[label].price, labels_[label].sums[0]};
    for (; labels_[label].parent != kNone; label = labels_[label].parent) {
        route.arcs.push_back(labels_[label].arc);
    }
    std::reverse(route.arcs.begin(), route.arcs.end());
    return route;
}

SearchEnd LabelSearch::run(const SearchStart& start) {
    open_first(start);
    while (!open_.empty()) {
        const Open top = open_.front();
        std::pop_heap(open_.begin(), open_.end(), std::greater<>());
        open_.pop_back();
        Label& label = labels_[top.label];
        if (is_beaten(label, start.keeps_limits)) {
            continue;
        }
        if (label.state == space_.goal()) {
            return {route_to(top.label), false, 0};
        }
        if (labels_.size() > max_labels_ && start.keeps_limits && space_.limits().count() > 0) {
            return {std::nullopt, true, top.price};
        }
        label.next = settled_[label.state];
        settled_[label.state] = top.label;
        extend(start, top.label);
    }
    return {};
}

std::uint64_t sum_of(const StateSpace& space, std::span<const std::uint32_t> arcs, Quantity quantity) {
    std::uint64_t sum = 0;
    for (const std::uint32_t arc : arcs) {
        sum += space.share(arc, quantity);
    }
    return sum;
}

bool keeps_limits(const StateSpace& space, std::span<const std::uint32_t> arcs) {
    const SumLimits& limits = space.limits();
    for (std::size_t quantity = 1; quantity < kQuantities; ++quantity) {
        if (limits.most[quantity] &&
            sum_of(space, arcs, static_cast<Quantity>(quantity)) > *limits.most[quantity]) {
            return false;
        }
    }
    Survival survival = kAllArrive;
    for (const std::uint32_t arc : arcs) {
        survival = over_link(survival, space.loss_of(arc));
    }
    return !limits.loss_ppm || loss_ppm_of(survival) <= *limits.loss_ppm;
}

} // namespace suanlu::paths
