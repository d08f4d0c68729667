// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus_words.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace suanlu {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_word(std::string_view text, std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return lower(a) == b; });
}

} // namespace

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_name_char(char c, bool is_first, bool with_colons) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return is_letter || (with_colons && c == ':') || (!is_first && c >= '0' && c <= '9');
}

std::optional<FamilyType> type_of(std::string_view word, TextFormat format) {
    static constexpr std::pair<std::string_view, FamilyType> kBoth[] = {{"counter", FamilyType::kCounter},
                                                                        {"gauge", FamilyType::kGauge},
                                                                        {"histogram", FamilyType::kHistogram},
                                                                        {"summary", FamilyType::kSummary}};
    static constexpr std::pair<std::string_view, FamilyType> kOpenMetricsOnly[] = {
        {"gaugehistogram", FamilyType::kGaugeHistogram},
        {"info", FamilyType::kInfo},
        {"stateset", FamilyType::kStateSet},
        {"unknown", FamilyType::kUnknown}};
    for (const auto& [name, type] : kBoth) {
        if (word == name) {
            return type;
        }
    }
    if (format == TextFormat::kPrometheus) {
        return word == "untyped" || word == "unknown" ? std::optional(FamilyType::kUnknown) : std::nullopt;
    }
    for (const auto& [name, type] : kOpenMetricsOnly) {
        if (word == name) {
            return type;
        }
    }
    return std::nullopt;
}

std::string_view base_name(std::string_view name) {
    for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
        if (name.ends_with(suffix)) {
            return name.substr(0, name.size() - suffix.size());
        }
    }
    return name;
}

std::optional<double> parse_page_number(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    std::string_view digits = text;
    const bool is_negative = digits.front() == '-';
    if (is_negative || digits.front() == '+') {
        digits.remove_prefix(1);
    }
    double value = 0;
    if (equals_word(digits, "nan")) {
        value = std::nan("");
    } else if (equals_word(digits, "inf") || equals_word(digits, "infinity")) {
        value = HUGE_VAL;
    } else {
        const bool is_decimal = !digits.empty() &&
                                digits.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                                digits.front() != '-' && digits.front() != '+';
        if (!is_decimal) {
            return std::nullopt;
        }
        const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (ec != std::errc{} || end != digits.data() + digits.size()) {
            return std::nullopt;
        }
    }
    return is_negative ? -value : value;
}

TextFormat text_format_of(std::string_view content_type) {
    return content_type.find("application/openmetrics-text") != std::string_view::npos
               ? TextFormat::kOpenMetrics
               : TextFormat::kPrometheus;
}

} // namespace suanlu
