// SPDX-License-Identifier: Apache-2.0
// The last look at the split of one service over all ingresses, before it takes the place of the one in
// force: capacity, latency budget, black holes, dead sites, share moved at once. Knows nothing of how the
// split was made. A refused split leaves the last good one in force; what is bad already and does not get
// worse, and what no other split could mend, is let through, since refusing it would help nobody. Pure.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/support/result.hpp"
#include "policies/steering_policy.hpp"

namespace suanlu {

class SplitChecker {
public:
    struct Candidate {
        const PolicyInput& input;
        const PolicyDecision& decided;
        /// Parallel to the ingresses: the shares in force, and whether the new ones will be used at all.
        std::vector<std::vector<SiteShare>> in_force;
        std::vector<bool> is_used;
        bool is_damped = true;
    };

    /// kRefused, the first word names the check. Remembers what was seen only when it is accepted.
    Status check(const Candidate& candidate);
    /// The next split may move everything: the operator chose another policy.
    void start_over() { *this = SplitChecker(true); }

    SplitChecker() = default;

private:
    explicit SplitChecker(bool is_free) : is_free_(is_free) {}
    bool has_failed(const Candidate& candidate);

    bool is_free_ = false;
    /// Site -> most capacity since the last loss; (ingress, site) -> passed the filters last time.
    std::map<std::uint16_t, double> capacity_;
    std::map<std::pair<std::string, std::uint16_t>, bool> allowed_;
};

} // namespace suanlu
