// SPDX-License-Identifier: Apache-2.0
// Checked reading of single protobuf fields; shared by the codecs of this folder. Stateless, any thread.
// Every refusal names the field by its path in the message ("services[3].port") and the limit it broke, so
// that the text can be sent back to the peer as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/ip6.hpp"
#include "core/model/site.hpp"
#include "core/support/result.hpp"

namespace suanlu::codec {

/// Longest name of a node, site, service, controller or link.
inline constexpr std::size_t kMaxName = 255;

/// "list[index].".
std::string item_path(std::string_view list, int index);
Error bad_field(std::string_view field, std::string_view why);
Error outside(std::string_view field, std::uint64_t value, std::uint64_t least, std::uint64_t most);

/// Fails when `size` is over `most`.
Status check_count(std::string_view field, int size, int most);
Status check_range(std::string_view field, std::uint64_t value, std::uint64_t least, std::uint64_t most);
/// Finite and within the bounds; NaN is refused.
Status check_number(std::string_view field, double value, double least, double most);
/// Printable ASCII without blanks at most kMaxName long; empty only if `may_be_empty`.
Status check_name(std::string_view field, const std::string& value, bool may_be_empty = false);
/// Any text up to `most` bytes.
Status check_text(std::string_view field, const std::string& value, std::size_t most);

/// Exactly 16 bytes, or none (= zero address) if `may_be_empty`.
Result<Ip6> read_address(std::string_view field, const std::string& bytes, bool may_be_empty = false);
/// Length 0..128 and no bit set beyond it.
Result<Prefix6> read_prefix(std::string_view field, const std::string& bytes, std::uint32_t length);

/// All 16 bytes; the zero address is sent as an empty field.
std::string write_address(const Ip6& address);

} // namespace suanlu::codec
