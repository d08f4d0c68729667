// SPDX-License-Identifier: Apache-2.0
// The runs of a scenario as a picture: one column per policy; response times (median, 95th and 99th
// percentile), utilisation of every site, shares of the sites and, where they change, electricity prices over
// time below one another, with the same scales in every column. What happens is marked and named. Pure.
#pragma once

#include "simulator/report.hpp"

namespace suanlu::sim {

/// A whole SVG document.
std::string to_svg(const SimReport& report);

/// Something that a reader of the picture should know about.
struct PlotEvent {
    double at_s = 0;
    std::string text; ///< "at 240 s: icc-1 dies"
};
/// What happens in the scenario, in order of time; of very many the load's steps are left out, then the rest
/// is summed up in the last one.
std::vector<PlotEvent> plot_events(const Scenario& scenario);

/// A scale from values to pixels; logarithmic where values span more than a factor of 30.
class Scale {
public:
    /// `from_px` belongs to `least`, `to_px` to `most`; least < most.
    Scale(double least, double most, double from_px, double to_px, bool is_logarithmic);
    [[nodiscard]] double at(double value) const;
    /// Round values between least and most, about `wanted` of them (logarithmic: 1, 2 and 5 of each decade,
    /// or fewer).
    [[nodiscard]] std::vector<double> ticks(std::size_t wanted) const;

private:
    double least_, most_, from_px_, to_px_;
    bool is_logarithmic_;
};

} // namespace suanlu::sim
