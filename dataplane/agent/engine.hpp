// SPDX-License-Identifier: Apache-2.0
// Opens the engine that the configuration names; the only place that knows which engines this build has.
// Called once at start on the main thread. kUnsupported for an engine that was not built.
#pragma once

#include <memory>

#include "core/support/result.hpp"
#include "dataplane/agent/agent_config.hpp"
#include "dataplane/api/dataplane.hpp"

namespace suanlu {

Result<std::unique_ptr<Dataplane>> open_engine(const AgentConfig& config, MonoTime now);

/// Detaches and unpins what an engine of this configuration has left behind.
Status withdraw_engine(const AgentConfig& config);

} // namespace suanlu
