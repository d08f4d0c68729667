// SPDX-License-Identifier: Apache-2.0
// Lines in a JSON text, for errors: parsers of JSON values say which field is wrong, people look for a line.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace suanlu {

/// What is wrong with a text that is no JSON, and the line of it.
struct JsonFault {
    std::size_t line = 1;
    std::string what;
};

/// Nothing when the text is JSON.
std::optional<JsonFault> json_fault(std::string_view json);

/// Line, from 1, where the value of a field such as "ted.edges[3].metric" begins; where a part of the path
/// does not exist, that of the last part that does. The text is JSON.
std::size_t json_line(std::string_view json, std::string_view field);

} // namespace suanlu
