// SPDX-License-Identifier: Apache-2.0
#include "policies/erlang.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// A fraction of a worker: as many whole workers as hold it, each a little slower, with the same capacity in
/// sum. (Interpolating between whole numbers of workers is not convex.)
double exact_queue(const Servers& servers, double arrivals) {
    const double spare = servers.capacity() - arrivals;
    const int whole = static_cast<int>(std::ceil(servers.slots));
    const double waits = erlang_c(whole, arrivals * whole / servers.capacity());
    return waits * arrivals / spare * (1 + servers.cv2) / 2;
}

/// Central difference; the step is small against the capacity and keeps inside the exact range.
double exact_slope(const Servers& servers, double arrivals) {
    const double step = servers.capacity() * 1e-5;
    const double low = std::max(0.0, arrivals - step);
    return (exact_queue(servers, arrivals + step) - exact_queue(servers, low)) / (arrivals + step - low);
}

} // namespace

double erlang_c(int servers, double offered) {
    if (offered >= servers) {
        return 1;
    }
    // The recursion of Erlang B is stable; C follows from it.
    double blocking = 1;
    for (int k = 1; k <= servers; ++k) {
        blocking = offered * blocking / (k + offered * blocking);
    }
    const double load = offered / servers;
    return blocking / (1 - load * (1 - blocking));
}

double queue_length(const Servers& servers, double arrivals) {
    const double limit = kExactLoad * servers.capacity();
    if (arrivals <= limit) {
        return arrivals <= 0 ? 0 : exact_queue(servers, arrivals);
    }
    const double step = servers.capacity() * 1e-4;
    const double slope = exact_slope(servers, limit);
    const double bend = (slope - exact_slope(servers, limit - step)) / step;
    const double over = arrivals - limit;
    return exact_queue(servers, limit) + slope * over + bend * over * over / 2;
}

double queue_price(const Servers& servers, double arrivals) {
    const double limit = kExactLoad * servers.capacity();
    if (arrivals <= limit) {
        return exact_slope(servers, std::max(0.0, arrivals));
    }
    const double step = servers.capacity() * 1e-4;
    const double slope = exact_slope(servers, limit);
    const double bend = (slope - exact_slope(servers, limit - step)) / step;
    return slope + bend * (arrivals - limit);
}

} // namespace suanlu
