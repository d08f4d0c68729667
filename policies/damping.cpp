// SPDX-License-Identifier: Apache-2.0
#include "policies/damping.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace suanlu {

std::vector<double> follow(const std::vector<double>& last, const std::vector<double>& wanted, bool at_once) {
    double moved = 0;
    for (std::size_t j = 0; j < wanted.size(); ++j) {
        moved += std::fabs(wanted[j] - last[j]) / 2;
    }
    if (at_once || moved <= kMostMoved) {
        return wanted;
    }
    std::vector<double> out(wanted.size());
    for (std::size_t j = 0; j < wanted.size(); ++j) {
        out[j] = last[j] + (wanted[j] - last[j]) * kMostMoved / moved;
    }
    return out;
}

std::vector<std::uint32_t> to_ppm(const std::vector<double>& row) {
    std::vector<std::uint32_t> out(row.size(), 0);
    std::vector<std::size_t> order;
    std::uint32_t given = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
        out[j] = static_cast<std::uint32_t>(std::floor(std::max(0.0, row[j]) * kWholeShare));
        given += out[j];
        if (row[j] > 0) {
            order.push_back(j);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return row[a] * kWholeShare - out[a] > row[b] * kWholeShare - out[b];
    });
    for (std::size_t k = 0; !order.empty() && given < kWholeShare; ++k, ++given) {
        ++out[order[k % order.size()]];
    }
    while (given > kWholeShare) { // rounding of a row that sums to a little over 1
        auto largest = std::max_element(out.begin(), out.end());
        --*largest;
        --given;
    }
    return out;
}

} // namespace suanlu
