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

/// Mean number of waiting jobs Lq at `arrivals` jobs/s. Convex and increasing.
double queue_length(const Servers& servers, double arrivals);

/// dLq / d(arrivals): the seconds that one more job costs all others.
double queue_price(const Servers& servers, double arrivals);

} // namespace suanlu
