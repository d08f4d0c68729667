// SPDX-License-Identifier: Apache-2.0
// Scenario files: YAML with units, every field described in docs/reference/scenario.yaml. Unknown and
// duplicate keys and wrong values are refused with FILE:LINE:COLUMN, all of them at once. Files of real data
// that a scenario names are read as well (file_search.hpp); their errors stand at the field that names them.
// On failure nothing is kept. Single-threaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/strategy/flow_policy.hpp"
#include "simulator/file_search.hpp"
#include "simulator/simulate.hpp"

namespace suanlu::sim {

/// A file as it is to be run.
struct LoadedScenario {
    Scenario scenario;
    DispatcherSpec dispatch; ///< but for its policy
    std::vector<std::string> policies;
    /// For policies of files: what sites and the clients' request state (policy_argument.hpp adds the rest).
    PlacementFacts facts;
};

/// `name` stands in errors. kBadInput, one complaint per line.
Result<LoadedScenario> read_scenario(const std::string& text, const std::string& name,
                                     const FileSearch& files);
/// A built-in scenario by its name, or a file. kNotFound lists the built-in ones.
Result<LoadedScenario> load_scenario(const std::string& name_or_path);

/// Simulates `seconds` instead; the times of happenings and the window move in proportion. kOutOfRange: more
/// seconds than fit into memory with so many sites; the scenario stays as it is.
Status set_seconds(Scenario& scenario, double seconds);

/// The scenarios that come with the program.
struct BuiltinScenario {
    std::string_view name;
    std::string_view title; ///< what the text says under `title`
    std::string_view text;
};
const std::vector<BuiltinScenario>& builtin_scenarios();
/// kNotFound lists the known ones.
Result<std::string_view> find_builtin_scenario(std::string_view name);

} // namespace suanlu::sim
