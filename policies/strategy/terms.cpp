// SPDX-License-Identifier: Apache-2.0
#include "policies/strategy/terms.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "policies/erlang.hpp"
#include "policies/strategy/holding_term.hpp"

namespace suanlu {

namespace {

constexpr double kJoulesPerKwh = 3.6e6;
// One position of a manual list; large against delays and queues, so that weights rarely undo the list.
constexpr double kPositionSeconds = 1;

/// A number that can be counted with; files are checked, reports of a running site may hold anything.
std::optional<double> usable(const std::optional<double>& value) {
    return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
}

std::optional<double> positive(const std::optional<double>& value) {
    return value && std::isfinite(*value) && *value > 0 ? value : std::nullopt;
}

TermReading unknown(const char* what) {
    return {std::nullopt, std::string(what) + " unknown"};
}

template <class... Numbers>
std::string text(const TermQuestion& q, const char* format, Numbers... numbers) {
    if (!q.is_explained) {
        return {};
    }
    char buffer[128];
    std::snprintf(buffer, sizeof buffer, format, numbers...);
    return buffer;
}

/// Slots that this request may use; reserved ones are for entitled classes.
std::optional<double> open_slots(const TermQuestion& q) {
    const auto slots = positive(q.site.slots);
    const double reserved = q.policy.admission.is_entitled(q.request)
                                ? 0
                                : std::clamp(usable(q.site.reserved).value_or(0), 0.0, 1.0);
    return slots ? positive(*slots * (1 - reserved)) : std::nullopt;
}

/// Time until this request would start if it queued now, first come first served.
TermReading start_time(const TermQuestion& q) {
    const auto waiting = usable(q.site.waiting);
    const auto busy = usable(q.site.utilisation);
    if (!waiting) {
        return unknown("queue");
    }
    if (*waiting == 0 && !busy) {
        return unknown("utilisation");
    }
    if (*waiting == 0 && *busy < 1) {
        return {0, text(q, "a slot is free")};
    }
    const auto slots = open_slots(q);
    const auto rate = positive(q.site.rate_per_slot);
    if (!slots || !rate) {
        return unknown(slots ? "rate" : "slots");
    }
    return {(*waiting + 1) / (*slots * *rate), text(q, "%.6g jobs ahead", *waiting)};
}

/// Mean wait of M/M/c at the reported utilisation, or the reported queue where that is longer.
TermReading queue_time(const TermQuestion& q) {
    const auto busy = usable(q.site.utilisation);
    const auto slots = open_slots(q);
    const auto rate = positive(q.site.rate_per_slot);
    if (!busy || !slots || !rate) {
        return unknown(!busy ? "utilisation" : !slots ? "slots" : "rate");
    }
    const double arrivals = *busy * *positive(q.site.slots) * *rate;
    const double wait = arrivals > 0 ? queue_length({*slots, *rate, 1}, arrivals) / arrivals : 0;
    const double seen = start_time(q).seconds.value_or(0);
    return {std::max(wait, seen), text(q, "%.3g %% busy", *busy * 100)};
}

TermReading load_term(const TermQuestion& q) {
    const TermReading wait = queue_time(q);
    const TermReading service = service_time(q.request, q.site);
    if (!wait.seconds || !service.seconds) {
        return wait.seconds ? service : wait;
    }
    return {*wait.seconds + *service.seconds,
            wait.why + text(q, ", waits %.3f s, takes %.3f s", *wait.seconds, *service.seconds)};
}

struct EnergyUse {
    std::optional<double> kwh;
    std::string missing;
};

EnergyUse energy_use(const TermQuestion& q) {
    const TermReading service = service_time(q.request, q.site);
    const auto watts = usable(q.site.watts_per_slot);
    const auto pue = usable(q.site.pue);
    if (!service.seconds || !watts || !pue) {
        return {std::nullopt, !watts ? "power unknown" : !pue ? "pue unknown" : service.why};
    }
    return {*service.seconds * *watts * *pue / kJoulesPerKwh, {}};
}

TermReading energy_term(const TermQuestion& q) {
    const EnergyUse use = energy_use(q);
    const auto carbon = usable(q.site.carbon_g_per_kwh);
    if (!use.kwh) {
        return {std::nullopt, use.missing};
    }
    if (q.policy.energy.s_per_kg > 0 && !carbon) {
        return unknown("carbon");
    }
    const double kg = *use.kwh * carbon.value_or(0) / 1000;
    return {*use.kwh * q.policy.energy.s_per_kwh + kg * q.policy.energy.s_per_kg,
            text(q, "%.3g kWh", *use.kwh) + (carbon ? text(q, ", %.3g kg CO2", kg) : "")};
}

/// Adds `units` of a price to the sum; what is missing otherwise.
std::string add_price(const PriceTerm& term, const std::optional<Money>& price, double units,
                      const char* what, double& seconds) {
    if (!price || !std::isfinite(price->amount) || price->amount < 0) {
        return std::string(what) + " unknown";
    }
    const auto worth = term.s_per_unit.find(price->currency);
    if (worth == term.s_per_unit.end()) {
        return std::string(what) + " is in " + price->currency + ", the policy states no worth of it";
    }
    seconds += price->amount * units * worth->second;
    return {};
}

TermReading price_term(const TermQuestion& q) {
    const PriceTerm& term = q.policy.price;
    double seconds = 0;
    std::string why;
    std::string missing;
    if (term.part != PricePart::kSlots) {
        const EnergyUse use = energy_use(q);
        const auto price = q.site.tariff && q.now ? q.site.tariff->price_at(*q.now) : std::optional<Money>();
        missing = !use.kwh ? use.missing : add_price(term, price, *use.kwh, "tariff", seconds);
        why = missing.empty()
                  ? text(q, "%.3g kWh at %.4g %s/kWh", *use.kwh, price->amount, price->currency.c_str())
                  : "";
    }
    if (missing.empty() && term.part != PricePart::kElectricity) {
        const TermReading service = service_time(q.request, q.site);
        missing = !service.seconds
                      ? service.why
                      : add_price(term, q.site.slot_hour, *service.seconds / 3600, "slot price", seconds);
        why += why.empty() ? "" : ", ";
        why += missing.empty() ? text(q, "%.3g h at %.4g %s/h", *service.seconds / 3600,
                                      q.site.slot_hour->amount, q.site.slot_hour->currency.c_str())
                               : "";
    }
    return missing.empty() ? TermReading{seconds, why} : TermReading{std::nullopt, missing};
}

TermReading network_term(const TermQuestion& q) {
    const NetworkTerm& term = q.policy.network;
    const SitePath& path = q.site.path;
    double seconds = 0;
    const auto add = [&](const std::optional<double>& value, double weight) {
        seconds += weight > 0 ? weight * usable(value).value_or(0) : 0;
        return weight <= 0 || usable(value).has_value();
    };
    if (!add(path.delay_s, term.delay_weight)) {
        return unknown("delay");
    }
    if (!add(path.jitter_s, term.jitter_weight)) {
        return unknown("jitter");
    }
    if (!add(path.loss, term.s_per_loss)) {
        return unknown("loss");
    }
    // A job's files that lie at a site are the data term's.
    if (term.bandwidth_weight > 0 && q.request.size_bytes && q.request.origin.empty()) {
        const auto rate = positive(path.bandwidth_bytes_s);
        if (!rate) {
            return unknown("bandwidth");
        }
        seconds += term.bandwidth_weight * *q.request.size_bytes / *rate;
    }
    return {seconds,
            path.delay_s ? text(q, "delay %.6g ms", *path.delay_s * 1000) : text(q, "delay not counted")};
}

TermReading manual_term(const TermQuestion& q) {
    const ManualTerm& manual = q.policy.manual;
    const auto place = std::find(manual.order.begin(), manual.order.end(), q.site.name);
    if (place != manual.order.end()) {
        const auto position = static_cast<double>(place - manual.order.begin());
        return {position * kPositionSeconds, text(q, "position %.0f", position + 1)};
    }
    const auto listed = manual.shares.find(q.site.name);
    const auto share = listed != manual.shares.end() ? std::optional(listed->second)
                       : manual.is_by_site()         ? usable(q.site.manual_share)
                                                     : std::nullopt;
    if (!share) {
        return unknown("manual share");
    }
    return {(1 - std::min(*share, 1.0)) * kPositionSeconds, text(q, "share %.6g %%", *share * 100)};
}

TermReading qos_term(const TermQuestion& q) {
    if (!q.request.needs.latency_s) {
        return {0, text(q, "no latency class asked for")};
    }
    const TermReading latency = expected_latency(q);
    if (!latency.seconds) {
        return latency;
    }
    const double over = std::max(0.0, *latency.seconds - *q.request.needs.latency_s);
    return {over, latency.why + (over > 0 ? text(q, ", %.6g ms over the class", over * 1000)
                                          : text(q, ", within the class"))};
}

} // namespace

TermReading service_time(const Request& request, const SiteAttributes& site) {
    if (request.tokens && positive(site.tokens_per_s)) {
        return {*request.tokens / *site.tokens_per_s, {}};
    }
    const auto rate = positive(site.rate_per_slot);
    return rate ? TermReading{request.work / *rate, {}}
                : unknown(request.tokens ? "token rate and job rate" : "rate");
}

TermReading expected_latency(const TermQuestion& q) {
    const auto delay = usable(q.site.path.delay_s);
    const TermReading first = usable(q.site.first_token_s) ? TermReading{q.site.first_token_s, {}}
                                                           : service_time(q.request, q.site);
    const TermReading queue = q.request.kind == RequestKind::kFlow ? TermReading{0, {}} : queue_time(q);
    if (!delay || !first.seconds || !queue.seconds) {
        return !delay ? unknown("delay") : !first.seconds ? first : queue;
    }
    return {*delay + *queue.seconds + *first.seconds,
            text(q, "network %.6g + queue %.6g + first token %.6g ms", *delay * 1000, *queue.seconds * 1000,
                 *first.seconds * 1000)};
}

double least_latency(const SiteAttributes& site) {
    return usable(site.path.delay_s).value_or(0) + usable(site.first_token_s).value_or(0);
}

TermReading read_term(TermKind kind, const TermQuestion& q) {
    TermReading out;
    switch (kind) {
    case TermKind::kManual:
        out = manual_term(q);
        break;
    case TermKind::kFcfs:
        out = start_time(q);
        break;
    case TermKind::kLoad:
        out = load_term(q);
        break;
    case TermKind::kEnergy:
        out = energy_term(q);
        break;
    case TermKind::kPrice:
        out = price_term(q);
        break;
    case TermKind::kNetwork:
        out = network_term(q);
        break;
    case TermKind::kHolding:
        out = holding_term(q.request, q.site);
        break;
    case TermKind::kQos:
        out = qos_term(q);
        break;
    }
    if (out.seconds && !std::isfinite(*out.seconds)) {
        return {std::nullopt, out.why + ": out of range"};
    }
    return out;
}

} // namespace suanlu
