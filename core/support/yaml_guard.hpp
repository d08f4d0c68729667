// SPDX-License-Identifier: Apache-2.0
// What a YAML text would be once its aliases are followed, counted before anybody follows them: an alias
// inside its own anchor has no end, and a few lines of aliases of aliases stand for billions of nodes. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/support/result.hpp"

namespace suanlu {

/// Most nodes of a text, aliases counted as what they stand for.
inline constexpr std::size_t kMostYamlNodes = 20'000'000;

/// Why a text is not taken, and where; both count from 1.
struct YamlRefusal {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string what;
};

/// Nothing for a YAML text of at most kMostYamlNodes.
std::optional<YamlRefusal> find_yaml_refusal(const std::string& text);
/// kBadInput with NAME:LINE, also for a text that is no YAML.
Status check_yaml_size(const std::string& text, const std::string& name);

} // namespace suanlu
