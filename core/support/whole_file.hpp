// SPDX-License-Identifier: Apache-2.0
// A file's octets, in one piece.
#pragma once

#include <cstdint>
#include <string>

#include "core/support/result.hpp"

namespace suanlu {

inline constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 30U;

/// kNotFound: "cannot read PATH: why", for a folder or a failing disk too. kOutOfRange: more than
/// `most_bytes`, of which no more than these are read.
Result<std::string> read_whole_file(const std::string& path, std::uintmax_t most_bytes = kMostFileBytes);

} // namespace suanlu
