// SPDX-License-Identifier: Apache-2.0
// The network as the link sources describe it: routers from the inventory, directed links from the IGP's
// database (one source at a time: the one in force stays until it falls silent) and from the inventory's
// static links. A link is used only when both directions are up (RFC 1195's two-way check). Publishes
// immutable views; equal content = no new view. Pure; owned by the decision's strand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/topology/adjacency_sids.hpp"
#include "controller/topology/network.hpp"
#include "core/model/link.hpp"
#include "core/support/clock.hpp"
#include "core/support/result.hpp"

namespace suanlu {

struct TopologyCounters {
    std::uint64_t reports = 0;
    std::uint64_t unknown_router = 0;  ///< links that name a router the inventory does not have
    std::uint64_t twice = 0;           ///< links that a report names twice (same ends, same local address)
    std::uint64_t one_way = 0;         ///< links without a return direction in the view in force
    std::uint64_t without_delay = 0;   ///< usable links without a delay in the view in force
    std::uint64_t standby_reports = 0; ///< reports of a source that is not in force
};

class Topology {
public:
    /// `mtus`: (from, to) -> MTU where the inventory says one; others get `core_mtu`.
    Topology(std::vector<Router> routers, std::map<std::pair<std::string, std::string>, Bytes> mtus,
             Bytes core_mtu, Duration source_max_age);

    /// Links that never change (inventory). Before the first report.
    void set_static(std::vector<LinkState> links);
    /// What nobody but the inventory knows of a link (shared risks, layer, protection, legal area), by its
    /// ends; fills in what a source leaves open. Before the first report.
    void set_declared(std::vector<LinkState> links);
    /// Ids that links must not get. Before the first report.
    void set_functions(FunctionIds functions) { functions_ = std::move(functions); }
    /// Replaces what `source` said before. True when the view changed.
    bool report(const std::string& source, std::vector<LinkState> links, MonoTime now);
    /// Never null.
    [[nodiscard]] std::shared_ptr<const TopologyView> view() const { return view_; }
    /// SIDs of links of agents' routers, of those that are down too.
    [[nodiscard]] const std::vector<AdjacencySid>& adjacencies() const { return adjacencies_; }
    /// The links behind the view, as reported, with their source and age; for the operator.
    struct Row {
        LinkState link;
        std::string source;
        Duration age{0};
        bool is_static = false;
    };
    [[nodiscard]] std::vector<Row> rows(MonoTime now) const;
    /// Empty until a source reported.
    [[nodiscard]] const std::string& source_in_force() const { return in_force_; }
    [[nodiscard]] const TopologyCounters& counters() const { return counters_; }

private:
    struct Source {
        std::vector<LinkState> links;
        MonoTime heard;
    };
    bool rebuild();
    [[nodiscard]] std::vector<TopologyLink> usable_links();
    void number_links();
    [[nodiscard]] std::uint16_t adjacency_usid(const LinkState& link) const;
    [[nodiscard]] TopologyLink as_topology_link(const LinkState& link) const;
    [[nodiscard]] Bytes mtu_of(const LinkState& link) const;
    void fill_in_declared(const LinkState& link, TopologyLink& out) const;

    std::map<std::pair<std::string, std::string>, Bytes> mtus_;
    Bytes core_mtu_;
    Duration source_max_age_;
    std::vector<LinkState> static_links_;
    std::map<std::pair<std::string, std::string>, LinkState> declared_;
    std::map<std::string, Source> sources_;
    std::string in_force_;
    FunctionIds functions_;
    std::vector<AdjacencySid> adjacencies_;
    std::shared_ptr<const TopologyView> view_;
    TopologyCounters counters_;
};

} // namespace suanlu
