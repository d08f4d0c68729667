// SPDX-License-Identifier: Apache-2.0
#include "policies/split_newton.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/support/error.hpp"

namespace suanlu {

namespace {

/// exp(x) for -700 < x <= 0 to 2e-8, in a form that compilers can do side by side.
inline double quick_exp(double x) {
    constexpr double kRound = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to a whole number
    const double scaled = x * 1.4426950408889634;
    const double shifted = scaled + kRound;
    const double part = (scaled - (shifted - kRound)) * 0.6931471805599453;
    const double power =
        1 + part * (1 + part * (1.0 / 2 +
                                part * (1.0 / 6 + part * (1.0 / 24 + part * (1.0 / 120 + part / 720)))));
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(power) +
                                 (std::bit_cast<std::uint64_t>(shifted) << 52U));
}

/// Temperatures as parts of what a job costs. At the last one a share of a millionth belongs to a site that
/// is 0.04 % dearer than the best.
constexpr double kFirstTemperature = 0.005;
constexpr double kLastTemperature = 5e-5;
constexpr double kCooling = 0.7;
constexpr double kSlowCooling = 0.85;
/// Prices of what is sent and what was assumed agree to this part of the cost; loosely while it is warm.
constexpr double kPriceError = 3e-5;
constexpr double kGoodEnough = 2e-4;
constexpr int kLooseSteps = 8;
constexpr int kMostHere = 40;
/// A price may rise by so many temperatures in a step even where the curve is flat.
constexpr double kTemperatures = 2;
constexpr int kMostFillings = 40;
constexpr double kFillingStep = 0.02;
constexpr int kMostSteps = 200;
constexpr int kMostHalvings = 12;
/// A step that had to be halved so often was too bold for the temperature: it goes up again.
constexpr int kHardHalvings = 3;
constexpr double kHeating = 5;
constexpr double kHottest = 1e9;
constexpr double kSlowest = 0.95;
/// Exponents beyond which a share is nothing.
constexpr double kFar = 17;
constexpr double kLeastShare = 1e-7;

} // namespace

SplitNewton::SplitNewton(const SplitProblem& problem)
    : problem_(problem), sites_(problem.sites.size()), fixed_(problem.arrivals.size() * sites_, HUGE_VAL),
      matrix_(sites_ * sites_), slope_(matrix_), root_(sites_), change_(sites_) {
    for (const SplitSite& site : problem.sites) {
        curves_.emplace_back(site.servers);
    }
    double least = 0;
    for (std::size_t i = 0; i < problem.arrivals.size(); ++i) {
        double best = HUGE_VAL;
        for (std::size_t j = 0; j < sites_; ++j) {
            if (problem.delay_s[i][j] >= 0) {
                fixed_[i * sites_ + j] = fixed_cost(problem, i, j);
                best = std::min(best, fixed_[i * sites_ + j]);
            }
        }
        SL_CHECK(best < HUGE_VAL);
        least = i == 0 ? best : std::min(least, best);
    }
    scale_ = std::max(least, 1e-9);
    start();
}

/// Loads at which all sites cost the same to the mean of all ingresses.
void SplitNewton::start() {
    const double arrivals = std::accumulate(problem_.arrivals.begin(), problem_.arrivals.end(), 0.0);
    Loads cost(sites_, 0);
    for (std::size_t j = 0; j < sites_; ++j) {
        double weight = 0;
        for (std::size_t i = 0; i < problem_.arrivals.size(); ++i) {
            if (fixed_[i * sites_ + j] < HUGE_VAL) {
                weight += problem_.arrivals[i];
                cost[j] += problem_.arrivals[i] * fixed_[i * sites_ + j];
            }
        }
        cost[j] = weight > 0 ? cost[j] / weight : HUGE_VAL;
    }
    fill(cost, arrivals);
    double marginal = HUGE_VAL;
    for (std::size_t j = 0; j < sites_; ++j) {
        marginal = std::min(marginal, cost[j] + curves_[j].at(now_.load[j]).price);
    }
    scale_ = std::max(scale_, marginal);
}

void SplitNewton::fill(const Loads& cost, double arrivals) {
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (std::size_t j = 0; j < sites_; ++j) {
        const double capacity = problem_.sites[j].servers.capacity();
        if (cost[j] < HUGE_VAL) { // each alone with everything, in the parabola at the latest
            low = std::min(low, cost[j]);
            high = std::max(high, cost[j] + curves_[j].at(arrivals + capacity).price);
        }
    }
    now_.load.assign(sites_, 0);
    for (int k = 0; k < kMostFillings; ++k) {
        // Prices spread over decades: the middle of the logarithm halves them evenly.
        const double level =
            low + std::sqrt(std::max(1e-9 * scale_, (high - low) * kFillingStep) * (high - low));
        double sum = 0;
        for (std::size_t j = 0; j < sites_; ++j) {
            now_.load[j] = cost[j] < HUGE_VAL ? curves_[j].arrivals_at(level - cost[j]) : 0;
            sum += now_.load[j];
        }
        if (std::fabs(sum - arrivals) < 1e-3 * arrivals) {
            break;
        }
        (sum < arrivals ? low : high) = level;
    }
}

void SplitNewton::choose(std::size_t ingress, Point& point) const {
    const double* fixed = &fixed_[ingress * sites_];
    double least = HUGE_VAL;
    for (std::size_t j = 0; j < sites_; ++j) {
        least = std::min(least, fixed[j] + point.queue[j].price);
    }
    const double reach = least + kFar * temperature_;
    const double colder = 1 / temperature_;
    const std::size_t first = point.parts.size();
    double sum = 0;
    for (std::size_t j = 0; j < sites_; ++j) {
        const double cost = fixed[j] + point.queue[j].price;
        if (cost < reach) {
            const double weight = quick_exp((least - cost) * colder);
            point.parts.push_back({j, weight});
            sum += weight;
        }
    }
    const double arrivals = problem_.arrivals[ingress];
    for (std::size_t k = first; k < point.parts.size(); ++k) {
        point.parts[k].share /= sum;
        point.sent[point.parts[k].site] += arrivals * point.parts[k].share;
    }
    point.dual += arrivals * (least - temperature_ * std::log(sum));
}

/// The dual at prices that belong to loads: sum_i arrivals_i softmin_j - sum_j Lq*_j, the conjugate being
/// load x price - Lq.
void SplitNewton::look(Point& point) const {
    point.queue.resize(sites_);
    point.sent.assign(sites_, 0);
    point.parts.clear();
    point.first.clear();
    point.dual = 0;
    for (std::size_t j = 0; j < sites_; ++j) {
        point.queue[j] = curves_[j].at(point.load[j]);
        point.dual += point.queue[j].length - point.load[j] * point.queue[j].price;
    }
    for (std::size_t i = 0; i < problem_.arrivals.size(); ++i) {
        point.first.push_back(point.parts.size());
        choose(i, point);
    }
    point.first.push_back(point.parts.size());
}

/// Cholesky in place, upper triangle, row after row so that the inner loop runs along memory. The matrix is
/// the identity plus a positive semidefinite one.
void SplitNewton::factor() {
    for (std::size_t k = 0; k < sites_; ++k) {
        double* row = &matrix_[k * sites_];
        const double scale = 1 / std::sqrt(std::max(row[k], 1e-12));
        for (std::size_t b = k; b < sites_; ++b) {
            row[b] *= scale;
        }
        for (std::size_t a = k + 1; a < sites_; ++a) {
            const double each = row[a];
            double* below = &matrix_[a * sites_];
            for (std::size_t b = a; each != 0 && b < sites_; ++b) {
                below[b] -= each * row[b];
            }
        }
    }
}

void SplitNewton::substitute(Loads& z) const {
    for (std::size_t k = 0; k < sites_; ++k) {
        const double* row = &matrix_[k * sites_];
        z[k] /= row[k];
        for (std::size_t b = k + 1; b < sites_; ++b) {
            z[b] -= row[b] * z[k];
        }
    }
    for (std::size_t k = sites_; k-- > 0;) {
        const double* row = &matrix_[k * sites_];
        for (std::size_t b = k + 1; b < sites_; ++b) {
            z[k] -= row[b] * z[b];
        }
        z[k] /= row[k];
    }
}

/// M = -d sent / d price, upper triangle.
void SplitNewton::find_slopes() {
    std::fill(slope_.begin(), slope_.end(), 0);
    for (std::size_t i = 0; i < problem_.arrivals.size(); ++i) {
        const double weight = problem_.arrivals[i] / temperature_;
        for (std::size_t k = now_.first[i]; k < now_.first[i + 1]; ++k) {
            const Part& a = now_.parts[k];
            double* row = &slope_[a.site * sites_];
            const double each = weight * a.share;
            for (std::size_t l = k; l < now_.first[i + 1]; ++l) { // sites ascend within a row
                row[now_.parts[l].site] -= each * now_.parts[l].share;
            }
            row[a.site] += each;
        }
    }
}

/// (I + M P') change = sent - load, P' being the bends of the queues; made symmetric by the roots of P'.
void SplitNewton::find_step() {
    find_slopes();
    Loads z(sites_);
    for (std::size_t j = 0; j < sites_; ++j) {
        root_[j] = std::sqrt(std::max(0.0, now_.queue[j].bend));
        change_[j] = now_.sent[j] - now_.load[j];
        z[j] = root_[j] * change_[j];
    }
    for (std::size_t a = 0; a < sites_; ++a) {
        for (std::size_t b = a; b < sites_; ++b) {
            matrix_[a * sites_ + b] = slope_[a * sites_ + b] * root_[a] * root_[b];
        }
        matrix_[a * sites_ + a] += 1;
    }
    factor();
    substitute(z);
    for (std::size_t j = 0; j < sites_; ++j) {
        z[j] *= root_[j];
    }
    for (std::size_t a = 0; a < sites_; ++a) {
        const double* row = &slope_[a * sites_];
        change_[a] -= row[a] * z[a];
        for (std::size_t b = a + 1; b < sites_; ++b) {
            change_[a] -= row[b] * z[b];
            change_[b] -= row[b] * z[a];
        }
    }
}

double SplitNewton::price_error() const {
    double most = 0;
    for (std::size_t j = 0; j < sites_; ++j) {
        const double is = curves_[j].at(now_.sent[j]).price;
        most = std::max(most, std::fabs(is - now_.queue[j].price));
    }
    return most / scale_;
}

/// Load after a change. Prices are convex: a step up in the load overshoots the price that was meant, so it
/// ends where that price is reached (or a temperature more than now, below which nothing notices).
double SplitNewton::moved(std::size_t site, double change) const {
    const double from = now_.load[site];
    double to = std::max(0.0, from + change);
    if (change <= 0) {
        return to;
    }
    const QueuePoint& queue = now_.queue[site];
    const double most = queue.price + std::max(queue.bend * change, kTemperatures * temperature_);
    if (curves_[site].at(to).price > most) {
        to = std::clamp(curves_[site].arrivals_at(most), from, to);
    }
    return to;
}

/// How often the step had to be halved; kMostHalvings when the dual cannot rise any more.
int SplitNewton::step() {
    find_step();
    double part = 1;
    for (int halving = 0; halving < kMostHalvings; ++halving, part /= 2) {
        next_.load.resize(sites_);
        for (std::size_t j = 0; j < sites_; ++j) {
            next_.load[j] = moved(j, part * change_[j]);
        }
        look(next_);
        if (next_.dual > now_.dual) {
            std::swap(now_, next_);
            return halving;
        }
    }
    return kMostHalvings;
}

/// Steps at one temperature until prices agree; false when a step was too bold and the temperature should
/// sink less at once.
bool SplitNewton::settle(bool is_last) {
    look(now_);
    for (int here = 0; here < kMostHere; ++here) {
        if (is_last ? price_error() <= kPriceError : here >= kLooseSteps) {
            return true;
        }
        ++steps_;
        const int halvings = step();
        if (halvings == 0 && !is_last) {
            return true;
        }
        if (halvings >= kHardHalvings) {
            return is_last && price_error() <= kGoodEnough; // rounding, or too bold
        }
    }
    return price_error() <= kGoodEnough;
}

bool SplitNewton::solve() {
    const Loads first = now_.load;
    if (cool(kCooling)) {
        return true;
    }
    now_.load = first;
    return cool(kSlowCooling);
}

/// From the first temperature to the last one; false when prices do not agree in the end.
bool SplitNewton::cool(double fastest) {
    const double last = kLastTemperature * scale_;
    const int most = steps_ + kMostSteps;
    temperature_ = scale_ * kFirstTemperature;
    double settled = 0; // last temperature that worked
    double cooling = fastest;
    Loads kept = now_.load;
    while (steps_ < most) {
        const bool is_last = temperature_ <= last;
        if (settle(is_last)) {
            if (is_last) {
                return true;
            }
            settled = temperature_;
            kept = now_.load;
            cooling = std::max(fastest, cooling * cooling);
        } else if (settled > 0 && cooling < kSlowest) {
            cooling = std::sqrt(cooling);
            now_.load = kept;
        } else if (settled == 0 && temperature_ < scale_ * kHottest) {
            temperature_ *= kHeating;
            continue;
        } else if (is_last) {
            return false;
        } else {
            settled = temperature_;
        }
        temperature_ = std::max(last, settled * cooling);
    }
    return false;
}

SplitShares SplitNewton::shares() const {
    SplitShares out(problem_.arrivals.size(), std::vector<double>(sites_, 0));
    for (std::size_t i = 0; i < out.size(); ++i) {
        double sum = 0;
        for (std::size_t k = now_.first[i]; k < now_.first[i + 1]; ++k) {
            sum += now_.parts[k].share >= kLeastShare ? now_.parts[k].share : 0;
        }
        for (std::size_t k = now_.first[i]; k < now_.first[i + 1]; ++k) {
            const Part& part = now_.parts[k];
            out[i][part.site] = part.share >= kLeastShare ? part.share / sum : 0;
        }
    }
    return out;
}

} // namespace suanlu
