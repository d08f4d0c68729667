// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/paths/rounds.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace suanlu::bench {

Median median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const double median = values[values.size() / 2];
    return {median, median > 0 ? (values.back() - values.front()) / median : 0};
}

std::string to_json(const Case& result) {
    std::string peer = "\"peer\": null, \"peer_name\": null, \"ratio\": null";
    if (result.peer) {
        peer =
            fmt::format("\"peer\": {:.6g}, \"peer_name\": \"{}\", \"ratio\": {:.4g}, \"peer_spread\": {:.3f}",
                        result.peer->value, result.peer_name, result.ours.value / result.peer->value,
                        result.peer->spread);
    }
    return fmt::format(
        R"({{"case": "{}", "ours": {:.6g}, "unit": "{}", {}, "ours_spread": {:.3f}, "engine": "{}"}})",
        result.name, result.ours.value, result.unit, peer, result.ours.spread, result.engine);
}

Case measure(std::string name, std::string unit, const std::function<double()>& ours, std::string peer_name,
             const std::function<double()>& peer) {
    std::vector<double> ours_values, peer_values;
    for (int round = 0; round < kRounds; ++round) {
        ours_values.push_back(ours());
        peer_values.push_back(peer());
    }
    return {std::move(name),      median_of(ours_values), median_of(peer_values),
            std::move(peer_name), std::move(unit),        ""};
}

Case measure(std::string name, std::string unit, const std::function<double()>& ours) {
    std::vector<double> values;
    for (int round = 0; round < kRounds; ++round) {
        values.push_back(ours());
    }
    return {std::move(name), median_of(values), {}, "", std::move(unit), ""};
}

} // namespace suanlu::bench
