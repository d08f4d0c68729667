// SPDX-License-Identifier: Apache-2.0
#include "policies/erlang.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Beyond this nobody waits, and the recursion for large pools may end.
constexpr double kNobodyWaits = 1e60;
/// What lies so many deviations below the load adds less than 1e-15.
constexpr double kDeviations = 8.5;

/// Erlang B by the recursion for its inverse, I(k) = 1 + k / a x I(k - 1) (stable, no division), four steps
/// at once so that they do not wait for each other.
double erlang_b(int servers, double offered) {
    const double each = 1 / offered;
    const double first = std::min<double>(servers, offered) - kDeviations * std::sqrt(offered);
    int k = std::max(0, static_cast<int>(first));
    double inverse = 1;
    for (; k + 4 <= servers && inverse < kNobodyWaits; k += 4) {
        const double a = (k + 1) * each;
        const double b = a + each;
        const double c = b + each;
        const double d = c + each;
        inverse = (1 + d + c * d * (1 + b)) + a * b * c * d * inverse;
    }
    for (; k < servers && inverse < kNobodyWaits; ++k) {
        inverse = 1 + (k + 1) * each * inverse;
    }
    return inverse < kNobodyWaits ? 1 / inverse : 0;
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
    bend_ = at_limit_.bend;
}

QueuePoint QueueCurve::at(double arrivals) const {
    if (arrivals <= limit_) {
        return arrivals > 0 ? exact(arrivals) : QueuePoint{};
    }
    const double over = arrivals - limit_;
    return {at_limit_.length + at_limit_.price * over + bend_ * over * over / 2,
            at_limit_.price + bend_ * over, bend_};
}

/// A fraction of a worker: as many whole workers as hold it, each a little slower, with the same capacity in
/// sum. (Interpolating between whole numbers of workers is not convex.)
QueuePoint QueueCurve::exact(double arrivals) const {
    const double whole = std::ceil(servers_.slots);
    const double rate = servers_.capacity() / whole;
    const double a = arrivals / rate; // Erlang
    // Erlang B and C with two derivatives: dB/da = B (c/a - 1 + B), C = c B / (c - a (1 - B)).
    const double b = erlang_b(static_cast<int>(whole), a);
    const double b1 = b * (whole / a - 1 + b);
    const double b2 = b1 * (whole / a - 1 + 2 * b) - b * whole / (a * a);
    const double d = whole - a * (1 - b);
    const double d1 = b - 1 + a * b1;
    const double d2 = 2 * b1 + a * b2;
    const double turn = (b1 * d - b * d1) / (d * d);
    const double waits = whole * b / d;
    const double waits1 = whole * turn;
    const double waits2 = whole * ((b2 * d - b * d2) / (d * d) - 2 * d1 / d * turn);
    // Lq = C g with g = a / (c - a)
    const double idle = whole - a;
    const double g = a / idle;
    const double g1 = whole / (idle * idle);
    const double g2 = 2 * g1 / idle;
    const double spread = (1 + servers_.cv2) / 2;
    return {spread * waits * g, spread / rate * (waits1 * g + waits * g1),
            spread / (rate * rate) * (waits2 * g + 2 * waits1 * g1 + waits * g2)};
}

double queue_length(const Servers& servers, double arrivals) {
    return QueueCurve(servers).at(arrivals).length;
}

double queue_price(const Servers& servers, double arrivals) {
    return QueueCurve(servers).at(arrivals).price;
}

} // namespace suanlu
