// SPDX-License-Identifier: Apache-2.0
// Price, tariff, power and carbon of a site.
#include <algorithm>
#include <cmath>

#include "policies/strategy/file_units.hpp"
#include "simulator/field_text.hpp"
#include "simulator/hourly_series.hpp"
#include "simulator/scenario_sections.hpp"

namespace suanlu::sim {

namespace {

using ReadSeries = Result<HourlySeries> (*)(const NamedText&);

/// From the scenario's date on, or the mean day of the file.
std::optional<Course> course_of(YamlNode& file, const HourlySeries& series, const Reading& reading) {
    const TariffClock clock{reading.time_of_day_h * 3600, reading.scenario.clock_speed};
    if (reading.has_date) {
        return accept(file, dated_course(series, reading.scenario.wall_start_s, clock.speed));
    }
    const auto hours = accept(file, mean_day(series));
    if (!hours) {
        return std::nullopt;
    }
    std::vector<Course::Step> steps;
    for (std::size_t hour = 0; hour < hours->size(); ++hour) {
        steps.push_back({static_cast<double>(hour) * 3600, (*hours)[hour]});
    }
    return accept(file, daily_course(steps, clock));
}

std::optional<HourlySeries> read_series(YamlNode& file, ReadSeries read, Reading& reading) {
    const NamedText* data = reading.load(file);
    return data != nullptr ? accept(file, read(*data)) : std::nullopt;
}

/// All money of a scenario is of one currency.
void take_currency(YamlNode& node, const std::string& currency, Reading& reading) {
    std::string& known = reading.scenario.currency;
    if (known.empty()) {
        known = currency;
    } else if (known != currency) {
        node.complain("in " + currency + ", but another site pays " + known + "; say what one " + currency +
                      " is: exchange: 0.5" + known);
    }
}

/// Money per MWh at times of the day: {"00:00": 0.05 EUR/kWh, ...}.
Course read_of_day(YamlNode node, Reading& reading) {
    std::vector<Course::Step> steps;
    bool is_fine = true;
    for (auto& [time, price] : node.members()) {
        const auto minute = parse_time_of_day(time);
        const auto money = accept(price, parse_money(price.text(), "kWh"));
        if (!minute || (!steps.empty() && *minute * 60.0 <= steps.back().at_s)) {
            price.complain("'" + time + "' is no time of day after the one before it");
        }
        if (!minute || !money) {
            is_fine = false;
            continue;
        }
        take_currency(price, money->currency, reading);
        steps.push_back({*minute * 60.0, money->amount * 1000});
    }
    const TariffClock clock{reading.time_of_day_h * 3600, reading.scenario.clock_speed};
    if (!is_fine) {
        return Course(0);
    }
    return accept(node, daily_course(steps, clock)).value_or(Course(0));
}

/// "0.0062EUR": what one of the file's currency is in the scenario's.
double read_exchange(YamlNode& node, std::string& currency) {
    const auto money = parse_money(node.text() + "/h", "h");
    if (!money || !(money->amount > 0)) {
        node.complain("'" + node.text() + "' is no amount of money above 0 (0.0062EUR)");
        return 1;
    }
    currency = money->currency;
    return money->amount;
}

Course read_price_file(YamlNode& file, YamlNode& exchange, Reading& reading) {
    auto series = read_series(file, read_prices, reading);
    if (!series) {
        return Course(0);
    }
    if (exchange.is_present()) {
        const double rate = read_exchange(exchange, series->currency);
        for (HourlySeries::Row& row : series->rows) {
            row.value *= rate;
        }
    }
    take_currency(file, series->currency, reading);
    return course_of(file, *series, reading).value_or(Course(0));
}

void read_tariff(YamlNode node, Reading& reading, SimSite& site) {
    if (!node.is_present()) {
        return;
    }
    YamlNode file = node.optional("file");
    YamlNode of_day = node.optional("of_day");
    YamlNode exchange = node.optional("exchange");
    site.tariff_worth_s = read_seconds(node.optional("worth"), kLongestTime, 0);
    if (file.is_present() == of_day.is_present()) {
        node.complain("exactly one of file and of_day is needed");
        return;
    }
    if (of_day.is_present() && exchange.is_present()) {
        exchange.complain("only of a file");
    }
    site.tariff = file.is_present() ? read_price_file(file, exchange, reading) : read_of_day(of_day, reading);
}

void read_power(YamlNode node, Reading& reading, SimSite& site) {
    if (!node.is_present()) {
        return;
    }
    site.idle_w = read_watts(node.required("idle"), 0);
    site.full_w = read_watts(node.required("full"), 0);
    if (site.full_w < site.idle_w) {
        node.complain("less power at full load than idle");
    }
    site.pue = node.optional("pue").number(1, 10, 1);
    YamlNode carbon = node.optional("carbon");
    YamlNode file = node.optional("carbon_file");
    site.carbon = Course(read_grams_per_kwh(carbon, 0));
    if (file.is_present() && carbon.is_present()) {
        file.complain("carbon is given already");
    } else if (file.is_present()) {
        const auto series = read_series(file, read_carbon, reading);
        site.carbon = series ? course_of(file, *series, reading).value_or(Course(0)) : Course(0);
    }
    site.carbon_worth_s = read_seconds(node.optional("carbon_worth"), kLongestTime, 0);
}

} // namespace

void read_prices_of(YamlNode node, Reading& reading, SimSite& site) {
    site.price_s = read_seconds(node.optional("price"), kLongestTime, 0);
    read_tariff(node.optional("tariff"), reading, site);
    read_power(node.optional("power"), reading, site);
}

} // namespace suanlu::sim
