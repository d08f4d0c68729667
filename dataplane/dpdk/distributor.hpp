// SPDX-License-Identifier: Apache-2.0
// Which lcore a packet belongs to when a device has fewer queues than there are lcores: always the same one
// for a flow, and for all fragments of a datagram. Pure; an lcore that receives hands packets on through a
// ring to each owner (Port::shares).
#pragma once

#include <cstdint>
#include <span>

namespace suanlu {

/// 0 .. lcores - 1, by addresses, protocol and ports (of IPv6 without ports at hand, the flow label). What is
/// no IP packet is the first lcore's.
std::uint32_t owner_of(std::span<const std::uint8_t> frame, std::uint32_t lcores);

} // namespace suanlu
