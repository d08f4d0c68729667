// SPDX-License-Identifier: Apache-2.0
#include "policies/erlang.hpp"

#include <algorithm>
#include <cmath>

namespace suanlu {

namespace {

/// Erlang C for whole servers through the stable recursion of Erlang B.
double erlang_c_whole(int servers, double offered) {
    if (offered >= servers) {
        return 1;
    }
    double blocking = 1;
    for (int k = 1; k <= servers; ++k) {
        blocking = offered * blocking / (k + offered * blocking);
    }
    const double load = offered / servers;
    return blocking / (1 - load * (1 - blocking));
}

double exact_queue(const Servers& servers, double arrivals) {
    const double spare = servers.capacity() - arrivals;
    const double waits = erlang_c(servers.slots, arrivals / servers.rate_per_slot);
    return waits * arrivals / spare * (1 + servers.cv2) / 2;
}

/// Central difference; the step is small against the capacity and keeps inside the exact range.
double exact_slope(const Servers& servers, double arrivals) {
    const double step = servers.capacity() * 1e-5;
    const double low = std::max(0.0, arrivals - step);
    return (exact_queue(servers, arrivals + step) - exact_queue(servers, low)) / (arrivals + step - low);
}

} // namespace

double erlang_c(double slots, double offered) {
    if (slots < 1) {
        // Less than one worker is one slow worker: M/M/1 waits with probability rho.
        return std::min(1.0, offered / slots);
    }
    const int whole = static_cast<int>(slots);
    const double rest = slots - whole;
    const double below = erlang_c_whole(whole, offered);
    return rest <= 0 ? below : below + rest * (erlang_c_whole(whole + 1, offered) - below);
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
