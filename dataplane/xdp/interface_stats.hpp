// SPDX-License-Identifier: Apache-2.0
// What the kernel counts of an interface, for `suanluctl get engines`. Asks the kernel (rtnetlink),
// microseconds.
#pragma once

#include "core/model/engine_state.hpp"

namespace suanlu {

/// Without a role; down when there is no such interface, or it is not running.
EnginePort port_on(const std::string& interface);

} // namespace suanlu
