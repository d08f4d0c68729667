// SPDX-License-Identifier: Apache-2.0
// FRR's traffic-engineering database as JSON ("show isis mpls-te database json"), read by telemetry/ted as
// the agent reads it live. Delay is RFC 8570's in microseconds, bandwidth bytes a second. An edge without the
// opposite direction is left out (RFC 1195's two-way check), as is one that FRR itself has not joined to two
// vertices.
#include <cmath>
#include <set>
#include <utility>

#include "controller/topology/files/json_place.hpp"
#include "controller/topology/files/number_text.hpp"
#include "controller/topology/files/readers.hpp"
#include "telemetry/ted/ted_parser.hpp"

namespace suanlu {

namespace {

FileLink file_link_of(const LinkState& state) {
    FileLink link;
    link.from = state.from;
    link.to = state.to;
    link.has_igp_metric = true;
    TopologyLink& out = link.properties;
    out.igp_metric = state.igp_metric;
    out.te_metric = state.te_metric;
    out.delay = state.delay.value_or(kUnreachableDelay);
    out.delay_min = state.delay_min;
    out.delay_max = state.delay_max;
    out.jitter = state.jitter;
    out.bandwidth = state.bandwidth;
    if (state.bandwidth && state.bandwidth_used && state.bandwidth->value > 0) {
        const double share = std::min(1.0, state.bandwidth_used->value / state.bandwidth->value);
        out.utilisation = static_cast<std::uint16_t>(std::lround(share * 1000));
    }
    out.affinity = state.admin_group;
    out.srlgs = state.srlgs;
    return link;
}

/// The parser's "ted.edges[3].metric: why" with the line of the field.
Error with_line(const NetworkBuilder& into, std::string_view json, const Error& error) {
    const std::string_view field = std::string_view(error.detail).substr(0, error.detail.find(':'));
    return Error{error.code, into.refuse(json_line(json, field), error.detail).detail};
}

Status add_links(const TedContent& content, std::string_view json, NetworkBuilder& into) {
    const std::size_t line = json_line(json, "ted.edges");
    std::set<std::pair<std::string_view, std::string_view>> directions;
    for (const LinkState& link : content.links) {
        directions.emplace(link.from, link.to);
    }
    for (const LinkState& link : content.links) {
        if (!directions.contains({link.to, link.from})) {
            into.drop("edge without an opposite direction");
        } else {
            SL_TRY_VOID(into.add_link(file_link_of(link), line));
        }
    }
    for (std::size_t k = 0; k < content.unusable_edges; ++k) {
        into.drop("edge that is not \"Sync\" or lacks a vertex");
    }
    return {};
}

} // namespace

bool looks_like_frr_ted(std::string_view head) {
    head = trimmed(head);
    if (!head.starts_with('{')) {
        return false;
    }
    return trimmed(head.substr(1)).starts_with("\"ted\"");
}

Status read_frr_ted(const TopologyText& text, const ReadOptions& options, NetworkBuilder& into) {
    TedLimits limits;
    limits.most_bytes = options.most_bytes;
    limits.most_vertices = options.most_routers;
    limits.most_edges = options.most_links;
    const auto content = parse_ted(text.text, {}, limits);
    if (!content) {
        if (const auto fault = json_fault(text.text); content.error().detail == "ted: not JSON" && fault) {
            return into.refuse(fault->line, fault->what);
        }
        return with_line(into, text.text, content.error());
    }
    const std::size_t line = json_line(text.text, "ted.vertices");
    for (const std::string& name : content->routers) {
        SL_TRY_VOID(into.know_router(name, line));
    }
    return add_links(*content, text.text, into);
}

} // namespace suanlu
