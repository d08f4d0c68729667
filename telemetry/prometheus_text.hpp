// SPDX-License-Identifier: Apache-2.0
// Reader of metric pages: Prometheus text exposition format 0.0.4 and OpenMetrics 1.0. It walks the page
// once, keeps one sample at a time and looks at no byte outside the page. Every refusal names line and byte
// offset; after a refusal the reader is at its end. In OpenMetrics mode the rules about families hold too
// (openmetrics_rules.hpp). Pure; used on the strand that scraped the page.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

enum class TextFormat : std::uint8_t { kPrometheus, kOpenMetrics };

enum class FamilyType : std::uint8_t {
    kUnknown,
    kCounter,
    kGauge,
    kHistogram,
    kGaugeHistogram,
    kSummary,
    kInfo,
    kStateSet
};

struct TextLimits {
    std::size_t most_bytes = 4U << 20;
    std::size_t longest_line = 64U << 10;
    std::size_t most_labels = 64;
    std::size_t most_samples = 200'000;
};

struct TextLabel {
    std::string_view name;
    /// Unescaped, valid UTF-8.
    std::string value;
};

struct TextSample {
    std::string_view name;
    std::vector<TextLabel> labels;
    double value = 0;
    /// Seconds since 1970, when the page gives one (0.0.4 writes milliseconds).
    std::optional<double> timestamp_s;
    bool has_exemplar = false;
    /// Declared type of its family; kUnknown without a TYPE line.
    FamilyType type = FamilyType::kUnknown;
    /// Line number, from 1.
    std::size_t line = 0;

    /// Value of a label; nullptr when the sample has none of that name.
    [[nodiscard]] const std::string* label(std::string_view label_name) const;
};

class OpenMetricsRules;

class PrometheusText {
public:
    /// `page` must outlive the reader: names are views into it.
    PrometheusText(std::string_view page, TextFormat format, TextLimits limits = {});
    ~PrometheusText();
    PrometheusText(const PrometheusText&) = delete;
    PrometheusText& operator=(const PrometheusText&) = delete;

    /// The next sample, valid until the next call; nullptr at the end of a good page. kBadInput or
    /// kOutOfRange with "line L, byte B: ...".
    Result<const TextSample*> next();

private:
    enum class LineKind : std::uint8_t { kNothing, kSample, kEnd };

    Result<LineKind> take_line();
    Result<LineKind> read_comment();
    Result<LineKind> read_metadata(std::string_view keyword);
    Status apply_metadata(std::string_view keyword, std::string_view name, std::string_view text);
    Status read_sample();
    Status read_labels(std::vector<TextLabel>& into);
    Status read_label(std::vector<TextLabel>& into);
    Result<std::string> read_quoted();
    Status read_value_and_time();
    Status read_exemplar();
    Result<double> read_number(std::string_view what);
    Status check_bounds_label();
    std::string_view read_word();
    std::string_view read_name(bool with_colons);
    void skip_blanks();
    bool skip_one(char c);
    [[nodiscard]] bool at_line_end() const { return at_ >= line_end_; }
    [[nodiscard]] bool is_strict() const { return format_ == TextFormat::kOpenMetrics; }
    [[nodiscard]] Error refuse(std::string_view why, Errc code = Errc::kBadInput) const;

    std::string_view page_;
    TextFormat format_;
    TextLimits limits_;
    std::size_t at_ = 0;
    std::size_t line_end_ = 0;
    std::size_t next_line_ = 0;
    std::size_t line_ = 0;
    std::size_t samples_ = 0;
    bool is_finished_ = false;
    bool saw_eof_mark_ = false;
    TextSample sample_;
    std::vector<TextLabel> exemplar_labels_;
    std::unordered_map<std::string_view, FamilyType> types_;
    std::unique_ptr<OpenMetricsRules> rules_;
};

/// OpenMetrics when an HTTP Content-Type says so, 0.0.4 otherwise.
TextFormat text_format_of(std::string_view content_type);

/// A float as pages write it: decimal, NaN and Inf in any case, optional sign; no hex, no underscores.
std::optional<double> parse_page_number(std::string_view text);

} // namespace suanlu
