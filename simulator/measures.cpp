// SPDX-License-Identifier: Apache-2.0
#include "simulator/measures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace suanlu::sim {

Quantiles quantiles(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const auto at = [&](double p) {
        const auto k = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
        std::nth_element(values.begin(), values.begin() + k, values.end());
        return values[static_cast<std::size_t>(k)];
    };
    return {sum / static_cast<double>(values.size()), at(0.5), at(0.95), at(0.99), at(0.999)};
}

Measures::Measures(const Scenario& scenario, Outcome& out)
    : scenario_(scenario), out_(out), from_s_(scenario.seconds * scenario.warm_up_share),
      to_s_(scenario.seconds * 2), placed_(scenario.sites.size(), 0), busy_before_(scenario.sites.size(), 0),
      jobs_at_(scenario.sites.size(), 0), busy_(scenario.sites.size()) {
    if (scenario.window_s) {
        from_s_ = scenario.window_s->first;
        to_s_ = scenario.window_s->second;
    }
}

bool Measures::is_measured(double started_s) const {
    return started_s >= from_s_ && started_s < to_s_;
}

void Measures::placed(std::size_t site, bool is_second) {
    placed_[site] += 1;
    placements_ += 1;
    seconds_placed_ += is_second ? 1 : 0;
}

void Measures::answered(double started_s, double now_s, double alone_s, std::size_t site) {
    const double response = now_s - started_s;
    ended_.push_back(response);
    ++second_.completed;
    if (is_measured(started_s)) {
        responses_.push_back(response);
        excesses_.push_back(response - alone_s);
        jobs_at_[site] += 1;
    }
}

void Measures::second_over(double now_s, const std::vector<double>& busy_s, double live, double exceptions) {
    const double length = now_s - second_.at_s;
    const double all = std::accumulate(placed_.begin(), placed_.end(), 0.0);
    Second row = std::move(second_);
    const double began = row.at_s;
    row.at_s = now_s;
    for (std::size_t j = 0; j < busy_s.size(); ++j) {
        const double busy = length > 0 ? (busy_s[j] - busy_before_[j]) / length : 0;
        row.utilisation.push_back(busy);
        row.share.push_back(all > 0 ? placed_[j] / all : 0);
        spend(j, busy_s[j] - busy_before_[j], began, length);
        if (began >= from_s_ && began < to_s_) {
            busy_[j].seconds += 1;
            busy_[j].first += busy;
            busy_[j].squares += busy * busy;
        }
    }
    row.responses = ResponseHistogram(ended_);
    if (began >= from_s_ && began < to_s_ && live > 0) {
        live_ += live;
        exceptions_ += exceptions;
        out_.exception_peak = std::max(out_.exception_peak, exceptions / live);
    }
    out_.seconds.push_back(std::move(row));
    second_ = {};
    second_.at_s = now_s;
    ended_.clear();
    busy_before_ = busy_s;
    std::fill(placed_.begin(), placed_.end(), 0);
}

/// Energy of a second, at what it cost and emitted in its middle.
void Measures::spend(std::size_t site, double busy_s, double from_s, double length_s) {
    const SimSite& s = scenario_.sites[site];
    const double kwh = s.pue * (s.idle_w * length_s + (s.full_w - s.idle_w) * busy_s) / 3.6e6;
    const double middle = from_s + length_s / 2;
    busy_[site].kwh += kwh;
    busy_[site].carbon_g += kwh * s.carbon.at(middle);
    busy_[site].money += kwh / 1000 * s.tariff.at(middle);
}

void Measures::finish() {
    out_.measured = responses_.size();
    const auto measured = static_cast<double>(std::max<std::size_t>(1, responses_.size()));
    out_.response_s = quantiles(std::move(responses_));
    out_.excess_s = quantiles(std::move(excesses_));
    out_.exception_share = live_ > 0 ? exceptions_ / live_ : 0;
    out_.second_choices = placements_ > 0 ? seconds_placed_ / placements_ : 0;
    for (std::size_t j = 0; j < scenario_.sites.size(); ++j) {
        const SimSite& site = scenario_.sites[j];
        const Sums& b = busy_[j];
        SiteOutcome row;
        row.name = site.name;
        if (b.seconds > 0) {
            row.utilisation = b.first / b.seconds;
            row.deviation =
                std::sqrt(std::max(0.0, b.squares / b.seconds - row.utilisation * row.utilisation));
        }
        row.share = jobs_at_[j] / measured;
        row.energy_kwh = b.kwh;
        row.carbon_g = b.carbon_g;
        row.money = b.money;
        out_.sites.push_back(std::move(row));
    }
}

} // namespace suanlu::sim
