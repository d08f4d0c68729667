// SPDX-License-Identifier: Apache-2.0
// Any bytes as a scenario file, or as one of the files of real data that scenarios name (the first line says
// which): no crash, a refusal has a place, and what is accepted is finite and passes the simulator's check.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "simulator/hourly_series.hpp"
#include "simulator/round_trips.hpp"
#include "simulator/scenario_file.hpp"
#include "simulator/scenario_sections.hpp"
#include "simulator/throughput.hpp"
#include "simulator/traces.hpp"

namespace suanlu::sim {

const std::vector<BuiltinScenario>& builtin_scenarios() {
    static const std::vector<BuiltinScenario> all{{"base", "base", R"(name: base
title: "base"
seconds: 10s
sites: [{name: a}, {name: b, workers: 4}]
ingresses: [{name: i}, {name: j}]
network: {table: {i: [1ms, 2ms], j: [2ms, none]}}
sizes: {kind: constant, mean: 1s}
arrivals: {load: 50%}
)"}};
    return all;
}

/// Topologies have targets of their own.
void read_topology_network(YamlNode node, Reading& /*reading*/) {
    node.complain("no topologies here");
}

} // namespace suanlu::sim

namespace {

using namespace suanlu;
using namespace suanlu::sim;

void must(bool holds) {
    if (!holds) {
        std::abort();
    }
}

bool is_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

/// "in: what" or "in:12: what".
template <class T>
const T* accepted(const Result<T>& result) {
    if (!result) {
        must(result.error().detail.starts_with("in:"));
        return nullptr;
    }
    return &*result;
}

void scenario(const std::string& text) {
    const auto result = read_scenario(text, "in", FileSearch({}));
    if (!result) {
        const std::string& detail = result.error().detail;
        must(detail.starts_with("in:") || detail.starts_with("base:"));
        return;
    }
    must(check(result->scenario).has_value() && !result->policies.empty());
    must(result->dispatch.exception_share <= 1 && result->dispatch.size_classes >= 1);
}

void requests(const NamedText& in) {
    const auto result = read_request_trace(in);
    if (const RequestTrace* trace = accepted(result)) {
        must(is_finite(trace->gaps_s) && trace->tokens.size() == trace->gaps_s.size() + 1);
        must(std::all_of(trace->gaps_s.begin(), trace->gaps_s.end(), [](double gap) { return gap >= 0; }));
    }
}

void pods(const NamedText& in) {
    const auto result = read_pod_durations(in);
    if (const std::vector<double>* durations = accepted(result)) {
        must(is_finite(*durations) && !durations->empty());
    }
}

void curve(const NamedText& in) {
    const auto result = read_load_curve(in, 5);
    if (const std::vector<double>* steps = accepted(result)) {
        must(is_finite(*steps) && steps->size() == 5);
    }
}

void series(const NamedText& in) {
    const auto result = read_prices(in);
    if (const HourlySeries* prices = accepted(result)) {
        const auto hours = mean_day(*prices);
        must(!hours || is_finite({hours->begin(), hours->end()}));
        const auto course = dated_course(*prices, prices->rows.front().unix_s, 1);
        must(course && course->is_finite() && course->ends_s() > 0);
    }
}

void matrix(const NamedText& in, const char* format) {
    const auto result = read_round_trips(in, format);
    if (const RoundTripMatrix* trips = accepted(result)) {
        must(trips->rows.size() == trips->seconds.size());
        for (const std::vector<double>& row : trips->seconds) {
            must(is_finite(row) && row.size() == trips->columns.size());
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string all(reinterpret_cast<const char*>(bytes), size);
    const std::string kind = all.substr(0, all.find('\n'));
    const NamedText in{"in", all.substr(std::min(kind.size() + 1, all.size()))};
    if (kind == "requests") {
        requests(in);
    } else if (kind == "pods") {
        pods(in);
    } else if (kind == "curve") {
        curve(in);
    } else if (kind == "series") {
        series(in);
    } else if (kind == "azure" || kind == "seattle") {
        matrix(in, kind.c_str());
    } else if (kind == "places") {
        accepted(read_places(in));
    } else if (kind == "throughput") {
        accepted(read_throughput(in, {"X", "m", "Offline", "Tokens/s"}));
    } else {
        scenario(all);
    }
    return 0;
}
