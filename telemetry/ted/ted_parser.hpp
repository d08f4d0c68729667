// SPDX-License-Identifier: Apache-2.0
// Link state out of FRR's traffic-engineering database as isisd prints it ("show isis mpls-te database
// json"). nlohmann::json stays in the .cpp, its exceptions too. Hostile input is refused with the field's
// path; limits on size, depth and counts. Pure. 8.4.4 traps: an edge without delay has an empty optional,
// packet loss is not read at all (the daemon truncates it), an edge whose vertex ids and addresses contradict
// each other is left out and counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/link.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct TedLimits {
    std::size_t most_bytes = 16U << 20;
    std::size_t most_vertices = 10'000;
    std::size_t most_edges = 200'000;
};

/// Names of routers by what the TED may call them: hostname, system id "0000.0000.0001", IPv4 or IPv6 router
/// id. A vertex found nowhere in it keeps its TED name.
using TedNames = std::map<std::string, std::string>;

struct TedContent {
    std::size_t vertices = 0;
    /// Names of the vertices, also of those without an edge, by vertex id.
    std::vector<std::string> routers;
    /// Ordered by (from, to, local address), so that equal databases compare equal.
    std::vector<LinkState> links;
    /// Edges that were left out: a vertex that nobody knows, or an edge that is not "Sync".
    std::size_t unusable_edges = 0;
    /// Edges without a one-way delay (they are in `links`).
    std::size_t edges_without_delay = 0;
};

/// kBadInput with the field's path ("ted.edges[3].metric: ..."), kOutOfRange for a limit.
Result<TedContent> parse_ted(std::string_view json, const TedNames& names, const TedLimits& limits = {});

} // namespace suanlu
