// SPDX-License-Identifier: Apache-2.0
// A policy as a flat list of words, so that two can be compared whatever the order of their files. Pure.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "policies/strategy/policy_definition.hpp"

namespace suanlu::offline {

/// "terms.network.delay" -> "1"; defaults that nobody wrote are there too.
std::map<std::string, std::string> words_of(const PolicyDefinition& policy);
/// {place, first, second}; "-" where one policy says nothing.
std::vector<std::array<std::string, 3>> differing_words(const PolicyDefinition& first,
                                                        const PolicyDefinition& second);
/// Up to six digits, no trailing zeros.
std::string short_number(double value);

} // namespace suanlu::offline
