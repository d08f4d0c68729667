// SPDX-License-Identifier: Apache-2.0
// `suanluctl topology show`: what a topology file holds and how it was read. Pure.
#pragma once

#include "controller/offline/link_report.hpp"
#include "controller/topology/files/topology_file.hpp"

namespace suanlu::offline {

/// Least and most of what links have; absent where no link has it.
template <class Number>
struct Range {
    Number least{};
    Number most{};
};

struct TopologyReport {
    std::string file;
    std::size_t components = 0;        ///< parts that no link joins, isolated routers included
    std::size_t largest_component = 0; ///< its routers
    std::size_t links_without_delay = 0;
    Range<std::uint32_t> igp_metric; ///< meaningless without links
    std::optional<Range<Microseconds>> delay;
    std::optional<Range<BytesPerSecond>> bandwidth;
};

TopologyReport topology_report(std::string file, const TopologyView& view);

/// docs/reference/topology.schema.json. Every router and link.
Json to_json(const TopologyReport& report, const ReadTopology& read);
/// Tables of at most `limit` routers and links each, with a line that says what was left out.
std::string to_text(const TopologyReport& report, const ReadTopology& read, std::size_t limit, bool colour);

} // namespace suanlu::offline
