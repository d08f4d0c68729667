// SPDX-License-Identifier: Apache-2.0
// Rocketfuel (Spring et al. 2002) ASN.weights.intra and ASN.latencies.intra: `from to value` per line,
// directed; names are words such as "San+Jose,+CA4062". Weights are inferred IGP weights with halves,
// latencies whole milliseconds. Given one file, the other is read from beside it.
#include <cmath>
#include <unordered_map>

#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "controller/topology/files/rocketfuel_delay.hpp"
#include "controller/topology/files/text_lines.hpp"

namespace suanlu {

namespace {

constexpr std::string_view kWeights = "weights.intra";
constexpr std::string_view kLatencies = "latencies.intra";
/// Metrics are integers, weights have halves; REPETITA's graphs of the same maps have the same factor.
constexpr double kMetricPerWeight = 100;

struct Row {
    std::string_view from;
    std::string_view to;
    double value = 0;
    std::size_t line = 0;
};

/// No blank is in a name, so that it separates.
std::string ends_of(const Row& row) {
    return std::string(row.from) + ' ' + std::string(row.to);
}

Result<std::vector<Row>> read_rows(std::string_view file, std::string_view text, std::size_t most) {
    TextLines lines(file, text);
    std::vector<Row> out;
    std::unordered_map<std::string, std::size_t> seen;
    while (true) {
        SL_TRY(const std::string_view line, lines.next());
        if (line.empty()) {
            return out;
        }
        const auto words = split_words(line, 3);
        if (words.size() != 3) {
            return lines.refuse(quoted(line) + " is not a link 'from to value'");
        }
        const auto value = to_number(words[2]);
        if (!value || *value < 0) {
            return lines.refuse("value " + quoted(words[2]) + " is no number from 0");
        }
        if (out.size() >= most) {
            return Error{Errc::kOutOfRange,
                         lines.refuse("more than " + std::to_string(most) + " directed links").detail};
        }
        out.push_back({words[0], words[1], *value, lines.line()});
        const auto [known, is_new] = seen.emplace(ends_of(out.back()), lines.line());
        if (!is_new) {
            return lines.refuse("the link " + quoted(known->first) + " again, first in line " +
                                std::to_string(known->second));
        }
    }
}

/// What the other file says of each link, and whether it was asked for.
class Companion {
public:
    explicit Companion(const std::vector<Row>& rows) {
        for (const Row& row : rows) {
            rows_.emplace(ends_of(row), &row);
        }
    }
    const Row* take(const Row& row) {
        const auto found = rows_.find(ends_of(row));
        if (found == rows_.end()) {
            return nullptr;
        }
        const Row* out = found->second;
        rows_.erase(found);
        return out;
    }
    /// The first link that nobody took, or null.
    [[nodiscard]] const Row* left() const {
        const Row* first = nullptr;
        for (const auto& [ends, row] : rows_) {
            first = first == nullptr || row->line < first->line ? row : first;
        }
        return first;
    }

private:
    std::unordered_map<std::string, const Row*> rows_;
};

bool is_latencies(std::string_view path) {
    return path.ends_with(kLatencies) || path.ends_with("latencies.intra.gz");
}

Error refuse_in(std::string_view file, std::size_t line, const std::string& what) {
    return Error{Errc::kBadInput, std::string(file) + ":" + std::to_string(line) + ": " + what};
}

class RocketfuelReader {
public:
    RocketfuelReader(const TopologyText& text, NetworkBuilder& into)
        : text_(text), into_(into), is_latencies_(is_latencies(text.name)) {}

    Status read(std::size_t most) {
        SL_TRY(const auto rows, read_rows(text_.name, text_.text, most));
        SL_TRY(const auto others, read_rows(text_.companion_name, text_.companion, most));
        for (const Row& row : rows) {
            SL_TRY_VOID(into_.know_router(row.from, row.line));
            SL_TRY_VOID(into_.know_router(row.to, row.line));
        }
        Companion companion(others);
        for (const Row& row : rows) {
            const Row* other = companion.take(row);
            if (other == nullptr && is_latencies_ &&
                !others.empty()) { // no metric to compare with the others'
                return refuse_in(text_.name, row.line,
                                 "the link " + quoted(ends_of(row)) + " is not in " + text_.companion_name);
            }
            SL_TRY_VOID(add(row, other));
        }
        if (const Row* row = companion.left()) {
            return refuse_in(text_.companion_name, row->line,
                             "the link " + quoted(ends_of(*row)) + " is not in " + text_.name);
        }
        tell(others.empty());
        return {};
    }

private:
    Status add(const Row& row, const Row* other) {
        FileLink link;
        link.from = row.from;
        link.to = row.to;
        const Row* weight = is_latencies_ ? other : &row;
        const Row* latency = is_latencies_ ? &row : other;
        if (weight != nullptr) {
            const double metric = weight->value * kMetricPerWeight;
            if (metric > kUnusableMetric || std::abs(metric - std::round(metric)) > 1e-6) {
                return refuse_of(*weight, is_latencies_,
                                 "weight has more than two decimals or is above 167772");
            }
            link.properties.igp_metric = static_cast<std::uint32_t>(std::lround(metric));
            link.has_igp_metric = true;
        }
        if (latency != nullptr) {
            const auto delay = rocketfuel_delay(latency->value, into_);
            if (!delay) {
                return refuse_of(*latency, !is_latencies_, "latency is above 2147483 ms");
            }
            link.properties.delay = *delay;
        }
        return into_.add_link(link, row.line);
    }

    [[nodiscard]] Error refuse_of(const Row& row, bool in_companion, const std::string& what) const {
        return refuse_in(in_companion ? text_.companion_name : text_.name, row.line, what);
    }

    void tell(bool is_alone) {
        if (is_alone) {
            into_.note(is_latencies_ ? "no weights.intra beside the file"
                                     : "no latencies.intra beside the file");
        }
        if (!is_alone || !is_latencies_) {
            into_.note("IGP metric: inferred weight x 100, so that halves stay whole");
        }
    }

    const TopologyText& text_;
    NetworkBuilder& into_;
    bool is_latencies_;
};

} // namespace

bool looks_like_rocketfuel(std::string_view head) {
    const auto words = split_words(next_line(head), 3);
    return words.size() == 3 && words[0].find(",+") != std::string_view::npos &&
           words[1].find(",+") != std::string_view::npos && to_number(words[2]).has_value();
}

std::string rocketfuel_companion(std::string_view path) {
    for (const auto& [own, other] : {std::pair(kWeights, kLatencies), std::pair(kLatencies, kWeights)}) {
        const std::size_t at = path.rfind(own);
        if (at != std::string_view::npos &&
            (at + own.size() == path.size() || path.substr(at + own.size()) == ".gz")) {
            return std::string(path.substr(0, at)) + std::string(other) +
                   std::string(path.substr(at + own.size()));
        }
    }
    return {};
}

Status read_rocketfuel(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into) {
    return RocketfuelReader(text, into).read(options.most_links);
}

} // namespace suanlu
