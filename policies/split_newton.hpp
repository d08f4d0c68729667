// SPDX-License-Identifier: Apache-2.0
// How the split is solved. Given the queue prices of the sites every ingress goes where it is cheapest;
// prices and loads must agree. With a little entropy (temperature) the choice is smooth, the dual is concave,
// and Newton's method finds the loads in a handful of steps; the temperature then sinks until it is far below
// what anybody can measure. Steps are halved until the dual does not fall, so this always ends. One use per
// problem.
#pragma once

#include <vector>

#include "policies/split.hpp"

namespace suanlu {

class SplitNewton {
public:
    explicit SplitNewton(const SplitProblem& problem);
    /// False when prices and loads do not agree in the end; the shares are a start for something slower then.
    bool solve();
    [[nodiscard]] int steps() const { return steps_; }
    /// Rows sum to 1; shares that only the temperature made are zero.
    [[nodiscard]] SplitShares shares() const;

private:
    /// Where an ingress sends its jobs: site and share, unused sites left out.
    struct Part {
        std::size_t site = 0;
        double share = 0;
    };
    using Loads = std::vector<double>;
    /// Everything at one vector of loads.
    struct Point {
        Loads load;
        std::vector<QueuePoint> queue;
        Loads sent;                     ///< load that ingresses would bring at these prices
        std::vector<Part> parts;        ///< of all ingresses, one after the other
        std::vector<std::size_t> first; ///< of each ingress in `parts`; one more at the end
        double dual = 0;
    };

    void start();
    void fill(const Loads& cost, double arrivals);
    void look(Point& point) const;
    void choose(std::size_t ingress, Point& point) const;
    /// Change of the loads that brings load and sent together, to first order.
    void find_step();
    void find_slopes();
    void factor();
    void substitute(Loads& z) const;
    [[nodiscard]] double price_error() const;
    [[nodiscard]] double moved(std::size_t site, double change) const;
    int step();
    bool cool(double fastest);
    bool settle(bool is_last);

    const SplitProblem& problem_;
    std::size_t sites_;
    std::vector<QueueCurve> curves_;
    std::vector<double> fixed_; ///< [ingress][site]; infinite = not allowed
    double scale_ = 1;          ///< seconds that a job costs, about
    double temperature_ = 0;
    int steps_ = 0;
    Point now_, next_;
    std::vector<double> matrix_, slope_, root_, change_;
};

} // namespace suanlu
