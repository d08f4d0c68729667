// SPDX-License-Identifier: Apache-2.0
// One command to an FRR daemon's vty socket: the command ends with a NUL, the reply with three NULs and the
// return code (FRR 8.4 lib/vty.c). A connection per command keeps the client without state; it costs a
// fraction of a millisecond. Runs on the caller's strand; every wait ends at the deadline; replies are
// bounded.
#pragma once

#include <string>

#include "core/support/asio.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

inline constexpr std::size_t kMostVtyReply = 16U << 20;

/// The reply's text without its trailer. kUnreachable: no daemon or too late; kRefused: its return code was
/// not 0; kOutOfRange: more than kMostVtyReply bytes.
Task<Result<std::string>> vty_command(std::string socket_path, std::string command, Duration timeout);

} // namespace suanlu
