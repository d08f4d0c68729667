// SPDX-License-Identifier: Apache-2.0
// Pins and links of the XDP engine: one pinned bpf_link per interface, exchanged without a gap when a new
// program takes over. Functions without state; the kernel holds it all. Errors name the interface or the
// path.
#pragma once

#include <string>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu {

enum class AttachMode : std::uint8_t { kAdopted, kNative, kGeneric };

/// Makes the folder. Mounts the bpffs at /sys/fs/bpf where nobody has; refuses a folder outside of one, as
/// pins there would not exist.
Status prepare_pin_folder(const std::string& folder);

/// Puts the program on the interface: through its pinned link when there is one, else with a new link, native
/// first.
Result<AttachMode> attach_program(const std::string& folder, const std::string& interface, int program,
                                  bool allow_generic);

/// A pinned link holds this very interface.
bool is_attached(const std::string& folder, const std::string& interface);

/// The program on this interface runs in generic mode; false without one.
bool is_generic(const std::string& interface);

/// Removes pinned links of interfaces that are not in `kept`, which detaches them.
Status detach_others(const std::string& folder, const std::vector<std::string>& kept);

/// Removes every pin in the folder and the folder.
Status remove_pins(const std::string& folder);

} // namespace suanlu
