// SPDX-License-Identifier: Apache-2.0
// The answer to `suanluctl path` with every name resolved: text and JSON are made of this and nothing else.
// Pure values.
#pragma once

#include "controller/offline/link_report.hpp"
#include "controller/paths/query/bounds.hpp"

namespace suanlu::offline {

/// One instruction of a list and what it leaves no choice about.
struct SegmentReport {
    std::string kind; ///< "node", "adjacency", "binding"
    std::string text; ///< "P1", "P1>P2", "E1(algo 128)"
    std::uint16_t usid = 0;
    std::uint8_t algorithm = 0;
    /// Links that packets take up to its end; in travelling order when `is_single`, ascending otherwise.
    std::vector<std::string> links;
    bool is_single = true; ///< one way only, no equal-cost choice
};

struct ListReport {
    std::string kind; ///< "pinned", "loose", "flex-algo", "binding"
    std::vector<SegmentReport> segments;
    std::string destination;
    std::vector<std::string> srh; ///< addresses after the destination, in travelling order; empty = no SRH
    /// Over every equal-cost path; absent = unknown.
    std::optional<Microseconds> shortest_delay, longest_delay;
    Bytes mtu;
    /// Why it is not pinned; empty when it is.
    std::string reason;
    /// What the checker, who knows nothing of how the list was made, says about it; empty = it agrees.
    std::string objection;
};

struct RepairReport {
    std::string element;   ///< "link R1>P1", "router P1", "srlg 7"
    std::string at;        ///< router that repairs
    std::string towards;   ///< end of the segment that the packet is on
    bool is_needed = true; ///< false: the router has another equal-cost next hop
    std::string first_link;
    std::vector<std::string> segments;
    std::optional<Microseconds> delay; ///< from `at` to `towards`, longest
    /// Of the whole path while the repair carries it; the bound on delay holds for it too.
    std::optional<Microseconds> path_delay;
    /// Why there is none; empty otherwise.
    std::string refusal;
};

struct FoundPathReport {
    std::uint32_t cost = 0;
    std::uint32_t cost_at_least = 0;
    bool is_exact = true;
    std::string note;
    std::vector<std::string> routers;
    std::vector<TopologyLink> links;
    paths::Measures measures;
    std::optional<ListReport> list;
    std::string list_refusal; ///< why there is no list
    std::vector<RepairReport> repairs;
};

struct PassedOverReport {
    std::string layers;
    std::string reason;
};

struct PathReport {
    std::string file, format;
    std::string from, to;
    std::string metric;
    std::uint8_t algorithm = 0;
    std::string disjoint;
    std::string encode; ///< "usid F3216", "usid F4816", "sid"
    std::vector<std::string> bounds;
    std::string rule; ///< interconnection rule; empty = none asked for
    std::string rule_layers;
    std::vector<PassedOverReport> passed_over;
    std::string protects; ///< "link", "node", "srlg"; empty = not asked for
    std::vector<FoundPathReport> paths;
    std::optional<Error> refusal; ///< why there is no path
    /// For the names of the links.
    std::shared_ptr<const TopologyView> view;

    /// There is a path that packets can be put on; of a disjoint pair, both.
    [[nodiscard]] bool is_usable() const;
};

/// docs/reference/path.schema.json.
Json to_json(const PathReport& report);
/// `explains`: with the bounds, the rule and why a list is of its kind.
std::string to_text(const PathReport& report, bool explains, bool colour);

} // namespace suanlu::offline
