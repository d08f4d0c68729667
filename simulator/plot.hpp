// SPDX-License-Identifier: Apache-2.0
// The runs of a scenario as a picture: one column per policy; response times, utilisation of every site and
// shares of the sites over time below one another, with the same scales in every column. Pure.
#pragma once

#include "simulator/report.hpp"

namespace suanlu::sim {

/// A whole SVG document.
std::string to_svg(const SimReport& report);

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
