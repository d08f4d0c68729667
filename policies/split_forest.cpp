// SPDX-License-Identifier: Apache-2.0
#include "policies/split_forest.hpp"

#include <algorithm>
#include <cmath>

#include "core/support/error.hpp"

namespace suanlu {

SplitForest::SplitForest(const std::vector<double>& fixed, const std::vector<double>& arrivals,
                         std::size_t sites)
    : fixed_(fixed), arrivals_(arrivals), sites_(sites), rows_(arrivals.size()), links_(sites), via_(sites),
      from_(arrivals.size()), depth_(sites), site_walk_(sites), ingress_walk_(arrivals.size()) {
}

bool SplitForest::has(std::size_t ingress, std::size_t site) const {
    const std::vector<Edge>& row = rows_[ingress];
    return std::any_of(row.begin(), row.end(), [&](const Edge& e) { return e.site == site; });
}

SplitForest::Edge& SplitForest::edge(std::size_t ingress, std::size_t site) {
    Edge* found = rows_[ingress].data();
    while (found->site != site) {
        ++found;
    }
    return *found;
}

std::vector<double> SplitForest::loads() const {
    std::vector<double> out(sites_, 0);
    for (const std::vector<Edge>& row : rows_) {
        for (const Edge& e : row) {
            out[e.site] += e.flow;
        }
    }
    return out;
}

void SplitForest::put(std::size_t ingress, std::size_t site, double flow) {
    std::vector<Edge>& row = rows_[ingress];
    row.push_back({site, flow});
    ++walk_;
    if (row.size() == 2) {
        links_[row.front().site].push_back(ingress);
    }
    if (row.size() > 1) {
        links_[site].push_back(ingress);
    }
}

void SplitForest::unlink(std::size_t ingress, std::size_t site) {
    std::vector<std::size_t>& links = links_[site];
    *std::find(links.begin(), links.end(), ingress) = links.back();
    links.pop_back();
}

bool SplitForest::drop_if_empty(std::size_t ingress, std::size_t site) {
    std::vector<Edge>& row = rows_[ingress];
    const auto found = std::find_if(row.begin(), row.end(), [&](const Edge& e) { return e.site == site; });
    if (found == row.end() || found->flow > kNothing * arrivals_[ingress] || row.size() == 1) {
        return false;
    }
    *found = row.back();
    row.pop_back();
    ++walk_;
    unlink(ingress, site);
    if (row.size() == 1) {
        unlink(ingress, row.front().site);
    }
    return true;
}

void SplitForest::visit(std::size_t site) {
    if (site_walk_[site] != walk_) {
        walk(site);
    }
}

void SplitForest::walk(std::size_t root) {
    ++walk_;
    order_.assign(1, root);
    site_walk_[root] = walk_;
    depth_[root] = 0;
    for (std::size_t k = 0; k < order_.size(); ++k) {
        const std::size_t here = order_[k];
        for (const std::size_t ingress : links_[here]) {
            if (ingress_walk_[ingress] == walk_) {
                continue;
            }
            ingress_walk_[ingress] = walk_;
            from_[ingress] = here;
            for (const Edge& e : rows_[ingress]) {
                if (e.site != here) {
                    SL_CHECK(site_walk_[e.site] != walk_); // a cycle
                    site_walk_[e.site] = walk_;
                    via_[e.site] = ingress;
                    depth_[e.site] = depth_[here] + 1;
                    order_.push_back(e.site);
                }
            }
        }
    }
}

void SplitForest::turn(std::size_t ingress, std::size_t site, double sign) {
    turns_.push_back({ingress, &edge(ingress, site), sign});
    turns_cost_ += sign * fixed_[ingress * sites_ + site];
}

/// Up from both ends until they meet.
double SplitForest::find_cycle(std::size_t ingress, std::size_t site) {
    turns_.clear();
    turns_cost_ = fixed_[ingress * sites_ + site];
    const std::size_t top = rows_[ingress].size() == 1 ? rows_[ingress].front().site : from_[ingress];
    std::size_t a = top;
    std::size_t b = site;
    while (a != b) {
        if (depth_[a] == depth_[b] && via_[a] == via_[b]) { // they meet in an ingress; only roots have none
            turn(via_[a], a, +1);
            turn(via_[b], b, -1);
            break;
        }
        if (depth_[a] > depth_[b]) {
            turn(via_[a], a, +1);
            turn(via_[a], from_[via_[a]], -1);
            a = from_[via_[a]];
        } else {
            turn(via_[b], b, -1);
            if (via_[b] == ingress) { // which is on the way
                return turns_cost_;
            }
            turn(via_[b], from_[via_[b]], +1);
            b = from_[via_[b]];
        }
    }
    turn(ingress, top, -1);
    return turns_cost_;
}

bool SplitForest::go_round(std::size_t ingress, std::size_t site, double flow, double least) {
    const double cost = find_cycle(ingress, site);
    if (flow <= 0 && cost >= -least) {
        return false;
    }
    const double way = cost < 0 ? 1 : -1;
    double most = way < 0 ? flow : HUGE_VAL;
    for (const Turn& turn : turns_) {
        if (turn.sign * way < 0) {
            most = std::min(most, turn.edge->flow);
        }
    }
    std::vector<std::pair<std::size_t, std::size_t>> touched; // edges move in memory when one goes
    for (const Turn& turn : turns_) {
        turn.edge->flow += turn.sign * way * most;
        touched.emplace_back(turn.ingress, turn.edge->site);
    }
    const double now = flow + way * most;
    const bool stays = now > kNothing * arrivals_[ingress];
    if (stays) {
        put(ingress, site, now);
    }
    for (const auto& [i, j] : touched) {
        drop_if_empty(i, j);
    }
    return true;
}

} // namespace suanlu
