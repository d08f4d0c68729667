// SPDX-License-Identifier: Apache-2.0
// Rows of the service SIDs that an engine serves itself (dataplane/steer/decap.h). Pure over a TableStore;
// owned by the engine's strand. A row that stays is overwritten, so that no packet misses it meanwhile.
#pragma once

#include <span>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/api/table_store.hpp"

namespace suanlu {

/// Exactly these from now on. kBadInput for a behaviour that no row can say, kExhausted for too many: nothing
/// has changed then.
Status write_sid_rows(TableStore& store, std::span<const EngineSid> sids);

} // namespace suanlu
