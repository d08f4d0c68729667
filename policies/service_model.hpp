// SPDX-License-Identifier: Apache-2.0
// How fast a site finishes jobs when n of them are there. Workers (first come first served, or sharing) and
// the continuous batching of an inference server look the same from here: a rate that grows with n and is
// constant from some n on. Pure values; make_* refuse figures that make no sense.
#pragma once

#include <cstdint>

#include "core/support/result.hpp"
#include "policies/erlang.hpp"

namespace suanlu {

/// Continuous batching: a step with b requests takes base_s + per_request_s * b and gives each one token; a
/// prompt holds the steps up for prefill_s per token. Requests enter while `batch` and `kv_tokens` allow.
struct BatchingService {
    double base_s = 0.02;
    double per_request_s = 0.0005;
    double prefill_s = 0.00005;
    std::uint32_t batch = 64;
    double kv_tokens = 400'000;
    double prompt_tokens = 1000; ///< mean
    double answer_tokens = 200;  ///< mean
    /// Share of the prompt whose KV state is there already (prefix cache), 0..1.
    double prefix_hit = 0;
};

class ServiceModel {
public:
    /// One worker that finishes one job per second, until a make_* replaces it.
    ServiceModel() = default;
    /// A fraction of a worker: as many whole workers as hold it, each a little slower (erlang.hpp).
    static Result<ServiceModel> workers(const Servers& servers);
    /// The same workers, shared by all jobs: waiting does not depend on the spread of the sizes.
    static Result<ServiceModel> sharing(const Servers& servers);
    static Result<ServiceModel> batching(const BatchingService& service);

    /// Jobs per second when `jobs` are there; 0 for none.
    [[nodiscard]] double departure_rate(double jobs) const;
    /// From this many jobs on the rate is constant: that of the whole site.
    [[nodiscard]] std::uint32_t full_at() const { return full_at_; }
    [[nodiscard]] double capacity() const { return departure_rate(full_at_); }
    /// Seconds that a job takes alone.
    [[nodiscard]] double service_s() const { return 1 / departure_rate(1); }
    /// Factor on everything that waiting costs: (1 + cv2) / 2 for workers, 1 where sizes do not matter.
    [[nodiscard]] double spread() const { return spread_; }
    /// Jobs there when arrivals and departures balance; `arrivals` clamped below the capacity.
    [[nodiscard]] double balanced_jobs(double arrivals) const;
    /// As the split sees the site: equal workers with the same capacity.
    [[nodiscard]] Servers as_servers() const;

private:
    std::uint32_t full_at_ = 1;
    double rate_ = 1;        ///< of one worker
    double step_base_s_ = 0; ///< batching: seconds of a job per step, alone; 0 = workers
    double step_more_s_ = 0; ///< for each request in the batch
    double prefill_job_s_ = 0;
    double spread_ = 1;
};

/// Seconds of prefill that a site saves for a job whose prefix it holds: the locality bonus of placement.
double prefix_bonus_s(const BatchingService& service, double cached_tokens);

} // namespace suanlu
