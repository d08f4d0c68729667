// SPDX-License-Identifier: Apache-2.0
#include "policies/split_solver.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace suanlu {

namespace {

/// Price per full load that a queue gets beyond its own, as part of the shortest service.
constexpr double kTilt = 1e-9;
/// A look is as good as the load when it is so close, beside the tolerance of the price.
constexpr double kLoadError = 1e-2;
constexpr double kPriceError = 1e-2;
constexpr double kRounding = 1e-15;
/// Prices in such a ratio lie on one bend of the curve.
constexpr double kNear = 30;
/// No site takes all its capacity before the price has risen by this part of the shortest service.
constexpr double kFlat = 0.1;
constexpr int kMostLooks = 60;
constexpr int kMostLevels = 100;
constexpr double kLevelStep = 0.02;
/// Savings below this part of the largest one wait: they will look different after it.
constexpr double kWorthwhile = 0.1;
/// Prices are as fine as what is still to be saved asks for.
constexpr double kBeyondGap = 0.2;
constexpr double kFinerEachRound = 0.8;
constexpr double kFiner = 0.03;
constexpr double kFinest = 1e-12;
constexpr int kRoundsPerEdge = 4;
constexpr int kLeastRounds = 200;

/// Least a[k] + b[k]; four at once, which compilers may not do by themselves.
double least_sum(const double* a, const double* b, std::size_t count) {
    std::array<double, 4> least{HUGE_VAL, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    std::size_t k = 0;
    for (; k + least.size() <= count; k += least.size()) {
        for (std::size_t lane = 0; lane < least.size(); ++lane) {
            const double sum = a[k + lane] + b[k + lane];
            least[lane] = sum < least[lane] ? sum : least[lane];
        }
    }
    for (; k < count; ++k) {
        least[0] = std::min(least[0], a[k] + b[k]);
    }
    return *std::min_element(least.begin(), least.end());
}

} // namespace

SplitSolver::SplitSolver(const SplitProblem& problem)
    : problem_(problem), sites_(problem.sites.size()), fixed_(problem.arrivals.size() * sites_, HUGE_VAL),
      forest_(fixed_, problem.arrivals, sites_), price_(sites_), looks_(sites_), offset_(sites_),
      target_(sites_), need_(sites_), through_(problem.arrivals.size()), is_waiting_(sites_) {
    unit_ = HUGE_VAL;
    for (const SplitSite& site : problem.sites) {
        curves_.emplace_back(site.servers);
        unit_ = std::min(unit_, 1 / site.servers.rate_per_slot);
    }
    for (const SplitSite& site : problem.sites) {
        tilt_.push_back(kTilt * unit_ / site.servers.capacity());
    }
    for (std::size_t i = 0; i < problem.arrivals.size(); ++i) {
        for (std::size_t j = 0; j < sites_; ++j) {
            if (problem.delay_s[i][j] >= 0) {
                fixed_[i * sites_ + j] = fixed_cost(problem, i, j);
            }
        }
    }
}

QueuePoint SplitSolver::at(std::size_t site, double load) const {
    QueuePoint out = curves_[site].at(load);
    out.price += tilt_[site] * load;
    out.bend = std::max(out.bend, 0.0) + tilt_[site];
    return out;
}

void SplitSolver::look_everywhere() {
    load_ = forest_.loads();
    for (std::size_t j = 0; j < sites_; ++j) {
        looks_[j] = {load_[j], at(j, load_[j])};
        price_[j] = looks_[j].queue.price;
    }
}

void SplitSolver::refresh(std::size_t site) {
    Look& look = looks_[site];
    if (std::fabs(look.queue.bend * (load_[site] - look.load)) > tolerance_) {
        look = {load_[site], at(site, load_[site])};
    }
    price_[site] = look.queue.price + look.queue.bend * (load_[site] - look.load);
}

/// Close in price and in load: where queues are short the load runs away while the price hardly moves.
bool SplitSolver::is_close(std::size_t site, double price, double tolerance) const {
    const Look& look = looks_[site];
    const double off = std::fabs(look.queue.price - price);
    const double load = std::max(look.load, 1e-3 * problem_.sites[site].servers.capacity());
    return off <= tolerance && (off <= kLoadError * look.queue.bend * load || off <= kRounding * largest_);
}

/// Next load to look at, between two that are too low and too high. 1 / sqrt(price) is close to a straight
/// line near saturation, the price itself is one beyond.
double SplitSolver::guess(std::size_t site, double price, double low, double high) const {
    const auto& [load, queue] = looks_[site];
    const double limit = kExactLoad * problem_.sites[site].servers.capacity();
    if (load >= limit && price >= queue.price) {
        return load + (price - queue.price) / queue.bend;
    }
    if (queue.price > 0 && queue.price < kNear * price && price < kNear * queue.price) {
        const double next = load + 2 * queue.price / queue.bend * (1 - std::sqrt(queue.price / price));
        if (next > low && next < high) {
            return next;
        }
    }
    return high < HUGE_VAL ? (low + high) / 2 : limit;
}

/// Moves the look to about where the site has this price.
void SplitSolver::look_for(std::size_t site, double price) {
    Look& look = looks_[site];
    if (price <= 0) {
        look = look.load == 0 ? look : Look{0, at(site, 0)};
        return;
    }
    double low = 0;
    double high = HUGE_VAL;
    for (int k = 0; k < kMostLooks; ++k) {
        if (is_close(site, price, tolerance_ + (k > 0 ? kPriceError * price : 0))) {
            return;
        }
        (look.queue.price < price ? low : high) = look.load;
        look.load = guess(site, price, low, high);
        look.queue = at(site, look.load);
    }
}

/// By how much the price of each site of the tree differs from that of the root when nobody would gain.
void SplitSolver::find_offsets() {
    const std::vector<std::size_t>& order = forest_.order();
    offset_[order[0]] = 0;
    jobs_ = load_[order[0]];
    double least = HUGE_VAL;
    for (std::size_t k = 1; k < order.size(); ++k) {
        const std::size_t j = order[k];
        const std::size_t i = forest_.via(j);
        const std::size_t a = forest_.from(i);
        offset_[j] = offset_[a] + fixed(i, a) - fixed(i, j);
        jobs_ += load_[j];
        least = std::min(least, fixed(i, j) + price_[j]);
    }
    tolerance_ = precision_ * std::max(least, unit_);
}

/// Loads at the prices that belong to a level, and how they change with it.
SplitSolver::Sum SplitSolver::sum_at(double level) {
    Sum sum{-jobs_, 0, true};
    for (const std::size_t j : tree_) {
        const double price = level + offset_[j];
        look_for(j, price);
        const auto& [load, queue] = looks_[j];
        sum.is_fine = sum.is_fine && is_close(j, price, tolerance_);
        sum.excess += load + (price - queue.price) / queue.bend;
        sum.slope += 1 / queue.bend;
    }
    return sum;
}

/// The level at which the sites of the tree take what there is. Newton's method between bounds; where that
/// is no help prices spread over decades, of which the root takes half.
void SplitSolver::find_level() {
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    double level = 0;
    double weight = 0;
    largest_ = 0;
    for (const std::size_t j : tree_) {
        const double own = price_[j] - offset_[j];
        const double flat = kFlat * unit_ / problem_.sites[j].servers.capacity();
        const double each = 1 / std::max(looks_[j].queue.bend, flat);
        low = std::min(low, own);
        high = std::max(high, own);
        level += each * own;
        weight += each;
        largest_ = std::max({largest_, std::fabs(own), std::fabs(offset_[j])});
    }
    level = std::clamp(level / weight, low, high);
    double before = HUGE_VAL;
    for (int k = 0; k < kMostLevels; ++k) {
        const Sum sum = sum_at(level);
        if ((sum.is_fine && std::fabs(sum.excess) <= kLoadError * jobs_) ||
            high - low <= kRounding * largest_) {
            return set_targets(level, sum);
        }
        (sum.excess < 0 ? low : high) = level;
        const double newton = level - sum.excess / sum.slope;
        if (newton > low && newton < high && std::fabs(sum.excess) < 0.7 * before) {
            level = newton;
        } else {
            const double width = high - low;
            level = low + std::min(std::sqrt(std::max(1e-9 * unit_, kLevelStep * width) * width), width / 2);
        }
        before = std::fabs(sum.excess);
    }
    set_targets(level, sum_at(level));
}

/// Loads that sum to what there is, near the level, to first order. The correction may be too small to be
/// seen beside the level.
void SplitSolver::set_targets(double level, const Sum& sum) {
    const double correction = sum.excess / sum.slope;
    for (const std::size_t j : tree_) {
        const auto& [load, queue] = looks_[j];
        target_[j] = load + (level + offset_[j] - queue.price - correction) / queue.bend;
    }
}

/// What every edge of the tree has to carry more, so that the loads become the targets: from the leaves to
/// the root.
void SplitSolver::find_changes() {
    const std::vector<std::size_t>& order = forest_.order();
    for (const std::size_t j : order) {
        need_[j] = target_[j] - load_[j];
    }
    changes_.clear();
    for (std::size_t k = order.size(); k-- > 1;) {
        const std::size_t i = forest_.via(order[k]);
        const double more = need_[order[k]];
        changes_.push_back({i, order[k], more});
        through_[i] -= more;
        need_[forest_.from(i)] += more;
    }
    for (std::size_t k = order.size(); k-- > 1;) {
        const std::size_t i = forest_.via(order[k]);
        if (through_[i] != 0) { // the others over this ingress have been counted with it
            changes_.push_back({i, forest_.from(i), through_[i]});
            through_[i] = 0;
        }
    }
}

/// As much of the changes as leaves no flow negative; edges that are empty then go.
void SplitSolver::apply_changes() {
    double part = 1;
    SplitForest::Edge* first = nullptr; // that gets empty
    for (Change& c : changes_) {
        c.edge = &forest_.edge(c.ingress, c.site);
        if (c.edge->flow < -c.flow * part) {
            part = c.edge->flow / -c.flow;
            first = c.edge;
        }
    }
    for (const Change& c : changes_) {
        c.edge->flow = c.edge == first ? 0 : c.edge->flow + part * c.flow;
    }
    for (const std::size_t j : forest_.order()) {
        load_[j] += part * (target_[j] - load_[j]);
        refresh(j);
    }
    for (const Change& c : changes_) {
        if (forest_.drop_if_empty(c.ingress, c.site)) {
            await(c.site);
            await(forest_.row(c.ingress).front().site);
            await(forest_.order().front());
        }
    }
}

void SplitSolver::await(std::size_t site) {
    is_waiting_[site] = true;
    waiting_.push_back(site);
}

/// Trees that wait get the best loads that their edges allow.
void SplitSolver::settle() {
    while (!waiting_.empty()) {
        const std::size_t root = waiting_.back();
        waiting_.pop_back();
        if (!is_waiting_[root]) {
            continue;
        }
        forest_.visit(root);
        for (const std::size_t j : forest_.order()) {
            is_waiting_[j] = false;
        }
        if (forest_.order().size() > 1) {
            find_offsets();
            tree_ = forest_.order();
            find_level();
            find_changes();
            apply_changes();
        } else {
            tolerance_ = 0;
            refresh(root);
        }
    }
}

void SplitSolver::settle_all() {
    look_everywhere();
    for (std::size_t j = 0; j < sites_; ++j) {
        await(j);
    }
    settle();
}

/// Whom another site would save most, for every ingress; and how far the used sites are from equal.
void SplitSolver::find_wishes() {
    wishes_.clear();
    gap_ = 0;
    for (std::size_t i = 0; i < problem_.arrivals.size(); ++i) {
        double used = HUGE_VAL;
        double most = -HUGE_VAL;
        for (const SplitForest::Edge& e : forest_.row(i)) {
            const double cost = fixed(i, e.site) + price_[e.site];
            used = std::min(used, cost);
            most = std::max(most, cost);
        }
        const double* row = &fixed_[i * sites_];
        const double best = least_sum(row, price_.data(), sites_);
        const double unit = std::max(best, unit_);
        gap_ = std::max(gap_, (most - best) / unit);
        if (used - best > kGap * unit) {
            std::size_t site = 0;
            while (row[site] + price_[site] != best) {
                ++site;
            }
            wishes_.push_back({(used - best) / unit, i, site});
        }
    }
    std::sort(wishes_.begin(), wishes_.end(), [](const Wish& a, const Wish& b) {
        return a.saving > b.saving || (a.saving == b.saving && a.ingress < b.ingress);
    });
}

/// The largest ones that are still true when their turn comes. False when there was none.
bool SplitSolver::grant_wishes() {
    bool is_any = false;
    for (const auto& [saving, i, j] : wishes_) {
        double used = HUGE_VAL;
        for (const SplitForest::Edge& e : forest_.row(i)) {
            used = std::min(used, fixed(i, e.site) + price_[e.site]);
        }
        const double least = kGap * std::max(used, unit_);
        if (saving < kWorthwhile * wishes_.front().saving) {
            break;
        }
        if (used - fixed(i, j) - price_[j] <= least || forest_.has(i, j)) {
            continue;
        }
        forest_.visit(j);
        if (forest_.is_reached(i)) {
            if (!forest_.go_round(i, j, 0, least / 2)) {
                continue;
            }
            for (const std::size_t k : forest_.order()) { // loads stay, so this can wait for others
                await(k);
            }
        } else {
            forest_.put(i, j, 0);
            await(j);
            settle();
        }
        is_any = true;
    }
    settle();
    return is_any;
}

void SplitSolver::solve() {
    settle_all();
    const auto edges = static_cast<int>(problem_.arrivals.size() + sites_);
    bool is_exact = false;
    while (rounds_ < kLeastRounds + kRoundsPerEdge * edges) {
        ++rounds_;
        find_wishes();
        if (gap_ <= kGap && is_exact) {
            return;
        }
        is_exact = gap_ <= kGap;
        precision_ = std::min(kFinerEachRound * precision_, kBeyondGap * std::max(gap_, kGap));
        if (is_exact) { // according to estimates
            look_everywhere();
        } else if (!grant_wishes()) {
            if (precision_ <= kFinest) {
                break; // the rest is rounding
            }
            precision_ = std::max(kFinest, kFiner * precision_);
            settle_all();
        }
    }
    look_everywhere();
    find_wishes();
}

} // namespace suanlu
