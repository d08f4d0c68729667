// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/explain_tables.hpp"

#include <algorithm>

// Before the port functions that explain.h puts dry ones in the place of.
#include "dataplane/steer/explain_ports.h"

#include "dataplane/steer/port.h"
#include "dataplane/steer/story.h"

struct sl_port {
    suanlu::SharedTables* tables;
    suanlu::LcoreState* lcore;
    std::vector<std::uint8_t>* room;
    std::size_t start;
    sl_u64 now;
    sl_u32 interface;
    sl_story* story;
};

SL_INLINE struct sl_story* sl_port_story(struct sl_port* port) {
    return port->story;
}

#include "dataplane/api/room_port.h"
#include "dataplane/dpdk/port_tables.h"
#include "dataplane/steer/explain.h"

namespace suanlu {

namespace {

/// In front of a frame; an answer to one that is too big is longer than the frame may be.
constexpr std::size_t kRoom = SL_OUTER_MOST + 64;

/// Its budgets are looked at; each has its own.
LcoreState& some_lcore(SharedTables& tables) {
    const auto found = std::find_if(tables.lcores.begin(), tables.lcores.end(),
                                    [](const LcoreState& lcore) { return lcore.is_running.load(); });
    return found == tables.lcores.end() ? tables.lcores.front() : *found;
}

} // namespace

FlowRun explain_frame(SharedTables& tables, std::vector<std::uint8_t> frame, std::uint32_t role,
                      std::uint32_t interface, std::uint64_t now_ns) {
    FlowRun run;
    run.before = std::move(frame);
    std::vector<std::uint8_t> room(kRoom + run.before.size());
    std::copy(run.before.begin(), run.before.end(), room.begin() + kRoom);
    run.story.interface = interface;
    sl_port port{&tables, &some_lcore(tables), &room, kRoom, now_ns, interface, &run.story};
    sl_explain(&port, static_cast<sl_role>(role));
    run.after.assign(room.begin() + static_cast<std::ptrdiff_t>(port.start), room.end());
    return run;
}

} // namespace suanlu
