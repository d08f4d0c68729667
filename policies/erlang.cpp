// SPDX-License-Identifier: Apache-2.0
#include "policies/erlang.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Erlang B, by the recursion for its inverse (stable, no division).
double erlang_b(int servers, double offered) {
    double inverse = 1;
    for (int k = 1; k <= servers; ++k) {
        inverse = 1 + k / offered * inverse;
    }
    return 1 / inverse;
}

} // namespace

double erlang_c(int servers, double offered) {
    if (offered >= servers) {
        return 1;
    }
    if (offered <= 0) {
        return 0;
    }
    const double blocking = erlang_b(servers, offered);
    return blocking / (1 - offered / servers * (1 - blocking));
}

QueueCurve::QueueCurve(const Servers& servers)
    : servers_(servers), limit_(kExactLoad * servers.capacity()), at_limit_(exact(limit_)) {
    const double step = servers.capacity() * 1e-4;
    bend_ = (at_limit_.price - exact(limit_ - step).price) / step;
}

QueuePoint QueueCurve::at(double arrivals) const {
    if (arrivals <= limit_) {
        return arrivals > 0 ? exact(arrivals) : QueuePoint{};
    }
    const double over = arrivals - limit_;
    return {at_limit_.length + at_limit_.price * over + bend_ * over * over / 2,
            at_limit_.price + bend_ * over};
}

/// A fraction of a worker: as many whole workers as hold it, each a little slower, with the same capacity in
/// sum. (Interpolating between whole numbers of workers is not convex.)
QueuePoint QueueCurve::exact(double arrivals) const {
    const double capacity = servers_.capacity();
    const double load = arrivals / capacity;
    const double idle = 1 - load;
    const int whole = static_cast<int>(std::ceil(servers_.slots));
    const double offered = load * whole;
    const double blocking = erlang_b(whole, offered);
    const double divisor = idle + load * blocking;
    const double waits = blocking / divisor;
    // dB/da = B (c/a - 1 + B); the quotient rule gives dC/da.
    const double blocking_slope = blocking * (1 / load - 1 + blocking);
    const double waits_slope =
        (blocking_slope * idle + blocking * (1 - blocking) / whole) / (divisor * divisor);
    const double spread = (1 + servers_.cv2) / 2;
    return {spread * waits * load / idle,
            spread / capacity * (waits_slope * whole * load / idle + waits / (idle * idle))};
}

double queue_length(const Servers& servers, double arrivals) {
    return QueueCurve(servers).at(arrivals).length;
}

double queue_price(const Servers& servers, double arrivals) {
    return QueueCurve(servers).at(arrivals).price;
}

} // namespace suanlu
