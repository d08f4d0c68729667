// SPDX-License-Identifier: Apache-2.0
// Measuring ours and a peer in turns, and reporting: 5 rounds, medians, spread. What else the machine does
// then hits both alike.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace suanlu::bench {

/// Seconds of one call.
template <class Work>
double seconds(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Mean seconds of a call, called until `budget` is used up, at least once.
template <class Work>
double mean_seconds(double budget, Work&& work) {
    double sum = 0;
    std::size_t calls = 0;
    for (; calls == 0 || sum < budget; ++calls) {
        sum += seconds(work);
    }
    return sum / static_cast<double>(calls);
}

struct Median {
    double value = 0;
    double spread = 0; ///< largest less smallest, as a share of the median
};
Median median_of(std::vector<double> values);

struct Case {
    std::string name;
    Median ours;
    std::optional<Median> peer;
    std::string peer_name;
    std::string unit;
    std::string engine; ///< which of ours ran; may be empty
};

/// One line of JSON; ratio = ours / peer.
std::string to_json(const Case& result);

inline constexpr int kRounds = 5;

/// Both give a figure per round: ours first, then the peer, five times.
Case measure(std::string name, std::string unit, const std::function<double()>& ours, std::string peer_name,
             const std::function<double()>& peer);
Case measure(std::string name, std::string unit, const std::function<double()>& ours);

} // namespace suanlu::bench
