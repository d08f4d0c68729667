// SPDX-License-Identifier: Apache-2.0
// A file's octets in one piece: read, replaced, added to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/support/result.hpp"

namespace suanlu {

inline constexpr std::uintmax_t kMostFileBytes = std::uintmax_t{1} << 30U;

/// kNotFound: "cannot read PATH: why", for a folder or a failing disk too. kOutOfRange: more than
/// `most_bytes`, of which no more than these are read.
Result<std::string> read_whole_file(const std::string& path, std::uintmax_t most_bytes = kMostFileBytes);

/// Puts `head` and `bytes` in the place of what the file has, by a new one beside it (PATH.new): readers see
/// the old or the new octets. Of the owner alone. Not forced to disk: what a power cut leaves must be
/// detected by its reader. kKernel.
Status replace_file(const std::string& path, std::string_view head, std::string_view bytes);
/// At the end of a file that is there. After a failure a part of `bytes` may stand there. kKernel.
Status append_to_file(const std::string& path, std::string_view bytes);

} // namespace suanlu
