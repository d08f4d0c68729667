// SPDX-License-Identifier: Apache-2.0
// What REPETITA's .graph and .demands share: `KEYWORD n`, then a header line, then n rows. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/topology/files/text_lines.hpp"

namespace suanlu {

/// Reads `KEYWORD n` and the header after it. kOutOfRange when n is above `most`.
Result<std::uint32_t> read_table_head(TextLines& lines, std::string_view keyword, std::string_view header,
                                      std::size_t most);
/// The position of a router, written as a plain number below `routers`.
Result<std::uint32_t> read_position(const TextLines& lines, std::string_view word, std::size_t routers);
/// Refuses whatever comes after the last row.
Status read_end(TextLines& lines);

} // namespace suanlu
