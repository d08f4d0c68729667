// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/site_paths.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "controller/paths/segments.hpp"

namespace suanlu {

namespace {

// Beyond the fastest way, searches look at the IGP tree of every router; above this they would hold up
// decisions.
constexpr std::size_t kMostRoutersSearched = 1000;
constexpr std::uint32_t kOuterHeader = 40;

struct Found {
    PathPlan plan;
    ArcPath arcs;
};

std::vector<std::string> link_names(const Graph& graph, const ArcPath& arcs) {
    std::vector<std::string> out;
    for (const std::uint32_t arc : arcs) {
        out.push_back(graph.view().link_name(graph.link(arc)));
    }
    return out;
}

std::size_t most_segments(const Router& ingress) {
    // One id of the address is the service function.
    return std::clamp<std::size_t>(ingress.msd, 1, kUsidsPerAddress) - 1;
}

Result<Found> finish(const Graph& graph, const SitePathRequest& request, const Attachment& attachment,
                     std::uint32_t source, SegmentList list) {
    SL_TRY(const Walked walked, walk(graph, source, list));
    for (const Segment& segment : list.segments) {
        SL_TRY(const std::uint32_t node, graph.view().find(segment.node));
        if (const Router& router = graph.view().routers[node];
            segment.usid == 0 || !request.sid_block.contains(router.locator)) {
            return Error{Errc::kUnsupported, router.name + " has no node SID in " + request.sid_block.text()};
        }
    }
    Found found;
    found.arcs = walked.arcs;
    PathPlan& plan = found.plan;
    plan.egress = attachment.egress;
    SL_TRY(plan.destination6, pack_usid(request.sid_block, list, attachment.sid6));
    if (!attachment.sid4.is_zero()) {
        SL_TRY(plan.destination4, pack_usid(request.sid_block, list, attachment.sid4));
    }
    plan.segments = std::move(list);
    plan.delay = walked.delay + attachment.delay;
    // The access link carries the packet without its outer header.
    plan.mtu = std::min(walked.mtu, Bytes{attachment.mtu.value + kOuterHeader});
    plan.links = link_names(graph, walked.arcs);
    return found;
}

/// The fastest pinnable path to one attachment that avoids `without`.
Result<Found> fastest(const Graph& graph, const SitePathRequest& request, const Attachment& attachment,
                      Exclusion without) {
    SL_TRY(const std::uint32_t source, graph.view().find(request.ingress));
    SL_TRY(const std::uint32_t target, graph.view().find(attachment.egress));
    if (source == target) {
        return Error{Errc::kUnsupported, request.ingress + " is ingress and egress at once"};
    }
    without.links.resize(graph.view().links.size(), false);
    const std::size_t most = most_segments(graph.view().routers[source]);
    for (const bool adjacencies_left_out : {false, true}) {
        const ArcPath wanted = graph.path(graph.tree(source, Weight::kDelay, without), target);
        if (wanted.empty()) {
            return Error{Errc::kNotFound,
                         adjacencies_left_out
                             ? "every way to " + attachment.egress + " needs an adjacency SID"
                             : "no way with known delays to " + attachment.egress};
        }
        auto pinned = pin(graph, source, wanted, most);
        if (auto* list = std::get_if<SegmentList>(&pinned)) {
            return finish(graph, request, attachment, source, std::move(*list));
        }
        PinFailure& failure = std::get<PinFailure>(pinned);
        if (graph.routers() > kMostRoutersSearched) {
            return std::move(failure.error);
        }
        if (failure.arc == kInfinite || adjacencies_left_out) {
            break;
        }
        for (std::uint32_t arc = 0; arc < without.links.size(); ++arc) {
            without.links[arc] = without.links[arc] || !graph.is_pinnable(arc);
        }
    }
    SL_TRY(SegmentList list, fastest_list(graph, source, target, most, without));
    return finish(graph, request, attachment, source, std::move(list));
}

/// Things two paths share: links and routers, the egress included, the ingress not.
std::size_t overlap(const Graph& graph, const ArcPath& a, const ArcPath& b) {
    std::set<std::uint32_t> links(a.begin(), a.end());
    std::set<std::uint32_t> routers;
    for (const std::uint32_t arc : a) {
        routers.insert(graph.link(arc).to);
    }
    std::size_t shared = 0;
    for (const std::uint32_t arc : b) {
        shared += links.contains(arc) + routers.contains(graph.link(arc).to);
    }
    return shared;
}

enum class Distance : std::uint8_t { kNoRouter, kNoLink, kFewLinks };

/// A search that stays as far from `primary` as `distance` says.
Exclusion avoiding(const Graph& graph, const ArcPath& primary, Distance distance) {
    Exclusion out;
    std::vector<bool>& links = distance == Distance::kFewLinks ? out.avoided : out.links;
    links.assign(graph.view().links.size(), false);
    out.routers.assign(graph.routers(), false);
    for (const std::uint32_t arc : primary) {
        const TopologyLink& used = graph.link(arc);
        for (std::uint32_t other = 0; other < links.size(); ++other) {
            const TopologyLink& link = graph.link(other);
            const bool same_pair = (link.from == used.from && link.to == used.to) ||
                                   (link.from == used.to && link.to == used.from);
            links[other] = links[other] || same_pair;
        }
        out.routers[used.to] = distance == Distance::kNoRouter;
    }
    return out;
}

bool is_same_way(const PathPlan& a, const PathPlan& b) {
    return a.egress == b.egress && a.segments == b.segments && a.links == b.links;
}

/// The previous plan's path at `position` as the topology carries it now; nullopt when it is gone.
std::optional<Found> still_there(const Graph& graph, const SitePathRequest& request, std::size_t position) {
    if (position >= request.previous.size()) {
        return std::nullopt;
    }
    const PathPlan& old = request.previous[position];
    const auto source = graph.view().find(request.ingress);
    for (const Attachment& attachment : request.site->attachments) {
        if (source && attachment.egress == old.egress) {
            auto found = finish(graph, request, attachment, *source, old.segments);
            if (found && found->plan.links == old.links) {
                return *std::move(found);
            }
        }
    }
    return std::nullopt;
}

Result<Found> choose_primary(const Graph& graph, const SitePathRequest& request) {
    std::optional<Found> best;
    std::string reasons;
    for (const Attachment& attachment : request.site->attachments) {
        auto found = fastest(graph, request, attachment, {});
        if (!found) {
            reasons += (reasons.empty() ? "" : "; ") + found.error().detail;
        } else if (!best || found->plan.delay < best->plan.delay) {
            best = *std::move(found);
        }
    }
    if (!best) {
        return Error{Errc::kNotFound,
                     "no path from " + request.ingress + " to " + request.site->name + ": " + reasons};
    }
    if (auto kept = still_there(graph, request, 0);
        kept && kept->plan.delay.value <= best->plan.delay.value * kPathHysteresis) {
        return *std::move(kept);
    }
    return *std::move(best);
}

std::optional<Found> choose_backup(const Graph& graph, const SitePathRequest& request, const Found& primary) {
    std::optional<Found> best;
    const auto offer = [&](Found candidate) {
        if (is_same_way(candidate.plan, primary.plan)) {
            return;
        }
        const auto rank = [&](const Found& f) {
            return std::pair(overlap(graph, primary.arcs, f.arcs), f.plan.delay);
        };
        if (!best || rank(candidate) < rank(*best)) {
            best = std::move(candidate);
        }
    };
    for (const Attachment& attachment : request.site->attachments) {
        for (const Distance distance : {Distance::kNoRouter, Distance::kNoLink, Distance::kFewLinks}) {
            if (auto found = fastest(graph, request, attachment, avoiding(graph, primary.arcs, distance))) {
                offer(*std::move(found));
            }
        }
        if (auto found = fastest(graph, request, attachment, {})) {
            offer(*std::move(found));
        }
    }
    for (std::size_t position = 0; best && position < request.previous.size(); ++position) {
        auto kept = still_there(graph, request, position);
        if (kept && !is_same_way(kept->plan, primary.plan) &&
            overlap(graph, primary.arcs, kept->arcs) <= overlap(graph, primary.arcs, best->arcs)) {
            return kept;
        }
    }
    return best;
}

/// Ids stay with their way; a new way takes an id that nobody used last time, if one is left.
void assign_ids(std::vector<PathPlan>& paths, const SitePathRequest& request) {
    std::set<std::uint32_t> taken;
    for (PathPlan& path : paths) {
        path.id = {};
        for (const PathPlan& old : request.previous) {
            if (is_same_way(old, path)) {
                path.id = old.id;
                taken.insert(old.id.value);
            }
        }
    }
    std::set<std::uint32_t> used_before;
    for (const PathPlan& old : request.previous) {
        used_before.insert(old.id.value);
    }
    for (PathPlan& path : paths) {
        for (const bool avoid_old : {true, false}) {
            for (std::uint32_t rank = 0; rank < kPathsPerSite && !path.id.is_set(); ++rank) {
                const PathId id = path_id(request.site->id, rank);
                if (!taken.contains(id.value) && (!avoid_old || !used_before.contains(id.value))) {
                    path.id = id;
                    taken.insert(id.value);
                }
            }
        }
    }
}

} // namespace

Result<std::vector<PathPlan>> compile_site_paths(const Graph& graph, const SitePathRequest& request) {
    SL_TRY(Found primary, choose_primary(graph, request));
    std::optional<Found> backup = choose_backup(graph, request, primary);
    std::vector<PathPlan> out{std::move(primary.plan)};
    if (backup) {
        out.push_back(std::move(backup->plan));
    }
    assign_ids(out, request);
    return out;
}

Status check_path(const Graph& graph, const std::string& ingress, const PathPlan& path) {
    SL_TRY(const std::uint32_t source, graph.view().find(ingress));
    SL_TRY(const Walked walked, walk(graph, source, path.segments));
    if (path.segments.segments.empty() || path.segments.segments.back().node != path.egress) {
        return Error{Errc::kBadInput, "the list does not end at " + path.egress};
    }
    const std::vector<Segment>& segments = path.segments.segments;
    for (std::size_t k = 0; k < segments.size() && k < kUsidsPerAddress; ++k) {
        const auto& bytes = path.destination6.bytes;
        if ((bytes[4 + 2 * k] << 8 | bytes[5 + 2 * k]) != segments[k].usid) {
            return Error{Errc::kBadInput, "the destination does not spell the list " + path.segments.text()};
        }
    }
    if (path.delay < walked.delay) {
        return Error{Errc::kBadInput, "claims less delay than its links have"};
    }
    if (link_names(graph, walked.arcs) != path.links) {
        return Error{Errc::kBadInput, "the list does not lead over the links it names"};
    }
    if (walked.mtu < path.mtu) {
        return Error{Errc::kBadInput, "MTU " + std::to_string(path.mtu.value) + " does not fit every link"};
    }
    if (path.segments.segments.size() > most_segments(graph.view().routers[source])) {
        return Error{Errc::kOutOfRange, "more segments than " + ingress + " can impose"};
    }
    return {};
}

} // namespace suanlu
