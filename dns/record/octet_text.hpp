// SPDX-License-Identifier: Apache-2.0
// Octets as hexadecimal digits and as base64 (RFC 4648). Blanks between digits are passed over. Pure.
#pragma once

#include "dns/record/wire.hpp"

namespace suanlu::dns {

std::string hex_text(ByteView bytes);
Result<Bytes> parse_hex(std::string_view text);
Result<Bytes> parse_base64(std::string_view text);

} // namespace suanlu::dns
