// SPDX-License-Identifier: Apache-2.0
#include "policies/split.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/model/limits.hpp"
#include "policies/split_solver.hpp"

namespace suanlu {

std::vector<double> loads(const SplitProblem& problem, const SplitShares& shares) {
    std::vector<double> out(problem.sites.size(), 0);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        for (std::size_t j = 0; j < out.size(); ++j) {
            out[j] += problem.arrivals[i] * shares[i][j];
        }
    }
    return out;
}

double fixed_cost(const SplitProblem& problem, std::size_t i, std::size_t j) {
    const SplitSite& site = problem.sites[j];
    return problem.delay_s[i][j] + 1 / site.servers.rate_per_slot + site.price_s;
}

double split_cost(const SplitProblem& problem, const SplitShares& shares) {
    double cost = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        for (std::size_t j = 0; j < problem.sites.size(); ++j) {
            if (shares[i][j] > 0) {
                cost += problem.arrivals[i] * shares[i][j] * fixed_cost(problem, i, j);
            }
        }
    }
    const std::vector<double> load = loads(problem, shares);
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        cost += queue_length(problem.sites[j].servers, load[j]);
    }
    return cost;
}

std::vector<std::vector<double>> marginal_costs(const SplitProblem& problem, const SplitShares& shares) {
    const std::vector<double> load = loads(problem, shares);
    SplitShares out(shares.size(), std::vector<double>(problem.sites.size(), 0));
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        const double price = queue_price(problem.sites[j].servers, load[j]);
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (problem.delay_s[i][j] >= 0) {
                out[i][j] = fixed_cost(problem, i, j) + price;
            }
        }
    }
    return out;
}

namespace {

/// Beyond so many the arithmetic has no digits left for the rest.
constexpr double kMost = 1e12;
constexpr double kLeast = 1e-12;

bool is_between(double x, double least, double most) {
    return x >= least && x <= most; // not for NaN
}

Error bad(const std::string& what, double is) {
    const bool is_number = std::isfinite(is);
    return {is_number && is > 0 ? Errc::kOutOfRange : Errc::kBadInput,
            what + " is " + (is_number ? std::to_string(is) : "not a finite number")};
}

Status check_site(const SplitSite& site, const std::string& name) {
    const Servers& servers = site.servers;
    if (!is_between(servers.slots, kLeast, kMostWorkers)) {
        return bad(name + ": slots", servers.slots);
    }
    if (!is_between(servers.rate_per_slot, kLeast, kMost)) {
        return bad(name + ": rate per slot", servers.rate_per_slot);
    }
    if (!is_between(servers.cv2, 0, kMost)) {
        return bad(name + ": variation of the service time", servers.cv2);
    }
    if (!is_between(site.price_s, -kMost, kMost)) {
        return bad(name + ": price", site.price_s);
    }
    return {};
}

Status check_row(const std::vector<double>& delays, std::size_t sites, const std::string& name) {
    if (delays.size() != sites) {
        return Error{Errc::kBadInput, name + ": " + std::to_string(delays.size()) + " delays for " +
                                          std::to_string(sites) + " sites"};
    }
    bool is_any = false;
    for (std::size_t j = 0; j < sites; ++j) {
        if (!is_between(delays[j], -HUGE_VAL, kMost) || std::isinf(delays[j])) {
            return bad(name + ": delay to site " + std::to_string(j), delays[j]);
        }
        is_any = is_any || delays[j] >= 0;
    }
    return is_any ? Status{} : Status{Error{Errc::kRefused, name + ": no site is allowed"}};
}

SplitShares even_shares(const SplitProblem& problem) {
    SplitShares out(problem.arrivals.size(), std::vector<double>(problem.sites.size(), 0));
    for (std::size_t i = 0; i < std::min(out.size(), problem.delay_s.size()); ++i) {
        const std::vector<double>& delays = problem.delay_s[i];
        const auto is_allowed = [](double delay) { return delay >= 0 && std::isfinite(delay); };
        const auto allowed = std::count_if(delays.begin(), delays.end(), is_allowed);
        for (std::size_t j = 0; j < std::min(out[i].size(), delays.size()); ++j) {
            out[i][j] = is_allowed(delays[j]) ? 1 / static_cast<double>(allowed) : 0;
        }
    }
    return out;
}

} // namespace

Status check_split(const SplitProblem& problem) {
    for (std::size_t j = 0; j < problem.sites.size(); ++j) {
        SL_TRY_VOID(check_site(problem.sites[j], "site " + std::to_string(j)));
    }
    if (problem.delay_s.size() != problem.arrivals.size()) {
        return Error{Errc::kBadInput, "rows of delays do not agree with the number of ingresses"};
    }
    for (std::size_t i = 0; i < problem.arrivals.size(); ++i) {
        const std::string name = "ingress " + std::to_string(i);
        if (!is_between(problem.arrivals[i], kLeast, kMost)) {
            return bad(name + ": arrivals", problem.arrivals[i]);
        }
        SL_TRY_VOID(check_row(problem.delay_s[i], problem.sites.size(), name));
    }
    return {};
}

SplitResult split(const SplitProblem& problem, const SplitShares& last) {
    SplitResult result;
    result.status = check_split(problem);
    if (!result.status) {
        result.shares = even_shares(problem);
        return result;
    }
    SplitSolver solver(problem);
    if (!solver.start_from(last)) {
        solver.start();
    }
    solver.solve();
    result.rounds = solver.rounds();
    result.gap = solver.gap();
    result.shares = solver.shares();
    result.cost = split_cost(problem, result.shares);
    return result;
}

} // namespace suanlu
