// SPDX-License-Identifier: Apache-2.0
// A flow is not a job: connections that are kept alive carry many requests. Jobs per flow of a service at one
// ingress, from the request counters of the sites and the flow counters of the ingresses. Pure.
#pragma once

namespace suanlu {

class JobsPerFlow {
public:
    /// New flows and jobs begun in the last `seconds`. Counters that ran backwards (a restart), or no
    /// numbers, change nothing.
    void count(double flows, double jobs, double seconds);
    /// 1 until there are counts, and at least that.
    [[nodiscard]] double value() const { return value(1, 1); }
    /// The same with another belief than one job per flow: `prior` jobs per flow, worth `flows` flows.
    [[nodiscard]] double value(double prior, double flows) const;
    /// Flows counted, as far as they have not faded: what the figure weighs.
    [[nodiscard]] double flows() const { return flows_; }

private:
    double flows_ = 0;
    double jobs_ = 0;
};

} // namespace suanlu
