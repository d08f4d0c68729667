// SPDX-License-Identifier: Apache-2.0
#include "simulator/throughput.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "controller/topology/files/number_text.hpp"

namespace suanlu::sim {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& row, const char* key) {
    const auto found = row.find(key);
    return found != row.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Numbers stand with and without quotes.
double number_of(const Json& row, const char* key) {
    const auto found = row.find(key);
    if (found == row.end()) {
        return 0;
    }
    if (found->is_number()) {
        return found->get<double>();
    }
    return found->is_string() ? to_number(found->get<std::string>()).value_or(0) : 0;
}

} // namespace

Result<double> read_throughput(const NamedText& data, const AcceleratorQuery& query) {
    const Json document = Json::parse(data.text, nullptr, false);
    if (!document.is_array()) {
        return Error{Errc::kBadInput, data.name + ":1: no JSON array of results"};
    }
    std::vector<double> rates;
    std::set<std::string> others;
    for (const Json& row : document) {
        if (!row.is_object() || text_of(row, "Model") != query.model ||
            text_of(row, "Scenario") != query.scenario || text_of(row, "Performance_Units") != query.unit ||
            text_of(row, "Category") != "closed") {
            continue;
        }
        others.insert(text_of(row, "Accelerator"));
        const double count = number_of(row, "a#") * number_of(row, "Nodes");
        const double rate = number_of(row, "Performance_Result") / count;
        if (text_of(row, "Accelerator") == query.accelerator && std::isfinite(rate) && rate > 0) {
            rates.push_back(rate);
        }
    }
    if (rates.empty()) {
        std::string known;
        for (const std::string& name : others) {
            known += known.empty() ? name : ", " + name;
        }
        return Error{Errc::kNotFound, data.name + ": no " + query.scenario + " result in " + query.unit +
                                          " of '" + query.accelerator + "' for model '" + query.model +
                                          "'; has: " + (known.empty() ? "none" : known)};
    }
    const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
    std::nth_element(rates.begin(), middle, rates.end());
    return *middle;
}

} // namespace suanlu::sim
