// SPDX-License-Identifier: Apache-2.0
// Flex-Algos (RFC 9350) of a containerlab topology. `topology.defaults.labels` define them, as containerlab
// gives these labels to every node: `algorithm-128: "delay-min exclude 5,7"`. A node whose own label says
// "no" takes no part. Pure.
#pragma once

#include "controller/topology/files/network_builder.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu {

/// "METRIC [include-any COLOURS] [include-all COLOURS] [exclude COLOURS]"; igp, te or delay-min; colours
/// 0..31 separated by commas. kBadInput says what is wrong with the text.
Result<FlexAlgorithm> parse_algorithm(std::uint8_t algorithm, std::string_view text);

/// Definitions in `labels` (the defaults'); complaints go to the node.
std::vector<FlexAlgorithm> read_algorithms(YamlNode labels);

/// Those of `definitions` that a node with these labels takes part in, locators left to be numbered.
std::vector<AlgorithmLocator> taken_part_in(const std::vector<FlexAlgorithm>& definitions, YamlNode labels);

} // namespace suanlu
