// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus_text.hpp"

#include <charconv>
#include <cmath>

#include "telemetry/openmetrics_rules.hpp"
#include "telemetry/prometheus_words.hpp"
#include "telemetry/utf8.hpp"

namespace suanlu {

const std::string* TextSample::label(std::string_view label_name) const {
    for (const TextLabel& label : labels) {
        if (label.name == label_name) {
            return &label.value;
        }
    }
    return nullptr;
}

PrometheusText::PrometheusText(std::string_view page, TextFormat format, TextLimits limits)
    : page_(page), format_(format), limits_(limits) {
    if (is_strict()) {
        rules_ = std::make_unique<OpenMetricsRules>();
    }
}

PrometheusText::~PrometheusText() = default;

Error PrometheusText::refuse(std::string_view why, Errc code) const {
    return {code,
            "line " + std::to_string(line_) + ", byte " + std::to_string(at_) + ": " + std::string(why)};
}

Result<const TextSample*> PrometheusText::next() {
    while (!is_finished_) {
        auto kind = take_line();
        if (!kind) {
            is_finished_ = true;
            return std::move(kind).error();
        }
        if (*kind == LineKind::kSample) {
            return &std::as_const(sample_);
        }
        is_finished_ = *kind == LineKind::kEnd;
    }
    return static_cast<const TextSample*>(nullptr);
}

Result<PrometheusText::LineKind> PrometheusText::take_line() {
    if (page_.size() > limits_.most_bytes) {
        return refuse("page larger than " + std::to_string(limits_.most_bytes) + " bytes", Errc::kOutOfRange);
    }
    at_ = next_line_;
    if (at_ >= page_.size()) {
        if (is_strict() && !saw_eof_mark_) {
            return refuse("the page ends without '# EOF'");
        }
        return LineKind::kEnd;
    }
    ++line_;
    const std::size_t feed = page_.find('\n', at_);
    line_end_ = std::min(feed, page_.size());
    next_line_ = line_end_ + 1;
    if (line_end_ - at_ > limits_.longest_line) {
        return refuse("line longer than " + std::to_string(limits_.longest_line) + " bytes",
                      Errc::kOutOfRange);
    }
    if (saw_eof_mark_) {
        return refuse("text after '# EOF'");
    }
    const bool is_cut = feed == std::string_view::npos;
    if (is_cut && !(is_strict() && page_.substr(at_) == "# EOF")) {
        return refuse("the last line has no line feed: the page was cut short");
    }
    if (!is_strict()) {
        skip_blanks();
    }
    if (at_line_end()) {
        return is_strict() ? Result<LineKind>(refuse("empty line")) : LineKind::kNothing;
    }
    if (page_[at_] == '#') {
        return read_comment();
    }
    SL_TRY_VOID(read_sample());
    return LineKind::kSample;
}

Result<PrometheusText::LineKind> PrometheusText::read_comment() {
    ++at_;
    if (is_strict()) {
        if (!skip_one(' ')) {
            return refuse("expected one blank after '#'");
        }
    } else {
        skip_blanks();
    }
    const std::string_view keyword = read_word();
    if (is_strict() && keyword == "EOF" && at_line_end()) {
        saw_eof_mark_ = true;
        SL_TRY_VOID(rules_->on_end().map_error([this](Error e) { return refuse(e.detail); }));
        return LineKind::kNothing;
    }
    if (keyword == "TYPE" || keyword == "HELP" || (is_strict() && keyword == "UNIT")) {
        return read_metadata(keyword);
    }
    if (is_strict()) {
        return refuse("expected TYPE, HELP, UNIT or EOF");
    }
    return LineKind::kNothing;
}

Result<PrometheusText::LineKind> PrometheusText::read_metadata(std::string_view keyword) {
    if (is_strict() ? !skip_one(' ') : at_line_end()) {
        return refuse("expected a metric name");
    }
    if (!is_strict()) {
        skip_blanks();
    }
    const std::string_view name = read_name(true);
    if (name.empty() || (!at_line_end() && !is_blank(page_[at_]))) {
        return refuse("expected a metric name");
    }
    if (is_strict() && !skip_one(' ')) {
        return refuse("expected one blank after the metric name");
    }
    if (!is_strict()) {
        skip_blanks();
    }
    std::string_view text = page_.substr(at_, line_end_ - at_);
    while (!is_strict() && !text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    SL_TRY_VOID(apply_metadata(keyword, name, text));
    return LineKind::kNothing;
}

Status PrometheusText::apply_metadata(std::string_view keyword, std::string_view name,
                                      std::string_view text) {
    if (keyword == "TYPE") {
        const auto type = type_of(text, format_);
        if (!type) {
            return refuse("unknown metric type");
        }
        if (!types_.emplace(name, *type).second) {
            return refuse("second TYPE line for the same name");
        }
    }
    if (rules_) {
        return rules_->on_metadata(keyword, name, text).map_error([this](Error e) {
            return refuse(e.detail);
        });
    }
    return {};
}

Status PrometheusText::read_sample() {
    if (++samples_ > limits_.most_samples) {
        return refuse("more than " + std::to_string(limits_.most_samples) + " samples", Errc::kOutOfRange);
    }
    sample_.line = line_;
    sample_.timestamp_s.reset();
    sample_.has_exemplar = false;
    sample_.labels.clear();
    sample_.type = FamilyType::kUnknown;
    sample_.name = read_name(true);
    if (sample_.name.empty()) {
        return refuse("expected a metric name");
    }
    if (!is_strict()) {
        skip_blanks();
    }
    const bool has_labels = !at_line_end() && page_[at_] == '{';
    if (has_labels) {
        SL_TRY_VOID(read_labels(sample_.labels));
    } else if (!is_strict() && !at_line_end() && !is_blank(page_[at_ - 1])) {
        return refuse("character not allowed in a metric name");
    }
    SL_TRY_VOID(read_value_and_time());
    if (!is_strict()) {
        return check_bounds_label();
    }
    SL_TRY_VOID(rules_->on_sample(sample_).map_error([this](Error e) { return refuse(e.detail); }));
    return at_line_end() ? Status{} : read_exemplar();
}

/// 0.0.4 only; OpenMetricsRules does more.
Status PrometheusText::check_bounds_label() {
    const auto own = types_.find(sample_.name);
    const auto base = own != types_.end() ? own : types_.find(base_name(sample_.name));
    if (base == types_.end()) {
        return {};
    }
    sample_.type = base->second;
    const bool is_bucket = base->second == FamilyType::kHistogram && sample_.name.ends_with("_bucket");
    const bool is_quantile = base->second == FamilyType::kSummary && own != types_.end();
    const std::string* bound = is_bucket     ? sample_.label("le")
                               : is_quantile ? sample_.label("quantile")
                                             : nullptr;
    if (bound != nullptr && !parse_page_number(*bound)) {
        return refuse("the bound of a bucket or quantile is not a number");
    }
    return {};
}

Status PrometheusText::read_labels(std::vector<TextLabel>& into) {
    into.clear();
    ++at_;
    for (;;) {
        if (!is_strict()) {
            skip_blanks();
        }
        const bool may_close = into.empty() || !is_strict();
        if (may_close && skip_one('}')) {
            return {};
        }
        SL_TRY_VOID(read_label(into));
        if (!is_strict()) {
            skip_blanks();
        }
        if (skip_one('}')) {
            return {};
        }
        if (!skip_one(',')) {
            return refuse("expected ',' or '}' after a label");
        }
    }
}

Status PrometheusText::read_label(std::vector<TextLabel>& into) {
    if (into.size() >= limits_.most_labels) {
        return refuse("more than " + std::to_string(limits_.most_labels) + " labels", Errc::kOutOfRange);
    }
    const std::string_view name = read_name(false);
    if (name.empty()) {
        return refuse("expected a label name");
    }
    for (const TextLabel& earlier : into) {
        if (earlier.name == name) {
            return refuse("label name used twice");
        }
    }
    if (!is_strict()) {
        skip_blanks();
    }
    if (!skip_one('=')) {
        return refuse("expected '=' after a label name");
    }
    if (!is_strict()) {
        skip_blanks();
    }
    SL_TRY(std::string value, read_quoted());
    into.push_back({name, std::move(value)});
    return {};
}

Result<std::string> PrometheusText::read_quoted() {
    if (!skip_one('"')) {
        return refuse("expected '\"' before a label value");
    }
    std::string value;
    while (!at_line_end()) {
        const char c = page_[at_++];
        if (c == '"') {
            if (!is_utf8(value)) {
                return refuse("label value is not UTF-8");
            }
            return value;
        }
        if (c != '\\') {
            value += c;
            continue;
        }
        const char escaped = at_line_end() ? '\0' : page_[at_++];
        if (escaped != '\\' && escaped != '"' && escaped != 'n') {
            return refuse("unknown escape in a label value");
        }
        value += escaped == 'n' ? '\n' : escaped;
    }
    return refuse("label value without closing '\"'");
}

Status PrometheusText::read_value_and_time() {
    if (!is_strict()) {
        skip_blanks();
    } else if (!skip_one(' ')) {
        return refuse("expected one blank before the value");
    }
    SL_TRY(sample_.value, read_number("value"));
    if (!is_strict()) {
        skip_blanks();
        if (at_line_end()) {
            return {};
        }
        const std::string_view word = read_word();
        std::int64_t milliseconds = 0;
        const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), milliseconds);
        skip_blanks();
        if (ec != std::errc{} || end != word.data() + word.size() || !at_line_end()) {
            return refuse("timestamp is not a whole number of milliseconds");
        }
        sample_.timestamp_s = static_cast<double>(milliseconds) * 1e-3;
        return {};
    }
    if (at_line_end() || page_.substr(at_).starts_with(" # ")) {
        return {};
    }
    if (!skip_one(' ')) {
        return refuse("expected one blank before the timestamp");
    }
    SL_TRY(const double seconds, read_number("timestamp"));
    if (!std::isfinite(seconds)) {
        return refuse("timestamp is not finite");
    }
    sample_.timestamp_s = seconds;
    return {};
}

Status PrometheusText::read_exemplar() {
    if (!page_.substr(at_, line_end_ - at_).starts_with(" # {")) {
        return refuse("expected an exemplar or the end of the line");
    }
    at_ += 3;
    SL_TRY_VOID(read_labels(exemplar_labels_));
    if (!skip_one(' ')) {
        return refuse("expected one blank before the exemplar's value");
    }
    SL_TRY([[maybe_unused]] const double value, read_number("exemplar's value"));
    if (!at_line_end()) {
        if (!skip_one(' ')) {
            return refuse("expected one blank before the exemplar's timestamp");
        }
        SL_TRY(const double seconds, read_number("exemplar's timestamp"));
        if (!std::isfinite(seconds) || !at_line_end()) {
            return refuse("bad timestamp of an exemplar");
        }
    }
    sample_.has_exemplar = true;
    return rules_->on_exemplar(sample_, exemplar_labels_).map_error([this](Error e) {
        return refuse(e.detail);
    });
}

Result<double> PrometheusText::read_number(std::string_view what) {
    const std::string_view word = read_word();
    const auto value = parse_page_number(word);
    if (!value) {
        return refuse(std::string(what) + " is not a number");
    }
    return *value;
}

std::string_view PrometheusText::read_word() {
    const std::size_t begin = at_;
    while (!at_line_end() && !is_blank(page_[at_])) {
        ++at_;
    }
    return page_.substr(begin, at_ - begin);
}

std::string_view PrometheusText::read_name(bool with_colons) {
    const std::size_t begin = at_;
    while (!at_line_end() && is_name_char(page_[at_], at_ == begin, with_colons)) {
        ++at_;
    }
    return page_.substr(begin, at_ - begin);
}

void PrometheusText::skip_blanks() {
    while (!at_line_end() && is_blank(page_[at_])) {
        ++at_;
    }
}

bool PrometheusText::skip_one(char c) {
    if (at_line_end() || page_[at_] != c) {
        return false;
    }
    ++at_;
    return true;
}

} // namespace suanlu
