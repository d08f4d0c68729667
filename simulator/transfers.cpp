// SPDX-License-Identifier: Apache-2.0
#include "simulator/transfers.hpp"

#include <algorithm>
#include <limits>

#include "core/support/error.hpp"

namespace suanlu::sim {

namespace {

constexpr double kNeverDone = std::numeric_limits<double>::infinity();

} // namespace

Transfers::Transfers(const JobVolume& data)
    : data_(data), on_link_(data.link_bytes_per_s.size(), 0), next_done_s_(kNeverDone) {
    for (const auto& row : data.routes) {
        sites_ = row.size();
        for (const std::vector<std::uint32_t>& links : row) {
            routes_.emplace_back().links = &links;
        }
    }
}

void Transfers::start(std::uint32_t job, std::size_t ingress, std::size_t site, double now_s) {
    advance(now_s);
    Route& r = routes_[route(ingress, site)];
    r.moving.push_back({r.progress + data_.bytes, job});
    for (const std::uint32_t link : *r.links) {
        on_link_[link] += 1;
    }
    ++count_;
    share_out();
    find_next(now_s);
}

std::uint32_t Transfers::finish(double now_s) {
    advance(now_s);
    Route& r = routes_[next_route_];
    SL_CHECK(!r.moving.empty());
    const Moving first = r.moving.front();
    r.moving.pop_front();
    r.progress = r.moving.empty() ? 0 : std::max(r.progress, first.done_at);
    for (const std::uint32_t link : *r.links) {
        on_link_[link] -= 1;
    }
    --count_;
    share_out();
    find_next(now_s);
    return first.job;
}

double Transfers::expected_s(std::size_t ingress, std::size_t site) const {
    if (routes_.empty()) {
        return 0;
    }
    double most = 0;
    for (const std::uint32_t link : *routes_[route(ingress, site)].links) {
        most = std::max(most, data_.bytes * (on_link_[link] + 1) / data_.link_bytes_per_s[link]);
    }
    return most;
}

void Transfers::advance(double now_s) {
    for (Route& r : routes_) {
        if (!r.moving.empty()) {
            r.progress += r.rate * (now_s - at_s_);
        }
    }
    at_s_ = now_s;
}

/// Progressive filling: the link that gives its transfers least is full first; they get that, and what they
/// take elsewhere is taken from the other links.
void Transfers::share_out() {
    std::vector<double> spare = data_.link_bytes_per_s;
    std::vector<double> open = on_link_;
    std::vector<bool> is_set(routes_.size(), false);
    while (true) {
        std::size_t narrowest = spare.size();
        double least = kNeverDone;
        for (std::size_t l = 0; l < spare.size(); ++l) {
            if (open[l] > 0 && spare[l] / open[l] < least) {
                least = spare[l] / open[l];
                narrowest = l;
            }
        }
        if (narrowest == spare.size()) {
            return;
        }
        for (std::size_t r = 0; r < routes_.size(); ++r) {
            const std::vector<std::uint32_t>& links = *routes_[r].links;
            const auto transfers = static_cast<double>(routes_[r].moving.size());
            if (is_set[r] || transfers == 0 || std::count(links.begin(), links.end(), narrowest) == 0) {
                continue;
            }
            is_set[r] = true;
            routes_[r].rate = least;
            for (const std::uint32_t link : links) {
                spare[link] = std::max(0.0, spare[link] - least * transfers);
                open[link] -= transfers;
            }
        }
        open[narrowest] = 0;
    }
}

void Transfers::find_next(double now_s) {
    next_done_s_ = kNeverDone;
    for (std::size_t k = 0; k < routes_.size(); ++k) {
        const Route& r = routes_[k];
        if (r.moving.empty()) {
            continue;
        }
        const double left = std::max(0.0, r.moving.front().done_at - r.progress);
        const double done = r.links->empty() || left == 0 ? now_s : now_s + left / r.rate;
        if (done < next_done_s_) {
            next_done_s_ = done;
            next_route_ = k;
        }
    }
}

} // namespace suanlu::sim
