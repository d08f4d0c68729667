// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "simulator/plot.hpp"

namespace suanlu::sim {

namespace {

/// 1, 2 or 5 times a power of ten, at least `value`.
double round_step(double value) {
    const double decade = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (decade * factor >= value * (1 - 1e-9)) {
            return decade * factor;
        }
    }
    return decade * 10;
}

std::vector<double> decades(double least, double most, std::initializer_list<double> factors) {
    std::vector<double> out;
    for (double decade = std::pow(10, std::floor(std::log10(least))); decade <= most; decade *= 10) {
        for (const double factor : factors) {
            const double tick = decade * factor;
            if (tick >= least * (1 - 1e-9) && tick <= most * (1 + 1e-9)) {
                out.push_back(tick);
            }
        }
    }
    return out;
}

} // namespace

Scale::Scale(double least, double most, double from_px, double to_px, bool is_logarithmic)
    : least_(least), most_(most), from_px_(from_px), to_px_(to_px), is_logarithmic_(is_logarithmic) {
}

double Scale::at(double value) const {
    const double inside = std::clamp(value, least_, most_);
    const double part = is_logarithmic_ ? std::log(inside / least_) / std::log(most_ / least_)
                                        : (inside - least_) / (most_ - least_);
    return from_px_ + part * (to_px_ - from_px_);
}

std::vector<double> Scale::ticks(std::size_t wanted) const {
    if (is_logarithmic_) {
        std::vector<double> out = decades(least_, most_, {1, 2, 5});
        return out.size() <= wanted + 2 ? out : decades(least_, most_, {1});
    }
    const double step = round_step((most_ - least_) / static_cast<double>(std::max<std::size_t>(1, wanted)));
    std::vector<double> out;
    for (double k = std::ceil(least_ / step - 1e-9); k * step <= most_ + step * 1e-9; ++k) {
        out.push_back(k * step + 0.0); // no -0
    }
    return out;
}

} // namespace suanlu::sim
