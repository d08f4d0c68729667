// SPDX-License-Identifier: Apache-2.0
#include "telemetry/adapter.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

namespace suanlu {

namespace {

struct Series {
    double total = 0;
    double most = -HUGE_VAL;
    std::size_t count = 0;
};

constexpr std::string_view kInferenceTime = "inference_time";

/// One pass over a page: every sample is offered to the rows of its metric.
class PageReader {
public:
    PageReader(const Adapter& adapter, const std::vector<std::string>& wanted) : adapter_(adapter) {
        for (std::size_t row = 0; row < adapter.rows.size(); ++row) {
            const std::string& metric = adapter.rows[row].metric;
            if (adapter.rows[row].quantity == kInferenceTime) {
                for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
                    by_metric_.emplace(metric + std::string(suffix), row);
                }
            } else {
                by_metric_.emplace(metric, row);
            }
        }
        wanted_.insert(wanted.begin(), wanted.end());
    }

    void take(const TextSample& sample) {
        ++reading_.samples;
        const std::string name(sample.name);
        if (wanted_.contains(name) && std::isfinite(sample.value)) {
            reading_.wanted[name] += sample.value;
        }
        const auto [first, last] = by_metric_.equal_range(name);
        for (auto it = first; it != last; ++it) {
            take_row(it->second, sample);
        }
    }

    PageReading finish() {
        for (std::size_t row = 0; row < adapter_.rows.size(); ++row) {
            for (const auto& [model, series] : series_[row]) {
                reading_.values.try_emplace({adapter_.rows[row].quantity, model}, combined(row, series));
            }
            for (auto& [model, histogram] : histograms_[row]) {
                reading_.inference_time.try_emplace(model, std::move(histogram));
            }
        }
        return std::move(reading_);
    }

private:
    void take_row(std::size_t index, const TextSample& sample) {
        const AdapterRow& row = adapter_.rows[index];
        for (const auto& [label, value] : row.labels) {
            const std::string* has = sample.label(label);
            if (has == nullptr || *has != value) {
                return;
            }
        }
        if (!std::isfinite(sample.value)) {
            ++reading_.not_finite;
            return;
        }
        const std::string* named =
            adapter_.model_label.empty() ? nullptr : sample.label(adapter_.model_label);
        const std::string model = named == nullptr ? std::string{} : *named;
        if (row.quantity == kInferenceTime) {
            take_histogram(histograms_[index][model], row, sample);
            return;
        }
        Series& series = series_[index][model];
        series.total += sample.value * row.scale;
        series.most = std::max(series.most, sample.value * row.scale);
        ++series.count;
    }

    static void take_histogram(HistogramReading& into, const AdapterRow& row, const TextSample& sample) {
        if (sample.name.ends_with("_count")) {
            into.count += sample.value;
        } else if (sample.name.ends_with("_sum")) {
            into.sum += sample.value * row.scale;
        } else if (const std::string* le = sample.label("le")) {
            const auto bound = parse_page_number(*le);
            if (bound && std::isfinite(*bound)) {
                into.buckets[*bound * row.scale] += sample.value;
            }
        }
    }

    [[nodiscard]] double combined(std::size_t row, const Series& series) const {
        switch (adapter_.rows[row].combine) {
        case Combine::kMean:
            return series.total / static_cast<double>(series.count);
        case Combine::kMost:
            return series.most;
        case Combine::kSum:
            break;
        }
        return series.total;
    }

    const Adapter& adapter_;
    std::unordered_multimap<std::string, std::size_t> by_metric_;
    std::set<std::string> wanted_;
    std::map<std::size_t, std::map<std::string, Series>> series_;
    std::map<std::size_t, std::map<std::string, HistogramReading>> histograms_;
    PageReading reading_;
};

} // namespace

Result<PageReading> read_page(std::string_view page, TextFormat format, const Adapter& adapter,
                              const std::vector<std::string>& wanted, const TextLimits& limits) {
    PrometheusText text(page, format, limits);
    PageReader reader(adapter, wanted);
    for (;;) {
        SL_TRY(const TextSample* sample, text.next());
        if (sample == nullptr) {
            return reader.finish();
        }
        reader.take(*sample);
    }
}

} // namespace suanlu
