// SPDX-License-Identifier: Apache-2.0
// The marginal change that flips a split: by how many seconds the delay (or the price, or the queue's price:
// the three add up) of one candidate must change until it gets a share of an ingress, or loses the one it
// has. Exact, from the optimality conditions of the split: a site stays without a share as long as its
// marginal cost is not below what the others cost. Pure.
#pragma once

#include "policies/split.hpp"
#include "policies/steering_policy.hpp"

namespace suanlu {

/// `best`: the optimum of `problem`. A site without a share needs no further solving; for one that has a
/// share the split is solved once more without it, since the others fill up as it leaves.
FlipPoint flip_point(const SplitProblem& problem, const SplitShares& best, std::size_t ingress,
                     std::size_t site);

} // namespace suanlu
