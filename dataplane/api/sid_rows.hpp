// SPDX-License-Identifier: Apache-2.0
// Rows of the service SIDs that an engine serves itself (dataplane/steer/decap.h). Pure over a TableStore;
// owned by the engine's strand. A row that stays is overwritten, so that no packet misses it meanwhile.
#pragma once

#include <span>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/table_store.hpp"

namespace suanlu {

/// End and End.X are the kernel's.
constexpr bool is_for_engines(SidBehaviour behaviour) {
    return behaviour == SidBehaviour::kEndDx6 || behaviour == SidBehaviour::kEndDx4 || has_table(behaviour);
}

/// Exactly these from now on. kBadInput for a behaviour that no row can say, kExhausted for too many: nothing
/// has changed then.
Status write_sid_rows(TableStore& store, std::span<const EngineSid> sids);

} // namespace suanlu
