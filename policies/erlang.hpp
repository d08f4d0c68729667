// SPDX-License-Identifier: Apache-2.0
// Queue of one site seen as M/G/c: how many jobs wait at a given arrival rate, and what one more job per
// second costs. Fractional slots are allowed (a pool shared with local work). Above 98.5 % load the curve
// goes on as a parabola, so that an overloaded site has a finite, steep price instead of an infinite one.
// Pure functions. Erlang C as in Kleinrock, Queueing Systems I, 3.5; variance factor (1 + cv2) / 2 as in
// Allen-Cunneen.
#pragma once

namespace suanlu {

/// Load from which the queue is extrapolated.
inline constexpr double kExactLoad = 0.985;

struct Servers {
    double slots = 0;         ///< c > 0
    double rate_per_slot = 1; ///< mu, jobs/s
    double cv2 = 1;           ///< squared coefficient of variation of the service time

    [[nodiscard]] double capacity() const { return slots * rate_per_slot; }
};

/// Probability that an arriving job waits, offered load a = arrivals / rate in Erlang; 1 from saturation on.
double erlang_c(int servers, double offered);

struct QueuePoint {
    double length = 0; ///< Lq, jobs that wait
    double price = 0;  ///< dLq / d(arrivals), seconds: what one more job costs all others
    double bend = 0;   ///< its derivative, seconds squared
};

/// Lq over the arrival rate, convex and increasing. Made once per site and split; a look costs one recursion
/// over the workers.
class QueueCurve {
public:
    explicit QueueCurve(const Servers& servers);
    /// `arrivals` in jobs/s; below zero counts as zero.
    [[nodiscard]] QueuePoint at(double arrivals) const;

private:
    [[nodiscard]] QueuePoint exact(double arrivals) const;

    Servers servers_;
    double limit_;
    QueuePoint at_limit_;
    /// Second derivative beyond the limit.
    double bend_ = 0;
};

/// One look at a curve that is not kept.
double queue_length(const Servers& servers, double arrivals);
double queue_price(const Servers& servers, double arrivals);

} // namespace suanlu
