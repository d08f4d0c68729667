// SPDX-License-Identifier: Apache-2.0
#include "telemetry/openmetrics_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "telemetry/utf8.hpp"

namespace suanlu {

namespace {

constexpr std::size_t kLongestExemplar = 128;

using Suffixes = std::array<std::string_view, 4>;

/// Suffixes of a type's samples; "-" fills unused places and is no suffix.
Suffixes suffixes_of(FamilyType type) {
    switch (type) {
    case FamilyType::kCounter:
        return {"_total", "_created", "-", "-"};
    case FamilyType::kHistogram:
        return {"_bucket", "_count", "_sum", "_created"};
    case FamilyType::kGaugeHistogram:
        return {"_bucket", "_gcount", "_gsum", "-"};
    case FamilyType::kSummary:
        return {"", "_count", "_sum", "_created"};
    case FamilyType::kInfo:
        return {"_info", "-", "-", "-"};
    case FamilyType::kUnknown:
    case FamilyType::kGauge:
    case FamilyType::kStateSet:
        return {"", "-", "-", "-"};
    }
    return {"", "-", "-", "-"};
}

std::optional<std::string_view> suffix_in(std::string_view family, FamilyType type, std::string_view name) {
    if (family.empty() || !name.starts_with(family)) {
        return std::nullopt;
    }
    const std::string_view rest = name.substr(family.size());
    for (const std::string_view suffix : suffixes_of(type)) {
        if (rest == suffix) {
            return suffix;
        }
    }
    return std::nullopt;
}

bool is_any_histogram(FamilyType type) {
    return type == FamilyType::kHistogram || type == FamilyType::kGaugeHistogram;
}

/// The label that tells samples of one point apart.
std::string_view inner_label(std::string_view family, FamilyType type, std::string_view suffix) {
    if (is_any_histogram(type) && suffix == "_bucket") {
        return "le";
    }
    if (type == FamilyType::kSummary && suffix.empty()) {
        return "quantile";
    }
    return type == FamilyType::kStateSet ? family : std::string_view{};
}

std::string group_of(const TextSample& sample, std::string_view without) {
    std::vector<std::string> parts;
    for (const TextLabel& label : sample.labels) {
        if (label.name != without) {
            parts.push_back(std::string(label.name) + '\0' + label.value + '\0');
        }
    }
    std::sort(parts.begin(), parts.end());
    std::string group;
    for (const std::string& part : parts) {
        group += part;
    }
    return group;
}

Error bad(std::string_view why) {
    return {Errc::kBadInput, std::string(why)};
}

/// A count or a sum of things that cannot be negative.
bool is_amount(double value) {
    return value >= 0;
}

} // namespace

Status OpenMetricsRules::begin_family(std::string_view name) {
    SL_TRY_VOID(close_family());
    if (finished_families_.contains(name)) {
        return bad("lines of one metric family are not together");
    }
    family_ = {};
    family_.name = name;
    return {};
}

Status OpenMetricsRules::close_family() {
    SL_TRY_VOID(close_point());
    if (!family_.name.empty()) {
        finished_families_.insert(family_.name);
    }
    return {};
}

Status OpenMetricsRules::on_metadata(std::string_view keyword, std::string_view name, std::string_view text) {
    if (family_.name != name) {
        SL_TRY_VOID(begin_family(name));
    }
    if (family_.has_samples) {
        return bad("metadata after the samples of its family");
    }
    bool& seen = keyword == "TYPE"   ? family_.has_type
                 : keyword == "HELP" ? family_.has_help
                                     : family_.has_unit;
    if (seen) {
        return bad("second " + std::string(keyword) + " line for the same name");
    }
    seen = true;
    if (keyword == "TYPE") {
        static constexpr std::pair<std::string_view, FamilyType> kTypes[] = {
            {"counter", FamilyType::kCounter},     {"gauge", FamilyType::kGauge},
            {"histogram", FamilyType::kHistogram}, {"gaugehistogram", FamilyType::kGaugeHistogram},
            {"summary", FamilyType::kSummary},     {"info", FamilyType::kInfo},
            {"stateset", FamilyType::kStateSet},
        };
        for (const auto& [word, type] : kTypes) {
            family_.type = word == text ? type : family_.type;
        }
    }
    const bool is_unit_of_name = text.empty() || name.ends_with("_" + std::string(text));
    if (keyword == "UNIT" && !is_unit_of_name) {
        return bad("the unit is not the end of the metric name");
    }
    return {};
}

Status OpenMetricsRules::on_sample(TextSample& sample) {
    auto suffix = suffix_in(family_.name, family_.type, sample.name);
    if (!suffix) {
        if (sample.name == family_.name) {
            return bad("sample name does not fit the type of its family");
        }
        SL_TRY_VOID(begin_family(sample.name));
        suffix = "";
    }
    sample.type = family_.type;
    family_.has_samples = true;
    SL_TRY_VOID(open_point(sample, *suffix));
    return check_by_type(sample, *suffix);
}

Status OpenMetricsRules::open_point(const TextSample& sample, std::string_view suffix) {
    const std::string_view inner = inner_label(family_.name, family_.type, suffix);
    std::string group = group_of(sample, inner);
    if (point_.is_open && point_.group == group) {
        if (point_.timestamp_s.has_value() != sample.timestamp_s.has_value()) {
            return bad("samples of one metric with and without timestamp");
        }
        if (sample.timestamp_s && *sample.timestamp_s < *point_.timestamp_s) {
            return bad("timestamps of one metric run backwards");
        }
        if (sample.timestamp_s && *sample.timestamp_s > *point_.timestamp_s) {
            SL_TRY_VOID(close_point());
        }
    } else {
        SL_TRY_VOID(close_point());
        if (!family_.finished_groups.insert(group).second) {
            return bad("samples of one metric are not together");
        }
    }
    if (!point_.is_open) {
        point_.is_open = true;
        point_.group = std::move(group);
        point_.timestamp_s = sample.timestamp_s;
    }
    const std::string* special = inner.empty() ? nullptr : sample.label(inner);
    if (!point_.series.insert(std::string(suffix) + '\0' + (special ? *special : "")).second) {
        return bad("the same sample twice");
    }
    return {};
}

Status OpenMetricsRules::close_point() {
    Status complete;
    if (point_.is_open && is_any_histogram(family_.type)) {
        complete = check_histogram_complete();
    }
    point_ = {};
    return complete;
}

Status OpenMetricsRules::check_by_type(const TextSample& sample, std::string_view suffix) {
    switch (family_.type) {
    case FamilyType::kCounter:
        return suffix == "_created" || is_amount(sample.value) ? Status{} : bad("counter is negative or NaN");
    case FamilyType::kInfo:
        return sample.value == 1 ? Status{} : bad("value of an info metric is not 1");
    case FamilyType::kStateSet:
        if (sample.label(family_.name) == nullptr) {
            return bad("sample of a stateset without the state's label");
        }
        return sample.value == 0 || sample.value == 1 ? Status{} : bad("state is neither 0 nor 1");
    case FamilyType::kSummary:
        return check_summary_sample(sample, suffix);
    case FamilyType::kHistogram:
    case FamilyType::kGaugeHistogram:
        return check_histogram_sample(sample, suffix);
    case FamilyType::kUnknown:
    case FamilyType::kGauge:
        break;
    }
    return {};
}

Status OpenMetricsRules::check_summary_sample(const TextSample& sample, std::string_view suffix) {
    if (!suffix.empty()) {
        return suffix == "_created" || is_amount(sample.value) ? Status{}
                                                               : bad("sum or count is negative or NaN");
    }
    const std::string* text = sample.label("quantile");
    const auto quantile = text == nullptr ? std::nullopt : parse_page_number(*text);
    if (!quantile || !(*quantile >= 0 && *quantile <= 1)) {
        return bad("quantile is missing or not from 0 to 1");
    }
    return sample.value < 0 ? Status(bad("value of a quantile is negative")) : Status{};
}

Status OpenMetricsRules::check_histogram_sample(const TextSample& sample, std::string_view suffix) {
    if (suffix == "_bucket") {
        return check_bucket(sample);
    }
    if (suffix == "_created") {
        return {};
    }
    const bool is_count = suffix == "_count" || suffix == "_gcount";
    if (std::isnan(sample.value) || (suffix != "_gsum" && sample.value < 0)) {
        return bad("sum or count is negative or NaN");
    }
    (is_count ? point_.count : point_.sum) = sample.value;
    return {};
}

Status OpenMetricsRules::check_bucket(const TextSample& sample) {
    const std::string* text = sample.label("le");
    const auto bound = text == nullptr ? std::nullopt : parse_page_number(*text);
    if (!bound || std::isnan(*bound)) {
        return bad("bucket without a bound");
    }
    if (point_.last_bound && *bound <= *point_.last_bound) {
        return bad("bucket bounds do not grow");
    }
    if (!is_amount(sample.value) || (point_.last_bucket && sample.value < *point_.last_bucket)) {
        return bad("bucket is negative, NaN or below the one before");
    }
    point_.last_bound = *bound;
    point_.last_bucket = sample.value;
    point_.has_negative_bound = point_.has_negative_bound || *bound < 0;
    if (std::isinf(*bound) && *bound > 0) {
        point_.infinite_bucket = sample.value;
    }
    return {};
}

Status OpenMetricsRules::check_histogram_complete() const {
    if (!point_.infinite_bucket) {
        return bad("histogram without a +Inf bucket");
    }
    if (point_.count && *point_.count != *point_.infinite_bucket) {
        return bad("count of a histogram differs from its +Inf bucket");
    }
    if (point_.sum && !point_.count) {
        return bad("histogram with a sum but no count");
    }
    if (point_.count && !point_.sum && !point_.has_negative_bound) {
        return bad("histogram with a count but no sum");
    }
    if (point_.sum && point_.has_negative_bound && family_.type == FamilyType::kHistogram) {
        return bad("histogram with negative buckets has a sum");
    }
    if (point_.sum && *point_.sum < 0 && !point_.has_negative_bound) {
        return bad("negative sum without negative buckets");
    }
    return {};
}

Status OpenMetricsRules::on_exemplar(const TextSample& sample, const std::vector<TextLabel>& labels) {
    const bool is_counter = sample.type == FamilyType::kCounter && sample.name.ends_with("_total");
    const bool is_bucket = is_any_histogram(sample.type) && sample.name.ends_with("_bucket");
    if (!is_counter && !is_bucket) {
        return bad("exemplar on a sample that may not have one");
    }
    std::size_t points = 0;
    for (const TextLabel& label : labels) {
        points += label.name.size() + utf8_length(label.value).value_or(kLongestExemplar);
    }
    return points <= kLongestExemplar ? Status{} : bad("labels of an exemplar exceed 128 characters");
}

Status OpenMetricsRules::on_end() {
    return close_family();
}

} // namespace suanlu
