// SPDX-License-Identifier: Apache-2.0
// A line about every way to place flows, for people. Pure.
#pragma once

#include <string_view>

namespace suanlu::sim {

/// Empty for a name that nobody described.
std::string_view policy_title(std::string_view policy);

} // namespace suanlu::sim
