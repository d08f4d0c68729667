// SPDX-License-Identifier: Apache-2.0
#include "simulator/timeline.hpp"

#include <algorithm>

namespace suanlu::sim {

namespace {

void add_to(std::vector<double>& sum, const std::vector<double>& values, double factor) {
    sum.resize(std::max(sum.size(), values.size()), 0);
    for (std::size_t j = 0; j < values.size(); ++j) {
        sum[j] += values[j] * factor;
    }
}

Second merged(const std::vector<Second>& seconds, std::size_t from, std::size_t to) {
    Second out;
    double placed = 0;
    out.at_s = seconds[to - 1].at_s;
    for (std::size_t k = from; k < to; ++k) {
        const Second& second = seconds[k];
        out.arrived += second.arrived;
        out.completed += second.completed;
        out.bounced += second.bounced;
        out.responses.add(second.responses);
        add_to(out.utilisation, second.utilisation, 1.0 / static_cast<double>(to - from));
        const bool has_shares =
            std::any_of(second.share.begin(), second.share.end(), [](double share) { return share > 0; });
        const double weight =
            has_shares ? static_cast<double>(std::max<std::uint64_t>(1, second.arrived)) : 0;
        add_to(out.share, second.share, weight);
        placed += weight;
    }
    for (double& share : out.share) {
        share /= std::max(1.0, placed);
    }
    return out;
}

} // namespace

std::vector<Second> merged_seconds(const Outcome& outcome, std::size_t most) {
    const std::size_t count = outcome.seconds.size();
    const std::size_t width = std::max<std::size_t>(1, (count + most - 1) / most);
    std::vector<Second> out;
    for (std::size_t from = 0; from < count; from += width) {
        out.push_back(merged(outcome.seconds, from, std::min(from + width, count)));
    }
    return out;
}

} // namespace suanlu::sim
