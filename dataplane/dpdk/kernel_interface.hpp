// SPDX-License-Identifier: Apache-2.0
// What the kernel says of an interface that a device of DPDK is on top of. Asks each time; nothing is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace suanlu {

/// None when there is no such interface.
std::optional<std::uint32_t> mtu_of_interface(const std::string& name);

/// Queues that packets come in by; none when its driver does not say.
std::optional<std::uint32_t> receive_queues_of_interface(const std::string& name);

/// Whether it is there and has a link: drivers on top of it do not say. One made anew has another number, and
/// no driver finds it again.
bool is_running(std::uint32_t interface);

} // namespace suanlu
