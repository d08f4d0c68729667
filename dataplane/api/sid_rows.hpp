// SPDX-License-Identifier: Apache-2.0
// Rows of the SIDs that an engine serves itself (dataplane/steer/local_sid.h). Pure over a TableStore;
// owned by the engine's strand. A row that stays is overwritten, so that no packet misses it meanwhile.
#pragma once

#include <span>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/table_store.hpp"

namespace suanlu {

/// Packets go on to their next segment.
constexpr bool goes_on(SidBehaviour behaviour) {
    return behaviour == SidBehaviour::kEnd || behaviour == SidBehaviour::kEndX;
}

/// The link of each packet is in a table, not in the row of the SID.
constexpr bool asks_table(SidBehaviour behaviour) {
    return behaviour == SidBehaviour::kEnd || has_table(behaviour);
}

/// Exactly these from now on. kBadInput for a table where none belongs or none where one does, kExhausted for
/// too many: nothing has changed then.
Status write_sid_rows(TableStore& store, std::span<const EngineSid> sids);

} // namespace suanlu
