// SPDX-License-Identifier: Apache-2.0
// The few things that a plot draws, as SVG 1.1: boxes, lines, areas, texts. Coordinates are pixels from the
// upper left corner. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suanlu::sim {

struct Point {
    double x = 0;
    double y = 0;
};

class Svg {
public:
    Svg(double width, double height);

    void box(Point corner, double width, double height, std::string_view fill,
             std::string_view border = "none");
    void line(Point from, Point to, std::string_view colour, double width = 1);
    /// `dashes` as in stroke-dasharray, empty = none.
    void curve(const std::vector<Point>& points, std::string_view colour, std::string_view dashes = {});
    void area(const std::vector<Point>& outline, std::string_view fill);
    /// `anchor`: start, middle, end. `y` is the base line.
    void text(Point at, std::string_view text, std::string_view anchor = "start", double size = 12,
              bool is_bold = false);
    /// Reads upwards, its middle at `at`.
    void upright_text(Point at, std::string_view text, double size = 12);

    [[nodiscard]] std::string finish() &&;

private:
    std::string out_;
};

/// Text as XML holds it; bytes that are no printable ASCII or UTF-8 become '?'.
std::string xml_escaped(std::string_view text);
/// How wide a text is about, in pixels: enough to keep texts apart.
double text_width(std::string_view text, double size);

} // namespace suanlu::sim
