// SPDX-License-Identifier: Apache-2.0
#include "controller/offline/list_report.hpp"

#include <algorithm>
#include <set>

#include "core/model/quantity_text.hpp"

namespace suanlu::offline {

namespace {

std::string_view kind_text(paths::SegmentKind kind) {
    constexpr std::string_view names[] = {"node", "adjacency", "binding"};
    return names[static_cast<std::size_t>(kind)];
}

std::string element_text(const TopologyView& view, const paths::Element& element) {
    switch (element.kind) {
    case paths::ElementKind::kLink:
        return "link " + view.link_name(view.links[element.index]);
    case paths::ElementKind::kNode:
        return "router " + view.routers[element.index].name;
    case paths::ElementKind::kSrlg:
        break;
    }
    return "srlg " + std::to_string(element.index);
}

std::optional<Microseconds> known_delay(std::uint32_t delay) {
    return delay < paths::kInfinite ? std::optional(Microseconds{delay}) : std::nullopt;
}

/// By link of the walk: where the segment that carries the packet over it ends. The list pins the walk or at
/// least passes the ends of its segments, so a scan finds them; past the last one it is the walk's end.
std::vector<std::uint32_t> segment_ends(const paths::Graph& graph, const paths::Walk& walk,
                                        const paths::PathList& list) {
    std::vector<std::uint32_t> out;
    std::size_t segment = 0;
    for (const std::uint32_t link : walk) {
        while (segment + 1 < list.size() && paths::end_of(graph.view(), list[segment]) == graph.from(link)) {
            ++segment;
        }
        const std::uint32_t end =
            segment < list.size() ? paths::end_of(graph.view(), list[segment]) : graph.to(walk.back());
        out.push_back(end);
    }
    return out;
}

/// An element and the router before it on the walk, with the number of the link there.
struct Threat {
    paths::Element element;
    std::size_t hop = 0;
};

std::vector<Threat> threats_to(const paths::Graph& graph, const paths::Walk& walk, paths::ElementKind kind) {
    std::vector<Threat> out;
    std::set<std::uint32_t> seen;
    for (std::size_t hop = 0; hop < walk.size(); ++hop) {
        switch (kind) {
        case paths::ElementKind::kLink:
            out.push_back({{kind, walk[hop]}, hop});
            break;
        case paths::ElementKind::kNode:
            if (hop + 1 < walk.size()) {
                out.push_back({{kind, graph.to(walk[hop])}, hop});
            }
            break;
        case paths::ElementKind::kSrlg:
            for (const std::uint32_t group : graph.link(walk[hop]).srlgs) {
                // Only the first router that meets the failure sees packets of this path.
                if (seen.insert(group).second) {
                    out.push_back({{kind, group}, hop});
                }
            }
            break;
        }
    }
    return out;
}

} // namespace

ListReporter::ListReporter(paths::Forwarding& forwarding, const PathRequest& request,
                           std::vector<bool> admitted)
    : forwarding_(forwarding), view_(forwarding.graph().view()), request_(request),
      admitted_(std::move(admitted)) {
}

void ListReporter::report(const paths::Walk& walk, FoundPathReport& out) {
    const auto encoding = encode_walk(walk);
    if (!encoding) {
        out.list_refusal = encoding.error().detail;
        return;
    }
    auto list = list_of(*encoding);
    if (!list) {
        out.list_refusal = list.error().detail;
        return;
    }
    out.list = *std::move(list);
    if (request_.protect) {
        add_repairs(walk, encoding->segments, out);
    }
}

/// The encoder keeps the bounds of single links and of delay when it loosens a list. Waypoints, disjointness
/// and the other sums belong to this walk alone, so then the list has to stay on it.
Result<paths::Encoding> ListReporter::encode_walk(const paths::Walk& walk) {
    const paths::PathQuery& query = request_.query;
    const bool must_stay = !query.via.empty() || query.disjoint != paths::Disjoint::kNone ||
                           query.bounds.max_jitter || query.bounds.max_loss_ppm || query.bounds.max_hops;
    paths::EncodeOptions options = request_.encode;
    options.admitted = admitted_;
    options.may_loosen = !must_stay;
    SL_TRY(paths::Encoding encoding, paths::encode(forwarding_, query.from, walk, options));
    const std::set<std::uint32_t> wanted(walk.begin(), walk.end());
    if (must_stay &&
        !std::equal(wanted.begin(), wanted.end(), encoding.links.begin(), encoding.links.end())) {
        return Error{Errc::kRefused, encoding.reason +
                                         "; a list that fits would leave this path, which waypoints, "
                                         "disjointness and bounds on jitter, loss or hops forbid"};
    }
    return encoding;
}

Result<ListReport> ListReporter::list_of(const paths::Encoding& encoding) {
    ListReport out;
    SL_TRY(const paths::PackedList packed,
           paths::pack_list(view_, encoding.segments, request_.service_id, request_.encode.packing));
    out.kind = paths::to_text(encoding.kind);
    out.segments = segments_of(encoding.segments);
    out.destination = packed.destination.text();
    for (const Ip6& sid : packed.srh) {
        out.srh.push_back(sid.text());
    }
    out.shortest_delay = known_delay(encoding.shortest_delay);
    out.longest_delay = known_delay(encoding.longest_delay);
    out.mtu = encoding.mtu;
    out.reason = encoding.reason;
    out.objection = objection_to(encoding);
    return out;
}

/// Each segment is walked alone, from where the one before it ends: what it uses then is what it pins.
std::vector<SegmentReport> ListReporter::segments_of(const paths::PathList& list) {
    std::vector<SegmentReport> out;
    std::uint32_t at = request_.query.from;
    for (const paths::PathSegment& segment : list) {
        SegmentReport one;
        one.kind = kind_text(segment.kind);
        one.text = paths::to_text(view_, segment);
        one.usid = segment.usid;
        one.algorithm = segment.algorithm;
        if (const auto walked = paths::walk_list(forwarding_, at, std::span(&segment, 1))) {
            one.is_single = walked->is_single;
            for (const std::uint32_t link : walked->is_single ? walked->walk : walked->links) {
                one.links.push_back(view_.link_name(view_.links[link]));
            }
        }
        at = paths::end_of(view_, segment);
        out.push_back(std::move(one));
    }
    return out;
}

std::string ListReporter::objection_to(const paths::Encoding& encoding) {
    paths::WalkRules rules;
    rules.delay_bound = request_.encode.delay_bound.value_or(paths::kInfinite);
    rules.admitted = admitted_;
    rules.may_revisit = !request_.query.via.empty();
    rules.depths = request_.encode.packing;
    rules.has_function = request_.encode.has_function;
    const auto walked = paths::walk_list(forwarding_, request_.query.from, encoding.segments, rules);
    if (!walked) {
        return walked.error().detail;
    }
    return walked->end == request_.query.to ? "" : "the list ends elsewhere";
}

void ListReporter::add_repairs(const paths::Walk& walk, const paths::PathList& list, FoundPathReport& out) {
    const paths::Graph& graph = forwarding_.graph();
    const auto ends = segment_ends(graph, walk, list);
    for (const Threat& threat : threats_to(graph, walk, *request_.protect)) {
        std::uint32_t towards = ends[threat.hop];
        if (threat.element.kind == paths::ElementKind::kNode && towards == threat.element.index) {
            // The segment ends at the router that died: the packet goes on to where the next one leads.
            towards = threat.hop + 1 < ends.size() ? ends[threat.hop + 1] : request_.query.to;
        }
        out.repairs.push_back(repair_of(threat.element, graph.from(walk[threat.hop]), towards));
        judge_delay(walk, threat.hop, towards, out.repairs.back());
    }
}

RepairReport ListReporter::repair_of(const paths::Element& element, std::uint32_t at, std::uint32_t towards) {
    RepairReport out;
    out.element = element_text(view_, element);
    out.at = view_.routers[at].name;
    out.towards = view_.routers[towards].name;
    paths::ProtectOptions options;
    options.admitted = admitted_;
    const paths::RepairSet set = paths::protect(forwarding_, element, options);
    const auto concerns = [&](const auto& entry) { return entry.at == at && entry.destination == towards; };
    const auto repair = std::find_if(set.repairs.begin(), set.repairs.end(), concerns);
    const auto missing = std::find_if(set.unprotected.begin(), set.unprotected.end(), concerns);
    if (repair != set.repairs.end()) {
        describe(set, *repair, out);
    } else if (missing != set.unprotected.end()) {
        out.refusal = paths::to_text(missing->reason);
    } else {
        out.is_needed = false;
        out.delay = delay_around(element, at, towards);
    }
    return out;
}

/// Over the router's ordinary next hops that are left: what the network converges to, as that costs no more.
std::optional<Microseconds> ListReporter::delay_around(const paths::Element& element, std::uint32_t at,
                                                       std::uint32_t towards) {
    paths::Forwarding after(forwarding_.graph(), paths::failure_of(forwarding_.graph(), element));
    return known_delay(after.reach(at).slowest[towards]);
}

/// The walk with its part from `hop` to the router `towards` replaced by the repair.
void ListReporter::judge_delay(const paths::Walk& walk, std::size_t hop, std::uint32_t towards,
                               RepairReport& out) {
    const paths::Graph& graph = forwarding_.graph();
    std::size_t last = hop;
    while (last < walk.size() && graph.to(walk[last]) != towards) {
        ++last;
    }
    if (!out.delay || last == walk.size()) {
        return;
    }
    std::uint32_t total = out.delay->value;
    for (std::size_t i = 0; i < walk.size(); ++i) {
        if (i < hop || i > last) {
            total = paths::add(total, paths::metric_of(graph.link(walk[i]), Metric::kDelay));
        }
    }
    out.path_delay = known_delay(total);
    const auto& bound = request_.query.bounds.max_delay;
    if (bound && out.refusal.empty() && (!out.path_delay || *out.path_delay > *bound)) {
        out.refusal =
            "the path would take " + (out.path_delay ? delay_text(*out.path_delay) : "an unknown delay");
    }
}

void ListReporter::describe(const paths::RepairSet& set, const paths::Repair& repair, RepairReport& out) {
    out.first_link = view_.link_name(view_.links[repair.first_link]);
    paths::PathList whole{paths::adjacency_segment(view_, repair.first_link)};
    for (const paths::PathSegment& segment : set.list(repair)) {
        out.segments.push_back(paths::to_text(view_, segment));
        whole.push_back(segment);
    }
    whole.push_back(paths::node_segment(view_, repair.destination));
    paths::WalkRules rules;
    rules.admitted = admitted_;
    rules.broken = paths::failure_of(forwarding_.graph(), set.element);
    rules.may_revisit = true;
    if (const auto walked = paths::walk_list(forwarding_, repair.at, whole, rules)) {
        out.delay = known_delay(walked->longest_delay);
    } else {
        out.refusal = "the checker objects: " + walked.error().detail;
    }
}

} // namespace suanlu::offline
