// SPDX-License-Identifier: Apache-2.0
// Which second choices are worth an entry in the exception table when only a share of the live flows may have
// one. Every live flow away from the site of its hash costs an entry, so a second choice is taken only when
// it saves more than a gap. The gap follows the quantile of the savings on offer that leaves `share` above
// it, corrected by what the live flows really use; that keeps the entries for the best savings. The bound
// itself does not depend on it: no entry is given beyond the share of the live flows, rounded up to a whole
// entry only while the mean share stays below. One per ingress and service. Pure.
#pragma once

#include <cstdint>

namespace suanlu {

class ExceptionBudget {
public:
    /// `share` of the live flows, 0..1; from 1 on there is no bound, but small savings are left alone.
    explicit ExceptionBudget(double share) : share_(share) {}

    /// Whether a flow that would save `saving_s` seconds elsewhere may go there; adapts the gap.
    bool grants(double saving_s);
    void flow_started(bool is_exception);
    void flow_ended(bool was_exception);

    [[nodiscard]] double gap_s() const { return gap_s_; }
    [[nodiscard]] std::uint64_t live() const { return live_; }
    [[nodiscard]] std::uint64_t exceptions() const { return exceptions_; }

private:
    [[nodiscard]] bool has_room() const;
    void adapt_gap(bool was_wanted);

    double share_;
    double gap_s_ = 0;
    double scale_s_ = 0; ///< mean of the savings on offer
    double used_ = 0;    ///< smoothed share of exceptions among the live flows
    std::uint64_t live_ = 0;
    std::uint64_t exceptions_ = 0;
};

} // namespace suanlu
