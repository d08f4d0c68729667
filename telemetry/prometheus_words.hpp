// SPDX-License-Identifier: Apache-2.0
// The words of a metric page, each looked at alone: names, types, suffixes, numbers. The reader of pages
// (prometheus_text.hpp) puts them together. Pure; nothing can fail but to be such a word.
#pragma once

#include <optional>
#include <string_view>

#include "telemetry/prometheus_text.hpp"

namespace suanlu {

bool is_blank(char c);
/// May `c` stand in a name (labels: without colons)?
bool is_name_char(char c, bool is_first, bool with_colons);
/// The type a TYPE line names in this format.
std::optional<FamilyType> type_of(std::string_view word, TextFormat format);
/// The family a 0.0.4 sample belongs to, by its suffix.
std::string_view base_name(std::string_view name);

} // namespace suanlu
