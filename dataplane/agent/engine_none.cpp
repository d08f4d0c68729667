// SPDX-License-Identifier: Apache-2.0
// A build without eBPF.
#include "dataplane/agent/engine.hpp"
#include "dataplane/agent/null_dataplane.hpp"

namespace suanlu {

Result<std::unique_ptr<Dataplane>> open_engine(const AgentConfig& config, MonoTime) {
    if (config.engine != "none") {
        return Error{Errc::kUnsupported, "engine " + config.engine + " is not in this build"};
    }
    return std::unique_ptr<Dataplane>(std::make_unique<NullDataplane>());
}

Status withdraw_engine(const AgentConfig&) {
    return {};
}

} // namespace suanlu
