// SPDX-License-Identifier: Apache-2.0
// The core once more over the tables of suanlu-fwd, dry, for `suanluctl explain flow`: it reads what packets
// read and changes nothing, not even a count. Runs in the agent, on the strand that writes these tables; an
// lcore may change a slot or an entry meanwhile, as for any two packets. Cannot fail.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/api/dataplane.hpp"
#include "dataplane/dpdk/shared_tables.hpp"

namespace suanlu {

/// What would become of this frame, come in by an interface of that index and role (enum sl_role).
FlowRun explain_frame(SharedTables& tables, std::vector<std::uint8_t> frame, std::uint32_t role,
                      std::uint32_t interface, std::uint64_t now_ns);

} // namespace suanlu
