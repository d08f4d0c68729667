// SPDX-License-Identifier: Apache-2.0
// Damping: when a better split is worth publishing and how fast traffic follows it. Failure and capacity loss
// are followed at once, everything else by a tenth per decision and only for a gain. Pure.
#pragma once

#include <vector>

#include "core/model/plan.hpp"

namespace suanlu {

/// Predicted gain below which nothing is published.
inline constexpr double kLeastGain = 0.02;
/// Share of an ingress's traffic that may change site per decision.
inline constexpr double kMostMoved = 0.10;
/// A capacity loss above this counts as a failure.
inline constexpr double kCapacityLoss = 0.20;

/// Moves `last` towards `wanted`; at most kMostMoved of the whole changes owner unless `at_once`.
/// Both rows sum to 1; so does the result.
std::vector<double> follow(const std::vector<double>& last, const std::vector<double>& wanted, bool at_once);

/// Shares in ppm that sum to kWholeShare exactly, by largest remainder; ties go to the first. Zero stays
/// zero.
std::vector<std::uint32_t> to_ppm(const std::vector<double>& row);

} // namespace suanlu
