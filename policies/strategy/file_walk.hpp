// SPDX-License-Identifier: Apache-2.0
// Readers of single values that the policy file and the site file share. Complaints go to the node; what
// could not be read is absent. Pure.
#pragma once

#include <optional>
#include <span>

#include "core/support/yaml_walk.hpp"
#include "policies/strategy/file_units.hpp"
#include "policies/strategy/request.hpp"

namespace suanlu {

/// A complaint as people read it: "FILE:LINE:COLUMN: path: what".
std::string complaint_text(const std::string& file, const YamlComplaint& complaint);

/// Complains above `most`, in the unit of the text.
std::optional<double> read_quantity(YamlNode node, QuantityKind kind, double most = 1e18);
/// The same, and zero is refused.
std::optional<double> read_positive(YamlNode node, QuantityKind kind);
std::optional<Money> read_price(YamlNode node, std::string_view per);
std::optional<Version> read_version(YamlNode node);
/// "vllm 0.6.3" or "vllm".
std::optional<NamedVersion> read_named_version(YamlNode node);
/// Texts of a list; a repeated or empty one is complained about.
std::vector<std::string> read_names(YamlNode list);
/// The index of a word.
std::optional<std::size_t> read_word(YamlNode node, std::span<const std::string_view> words);
/// A mapping has these keys only and each has a value: "load:" with nothing would read as if it were absent.
void expect_keys(YamlNode mapping, std::initializer_list<std::string_view> allowed);

} // namespace suanlu
