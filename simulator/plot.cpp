// SPDX-License-Identifier: Apache-2.0
#include "simulator/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/support/text_table.hpp"
#include "simulator/svg.hpp"
#include "simulator/timeline.hpp"

namespace suanlu::sim {

namespace {

constexpr double kLeft = 74; ///< room for the numbers of the y axes
constexpr double kTop = 74;
constexpr double kGap = 24; ///< between columns
constexpr double kRowGap = 38;
constexpr double kPanelHeight = 170;
constexpr double kLegendLine = 20;
constexpr double kMargin = 16;
constexpr double kSmall = 11;
constexpr double kLogFrom = 30;   ///< span of values from which an axis is logarithmic
constexpr double kPointWidth = 5; ///< pixels, so that lines stay apart
constexpr double kMarkRoom = 14;  ///< pixels between the numbers of two events

// Told apart by people with red-green blindness as well (Okabe and Ito), then lighter ones.
constexpr std::array<std::string_view, 12> kColours{"#0072b2", "#e69f00", "#009e73", "#d55e00",
                                                    "#56b4e9", "#cc79a7", "#b8a800", "#555555",
                                                    "#8c6bb1", "#7fbf7b", "#a6611a", "#80cdc1"};
constexpr std::string_view kBandColour = "#f2f2f2";
constexpr std::string_view kEventColour = "#777777";

struct Tail {
    double quantile;
    std::string_view colour;
    std::string_view title;
};
// The highest first, so that the lower ones lie on top.
constexpr std::array<Tail, 3> kTails{Tail{0.99, "#f0a0b0", "99th percentile"},
                                     Tail{0.95, "#c0143c", "95th percentile"},
                                     Tail{0.50, "#111111", "median response"}};

std::string_view colour_of(std::size_t site) {
    return kColours[site % kColours.size()];
}

/// Beyond the colours lines are dashed.
std::string_view dashes_of(std::size_t site) {
    return site < kColours.size() ? "" : site < 2 * kColours.size() ? "5,3" : "2,2";
}

struct Column {
    const Outcome* outcome;
    std::vector<Second> points;
    double x;
};

struct Range {
    double least = 0;
    double most = 1;
    [[nodiscard]] bool is_logarithmic() const { return least > 0 && most / least > kLogFrom; }
};

/// Of the response times in all columns, so that they can be compared.
Range response_range(const std::vector<Column>& columns) {
    double least = 1e300;
    double most = 0;
    for (const Column& column : columns) {
        for (const Second& point : column.points) {
            if (point.completed > 0) {
                least = std::min(least, std::max(1e-4, point.responses.quantile(0.5)));
                most = std::max(most, point.responses.quantile(0.99));
            }
        }
    }
    if (most <= 0) {
        return {};
    }
    return most / least > kLogFrom ? Range{least * 0.8, most * 1.2} : Range{0, most * 1.08};
}

/// Of the tariffs; nothing when none of them changes during the run.
std::optional<Range> price_range(const Scenario& scenario) {
    Range range{HUGE_VAL, -HUGE_VAL};
    bool has_steps = false;
    for (const SimSite& site : scenario.sites) {
        for (double at = 0; site.tariff.is_given() && at <= scenario.seconds;
             at = site.tariff.next_step_s(at)) {
            range = {std::min(range.least, site.tariff.at(at)), std::max(range.most, site.tariff.at(at))};
            has_steps = has_steps || at > 0;
        }
    }
    if (!has_steps) {
        return std::nullopt;
    }
    const double room = std::max(1e-6, (range.most - range.least) * 0.05);
    return Range{std::min(0.0, range.least - room), range.most + room};
}

class Plot {
public:
    explicit Plot(const SimReport& report)
        : report_(report),
          panel_(std::clamp(1260.0 / static_cast<double>(report.outcomes.size()), 250.0, 620.0)),
          legend_(legend_rows()), events_(plot_events(report.scenario)),
          prices_(price_range(report.scenario)), rows_(prices_ ? 4 : 3),
          width_(kLeft + static_cast<double>(report.outcomes.size()) * (panel_ + kGap)),
          height_(kTop + double(rows_) * (kPanelHeight + kRowGap) + 12 +
                  kLegendLine * double(1 + legend_.size() + events_.size())),
          svg_(width_, height_) {
        for (const Outcome& outcome : report.outcomes) {
            const double x = kLeft + static_cast<double>(columns_.size()) * (panel_ + kGap);
            columns_.push_back(
                {&outcome, merged_seconds(outcome, static_cast<std::size_t>(panel_ / kPointWidth)), x});
        }
    }

    std::string draw() && {
        svg_.text({kMargin, 26}, report_.scenario.name + ": " + short_title(), "start", 15, true);
        const Range responses = response_range(columns_);
        for (const Column& column : columns_) {
            svg_.text({column.x + panel_ / 2, kTop - 18}, column.outcome->policy, "middle", 13, true);
            responses_panel(column, responses);
            utilisation_panel(column);
            share_panel(column);
            if (prices_) {
                price_panel(column);
            }
            draw_events(column);
        }
        svg_.upright_text({20, middle(0)}, "response time, s");
        svg_.upright_text({20, middle(1)}, "utilisation, %");
        svg_.upright_text({20, middle(2)}, "share of new jobs, %");
        if (prices_) {
            svg_.upright_text({20, middle(3)}, "price, " + report_.scenario.currency + "/MWh");
        }
        draw_legend();
        return std::move(svg_).finish();
    }

private:
    using LegendRow = std::vector<std::size_t>; // sites

    [[nodiscard]] static double top(std::size_t row) {
        return kTop + static_cast<double>(row) * (kPanelHeight + kRowGap);
    }
    [[nodiscard]] static double middle(std::size_t row) { return top(row) + kPanelHeight / 2; }

    [[nodiscard]] std::string short_title() const {
        const std::string& title = report_.scenario.title;
        const double room = kLeft + panel_ * static_cast<double>(report_.outcomes.size()) - 60;
        const auto letters =
            static_cast<std::size_t>(room / text_width("x", 16)) - report_.scenario.name.size();
        return title.size() <= letters ? title : title.substr(0, title.rfind(' ', letters)) + " ...";
    }

    [[nodiscard]] double entry_width(std::size_t site) const {
        return 40 + text_width(report_.scenario.sites[site].name, kSmall);
    }

    [[nodiscard]] std::vector<LegendRow> legend_rows() const {
        const double room = static_cast<double>(report_.outcomes.size()) * (panel_ + kGap) - kGap;
        std::vector<LegendRow> rows(1);
        double used = 0;
        for (std::size_t site = 0; site < report_.scenario.sites.size(); ++site) {
            if (used + entry_width(site) > room && used > 0) {
                rows.emplace_back();
                used = 0;
            }
            rows.back().push_back(site);
            used += entry_width(site);
        }
        return rows;
    }

    /// Frame, ticks and the line of grid at each; the scale of y comes back.
    Scale frame(const Column& column, std::size_t row, const Range& range, double unit) {
        const double bottom = top(row) + kPanelHeight;
        const Scale scale(range.least, range.most, bottom, top(row), range.is_logarithmic());
        draw_unmeasured(column, row);
        for (const double tick : scale.ticks(5)) {
            svg_.line({column.x, scale.at(tick)}, {column.x + panel_, scale.at(tick)}, "#dcdcdc");
            if (&column == &columns_.front()) {
                svg_.text({column.x - 6, scale.at(tick) + 4}, tick_text(tick * unit), "end", kSmall);
            }
        }
        const Scale time = time_scale(column);
        for (const double tick : time.ticks(panel_ > 330 ? 6 : 4)) {
            svg_.line({time.at(tick), bottom}, {time.at(tick), bottom + 4}, "#222222");
            svg_.text({time.at(tick), bottom + 16}, tick_text(tick), "middle", kSmall);
        }
        svg_.box({column.x, top(row)}, panel_, kPanelHeight, "none", "#222222");
        if (row + 1 == rows_) {
            const std::string_view unit_name = time_unit() > 1 ? "simulated time, h" : "simulated time, s";
            svg_.text({column.x + panel_ / 2, bottom + 31}, unit_name, "middle", kSmall);
        }
        return scale;
    }

    [[nodiscard]] double time_unit() const { return report_.scenario.seconds > 7200 ? 3600 : 1; }

    [[nodiscard]] Scale time_scale(const Column& column) const {
        return {0, report_.scenario.seconds / time_unit(), column.x, column.x + panel_, false};
    }

    static std::string tick_text(double value) {
        std::string text = number_text(value, value < 0.095 ? 3 : value < 9.5 ? 2 : 0);
        while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
            const bool was_dot = text.back() == '.';
            text.pop_back();
            if (was_dot) {
                break;
            }
        }
        return text;
    }

    void responses_panel(const Column& column, const Range& range) {
        const Scale scale = frame(column, 0, range, 1);
        const Scale time = time_scale(column);
        for (const Tail& tail : kTails) {
            std::vector<Point> points;
            for (const Second& point : column.points) {
                if (point.completed > 0) {
                    points.push_back({time.at(point.at_s / time_unit()),
                                      scale.at(point.responses.quantile(tail.quantile))});
                }
            }
            svg_.curve(points, tail.colour);
        }
    }

    void utilisation_panel(const Column& column) {
        const Scale scale = frame(column, 1, {0, 1.02}, 100);
        const Scale time = time_scale(column);
        for (std::size_t site = 0; site < report_.scenario.sites.size(); ++site) {
            std::vector<Point> points;
            for (const Second& second : column.points) {
                points.push_back({time.at(second.at_s / time_unit()), scale.at(second.utilisation[site])});
            }
            svg_.curve(points, colour_of(site), dashes_of(site));
        }
    }

    /// Areas on top of each other: together they are all jobs.
    void share_panel(const Column& column) {
        const Scale scale(0, 1.02, top(2) + kPanelHeight, top(2), false);
        const Scale time = time_scale(column);
        // The first point stands for what was before it.
        const auto x_of = [&](std::size_t k) {
            return k == 0 ? column.x : time.at(column.points[k].at_s / time_unit());
        };
        std::vector<double> below(column.points.size(), 0);
        for (std::size_t site = 0; site < report_.scenario.sites.size(); ++site) {
            std::vector<Point> outline;
            for (std::size_t k = 0; k < below.size(); ++k) {
                outline.push_back({x_of(k), scale.at(below[k])});
            }
            for (std::size_t k = below.size(); k-- > 0;) {
                below[k] += column.points[k].share[site];
                outline.push_back({x_of(k), scale.at(below[k])});
            }
            svg_.area(outline, colour_of(site));
        }
        frame(column, 2, {0, 1.02}, 100);
    }

    /// Steps, as tariffs are.
    void price_panel(const Column& column) {
        const Scale scale = frame(column, 3, *prices_, 1);
        const Scale time = time_scale(column);
        for (std::size_t site = 0; site < report_.scenario.sites.size(); ++site) {
            const Course& tariff = report_.scenario.sites[site].tariff;
            std::vector<Point> points;
            for (double at = 0; tariff.is_given() && at < report_.scenario.seconds;) {
                const double next = std::min(tariff.next_step_s(at), report_.scenario.seconds);
                points.push_back({time.at(at / time_unit()), scale.at(tariff.at(at))});
                points.push_back({time.at(next / time_unit()), scale.at(tariff.at(at))});
                at = next;
            }
            svg_.curve(points, colour_of(site), dashes_of(site));
        }
    }

    /// Time whose jobs are not in the table is grey.
    void draw_unmeasured(const Column& column, std::size_t row) {
        const Scenario& s = report_.scenario;
        const double from = s.window_s ? s.window_s->first : s.warm_up_share * s.seconds;
        const double to = s.window_s ? std::min(s.window_s->second, s.seconds) : s.seconds;
        if (row == 2) {
            return; // areas cover it
        }
        const Scale time = time_scale(column);
        const double left = time.at(from / time_unit());
        const double right = time.at(to / time_unit());
        svg_.box({column.x, top(row)}, left - column.x, kPanelHeight, kBandColour);
        svg_.box({right, top(row)}, column.x + panel_ - right, kPanelHeight, kBandColour);
    }

    /// A line through all panels for each, and its number above the first; close ones share a number's place.
    void draw_events(const Column& column) {
        const Scale time = time_scale(column);
        std::size_t first = 0;
        for (std::size_t k = 0; k < events_.size(); ++k) {
            const double x = time.at(events_[k].at_s / time_unit());
            for (std::size_t row = 0; row < rows_; ++row) {
                svg_.curve({{x, top(row)}, {x, top(row) + kPanelHeight}}, kEventColour, "4,3");
            }
            const double begin = time.at(events_[first].at_s / time_unit());
            const bool is_last =
                k + 1 == events_.size() || time.at(events_[k + 1].at_s / time_unit()) - begin > kMarkRoom * 2;
            if (is_last) {
                const std::string numbers =
                    std::to_string(first + 1) + (first == k ? "" : "-" + std::to_string(k + 1));
                svg_.text({std::clamp((begin + x) / 2, column.x + 8, column.x + panel_ - 8), kTop - 4},
                          numbers, "middle", kSmall - 2);
                first = k + 1;
            }
        }
    }

    void draw_legend() {
        double y = top(rows_ - 1) + kPanelHeight + 54;
        const auto entry = [&](double x, std::string_view colour, std::string_view dashes,
                               std::string_view text) {
            svg_.curve({{x, y - 4}, {x + 20, y - 4}}, colour, dashes);
            svg_.line({x, y - 4}, {x + 20, y - 4}, colour, dashes.empty() ? 3 : 1);
            svg_.text({x + 26, y}, text, "start", kSmall);
        };
        double right = kLeft;
        for (auto tail = kTails.rbegin(); tail != kTails.rend(); ++tail) {
            entry(right, tail->colour, "", tail->title);
            right += 40 + text_width(tail->title, kSmall);
        }
        svg_.box({right, y - 11}, 20, 13, kBandColour, kEventColour);
        svg_.text({right + 26, y}, "not measured", "start", kSmall);
        for (const LegendRow& row : legend_) {
            y += kLegendLine;
            double x = kLeft;
            for (const std::size_t site : row) {
                entry(x, colour_of(site), dashes_of(site), report_.scenario.sites[site].name);
                x += entry_width(site);
            }
        }
        for (std::size_t k = 0; k < events_.size(); ++k) {
            y += kLegendLine;
            svg_.text({kLeft, y}, shortened(std::to_string(k + 1) + ": " + events_[k].text, width_ - kLeft),
                      "start", kSmall);
        }
    }

    static std::string shortened(const std::string& text, double room) {
        const auto letters = static_cast<std::size_t>(room / text_width("x", kSmall));
        return text.size() <= letters ? text : text.substr(0, letters - 4) + " ...";
    }

    const SimReport& report_;
    double panel_;
    std::vector<LegendRow> legend_;
    std::vector<PlotEvent> events_;
    std::optional<Range> prices_;
    std::size_t rows_;
    double width_, height_;
    Svg svg_;
    std::vector<Column> columns_;
};

} // namespace

std::string to_svg(const SimReport& report) {
    return Plot(report).draw();
}

} // namespace suanlu::sim
