// SPDX-License-Identifier: Apache-2.0
#include "simulator/svg.hpp"

#include "controller/topology/files/number_text.hpp"
#include "core/support/text_table.hpp"

namespace suanlu::sim {

namespace {

/// Of a letter in a sans-serif font, over its size.
constexpr double kLetterWidth = 0.6;

std::string px(double value) {
    return number_text(value, 1);
}

std::string points_text(const std::vector<Point>& points) {
    std::string out;
    for (const Point& point : points) {
        out += (out.empty() ? "" : " ") + px(point.x) + "," + px(point.y);
    }
    return out;
}

} // namespace

Svg::Svg(double width, double height) {
    out_ = R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + px(width) + R"(" height=")" + px(height) +
           R"(" viewBox="0 0 )" + px(width) + " " + px(height) +
           R"(" font-family="DejaVu Sans, Verdana, sans-serif" fill="#222222">)" + "\n";
    box({0, 0}, width, height, "#ffffff");
}

void Svg::box(Point corner, double width, double height, std::string_view fill, std::string_view border) {
    out_ += R"(<rect x=")" + px(corner.x) + R"(" y=")" + px(corner.y) + R"(" width=")" + px(width) +
            R"(" height=")" + px(height) + R"(" fill=")" + std::string(fill) + R"(" stroke=")" +
            std::string(border) + "\"/>\n";
}

void Svg::line(Point from, Point to, std::string_view colour, double width) {
    out_ += R"(<line x1=")" + px(from.x) + R"(" y1=")" + px(from.y) + R"(" x2=")" + px(to.x) + R"(" y2=")" +
            px(to.y) + R"(" stroke=")" + std::string(colour) + R"(" stroke-width=")" + px(width) + "\"/>\n";
}

void Svg::curve(const std::vector<Point>& points, std::string_view colour, std::string_view dashes) {
    if (points.size() < 2) {
        return;
    }
    out_ += R"(<polyline fill="none" stroke-width="1.4" stroke-linejoin="round" stroke=")" +
            std::string(colour) + "\"";
    if (!dashes.empty()) {
        out_ += R"( stroke-dasharray=")" + std::string(dashes) + "\"";
    }
    out_ += R"( points=")" + points_text(points) + "\"/>\n";
}

void Svg::area(const std::vector<Point>& outline, std::string_view fill) {
    out_ += R"(<polygon fill=")" + std::string(fill) + R"(" points=")" + points_text(outline) + "\"/>\n";
}

void Svg::text(Point at, std::string_view text, std::string_view anchor, double size, bool is_bold) {
    out_ += R"(<text x=")" + px(at.x) + R"(" y=")" + px(at.y) + R"(" font-size=")" + px(size) +
            R"(" text-anchor=")" + std::string(anchor) + (is_bold ? R"(" font-weight="bold">)" : "\">") +
            xml_escaped(text) + "</text>\n";
}

void Svg::upright_text(Point at, std::string_view text, double size) {
    out_ += R"(<text font-size=")" + px(size) + R"(" text-anchor="middle" transform="translate()" + px(at.x) +
            " " + px(at.y) + ") rotate(-90)\">" + xml_escaped(text) + "</text>\n";
}

std::string Svg::finish() && {
    return std::move(out_) + "</svg>\n";
}

std::string xml_escaped(std::string_view text) {
    if (!is_clean_text(text)) {
        return std::string(text.size(), '?');
    }
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '&':
            out += "&amp;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

double text_width(std::string_view text, double size) {
    return static_cast<double>(text.size()) * size * kLetterWidth;
}

} // namespace suanlu::sim
