// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/site_paths.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "controller/paths/fastest_list.hpp"
#include "controller/paths/plan_list.hpp"
#include "controller/paths/segments/encode.hpp"
#include "controller/paths/segments/walk_list.hpp"
#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

// Beyond the fastest way, searches look at the IGP tree of every router; above this they would hold up
// decisions.
constexpr std::size_t kMostRoutersSearched = 1000;
constexpr std::uint32_t kOuterHeader = 40;
// What a link to be avoided costs on top, in microseconds: more than any real detour.
constexpr std::uint32_t kAvoidance = 60'000'000;

using paths::Forwarding;
using paths::Graph;
using paths::kInfinite;
using paths::PathList;
using paths::Walk;
using paths::WalkedList;
using paths::Weights;

struct Found {
    PathPlan plan;
    Walk links;
};

std::vector<std::string> link_names(const Graph& graph, const Walk& walk) {
    std::vector<std::string> out;
    for (const std::uint32_t link : walk) {
        out.push_back(graph.view().link_name(graph.link(link)));
    }
    return out;
}

std::uint32_t most_segments(const Router& ingress) {
    // One id of the address is the service function.
    return std::clamp<std::uint32_t>(ingress.msd, 1, kUsidsPerAddress) - 1;
}

Result<Found> finish(Forwarding& forwarding, const SitePathRequest& request, const Attachment& attachment,
                     std::uint32_t source, SegmentList list) {
    const Graph& graph = forwarding.graph();
    SL_TRY(const WalkedList walked, paths::walk_segments(forwarding, source, list));
    for (const Segment& segment : list.segments) {
        SL_TRY(const std::uint32_t node, graph.view().find(segment.node));
        if (const Router& router = graph.view().routers[node];
            segment.usid == 0 || !request.sid_block.contains(router.locator)) {
            return Error{Errc::kUnsupported, router.name + " has no node SID in " + request.sid_block.text()};
        }
    }
    Found found;
    found.links = walked.walk;
    PathPlan& plan = found.plan;
    plan.egress = attachment.egress;
    const SegmentList written = written_part(list, request.ingress);
    SL_TRY(plan.destination6, pack_usid(request.sid_block, written, attachment.sid6));
    if (!attachment.sid4.is_zero()) {
        SL_TRY(plan.destination4, pack_usid(request.sid_block, written, attachment.sid4));
    }
    plan.segments = std::move(list);
    plan.delay = Microseconds{walked.longest_delay} + attachment.delay;
    // The access link carries the packet without its outer header.
    plan.mtu = std::min(walked.mtu, Bytes{attachment.mtu.value + kOuterHeader});
    plan.links = link_names(graph, walked.walk);
    return found;
}

/// What a search must not or should not use; empty vectors = everything is allowed.
struct Exclusion {
    std::vector<bool> links;
    std::vector<bool> routers; ///< as intermediate router
    std::vector<bool> avoided; ///< links that are used only where nothing else is left
};

Weights delays_without(const Graph& graph, std::uint32_t source, const Exclusion& without) {
    Weights out = paths::weights_of(graph, {}, std::span(&source, 1));
    for (std::uint32_t link = 0; link < out.size(); ++link) {
        const std::uint32_t from = graph.from(link);
        const bool is_blocked = from != source && !without.routers.empty() && without.routers[from];
        if (is_blocked || (!without.links.empty() && without.links[link])) {
            out[link] = kInfinite;
        } else if (!without.avoided.empty() && without.avoided[link]) {
            out[link] = paths::add(out[link], kAvoidance);
        }
    }
    return out;
}

/// It has a SID, or its end's node SID leads over exactly this link. No list can pin another.
bool is_pinnable(Forwarding& forwarding, std::uint32_t link) {
    const Graph& graph = forwarding.graph();
    return graph.link(link).adjacency_usid != 0 ||
           (forwarding.reach(graph.from(link)).ways[graph.to(link)] == 1 &&
            forwarding.tree(graph.from(link)).parent[graph.to(link)] == link);
}

/// The list that pins a walk. kUnsupported: a hop needs an adjacency SID that no agent programs; kOutOfRange:
/// too long.
Result<SegmentList> pin(Forwarding& forwarding, std::uint32_t source, const Walk& walk, std::uint32_t most) {
    paths::EncodeOptions options;
    options.max_segments = most;
    options.may_loosen = options.may_use_algorithms = options.may_bind = false;
    SL_TRY(const paths::Encoding encoding, paths::encode(forwarding, source, walk, options));
    return paths::as_segment_list(forwarding.graph().view(), encoding.segments);
}

/// The fastest pinnable path to one attachment that avoids `without`.
Result<Found> fastest(Forwarding& forwarding, const SitePathRequest& request, const Attachment& attachment,
                      const Exclusion& without) {
    const Graph& graph = forwarding.graph();
    SL_TRY(const std::uint32_t source, graph.view().find(request.ingress));
    SL_TRY(const std::uint32_t target, graph.view().find(attachment.egress));
    if (source == target) {
        return Error{Errc::kUnsupported, request.ingress + " is ingress and egress at once"};
    }
    Weights delays = delays_without(graph, source, without);
    const std::uint32_t most = most_segments(graph.view().routers[source]);
    for (const bool adjacencies_left_out : {false, true}) {
        const Walk wanted = paths::walk_of(graph, paths::shortest_tree(graph, delays, source), target);
        if (wanted.empty()) {
            return Error{Errc::kNotFound, adjacencies_left_out
                                              ? "every way to " + attachment.egress +
                                                    " needs an adjacency SID that no agent has"
                                              : "no way with known delays to " + attachment.egress};
        }
        auto pinned = pin(forwarding, source, wanted, most);
        if (pinned) {
            return finish(forwarding, request, attachment, source, *std::move(pinned));
        }
        if (graph.routers() > kMostRoutersSearched) {
            return std::move(pinned).error();
        }
        if (pinned.error().code != Errc::kUnsupported || adjacencies_left_out) {
            break;
        }
        for (std::uint32_t link = 0; link < delays.size(); ++link) {
            delays[link] = is_pinnable(forwarding, link) ? delays[link] : kInfinite;
        }
    }
    SL_TRY(const PathList list, paths::fastest_list(forwarding, source, target, most, delays));
    return finish(forwarding, request, attachment, source, paths::as_segment_list(graph.view(), list));
}

/// Things two paths share: links and routers, the egress included, the ingress not.
std::size_t overlap(const Graph& graph, const Walk& a, const Walk& b) {
    std::set<std::uint32_t> links(a.begin(), a.end());
    std::set<std::uint32_t> routers;
    for (const std::uint32_t link : a) {
        routers.insert(graph.to(link));
    }
    std::size_t shared = 0;
    for (const std::uint32_t link : b) {
        shared += links.contains(link) + routers.contains(graph.to(link));
    }
    return shared;
}

enum class Distance : std::uint8_t { kNoRouter, kNoLink, kFewLinks };

/// A search that stays as far from `primary` as `distance` says.
Exclusion avoiding(const Graph& graph, const Walk& primary, Distance distance) {
    Exclusion out;
    std::vector<bool>& links = distance == Distance::kFewLinks ? out.avoided : out.links;
    links.assign(graph.view().links.size(), false);
    out.routers.assign(graph.routers(), false);
    for (const std::uint32_t passed : primary) {
        const TopologyLink& used = graph.link(passed);
        for (std::uint32_t other = 0; other < links.size(); ++other) {
            const TopologyLink& link = graph.link(other);
            const bool same_pair = (link.from == used.from && link.to == used.to) ||
                                   (link.from == used.to && link.to == used.from);
            // Where everything may be shared a parallel link still shares less.
            links[other] = links[other] || (distance == Distance::kFewLinks ? other == passed : same_pair);
        }
        out.routers[used.to] = distance == Distance::kNoRouter;
    }
    return out;
}

bool is_same_way(const PathPlan& a, const PathPlan& b) {
    return a.egress == b.egress && a.segments == b.segments && a.links == b.links;
}

/// The previous plan's path at `position` as the topology carries it now; nullopt when it is gone.
std::optional<Found> still_there(Forwarding& forwarding, const SitePathRequest& request,
                                 std::size_t position) {
    if (position >= request.previous.size()) {
        return std::nullopt;
    }
    const PathPlan& old = request.previous[position];
    const auto source = forwarding.graph().view().find(request.ingress);
    for (const Attachment& attachment : request.site->attachments) {
        if (source && attachment.egress == old.egress) {
            auto found = finish(forwarding, request, attachment, *source, old.segments);
            if (found && found->plan.links == old.links) {
                return *std::move(found);
            }
        }
    }
    return std::nullopt;
}

Result<Found> choose_primary(Forwarding& forwarding, const SitePathRequest& request) {
    std::optional<Found> best;
    std::string reasons;
    for (const Attachment& attachment : request.site->attachments) {
        auto found = fastest(forwarding, request, attachment, {});
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
    if (auto kept = still_there(forwarding, request, 0);
        kept && kept->plan.delay.value <= best->plan.delay.value * kPathHysteresis) {
        return *std::move(kept);
    }
    return *std::move(best);
}

std::optional<Found> choose_backup(Forwarding& forwarding, const SitePathRequest& request,
                                   const Found& primary) {
    const Graph& graph = forwarding.graph();
    std::optional<Found> best;
    const auto offer = [&](Found candidate) {
        if (is_same_way(candidate.plan, primary.plan)) {
            return;
        }
        const auto rank = [&](const Found& f) {
            return std::pair(overlap(graph, primary.links, f.links), f.plan.delay);
        };
        if (!best || rank(candidate) < rank(*best)) {
            best = std::move(candidate);
        }
    };
    for (const Attachment& attachment : request.site->attachments) {
        for (const Distance distance : {Distance::kNoRouter, Distance::kNoLink, Distance::kFewLinks}) {
            if (auto found =
                    fastest(forwarding, request, attachment, avoiding(graph, primary.links, distance))) {
                offer(*std::move(found));
            }
        }
        if (auto found = fastest(forwarding, request, attachment, {})) {
            offer(*std::move(found));
        }
    }
    for (std::size_t position = 0; best && position < request.previous.size(); ++position) {
        auto kept = still_there(forwarding, request, position);
        if (kept && !is_same_way(kept->plan, primary.plan) &&
            overlap(graph, primary.links, kept->links) <= overlap(graph, primary.links, best->links)) {
            return kept;
        }
    }
    return best;
}

/// Ways through the attachments that none leads through yet: a site is gone only when none of them answers.
void cover_attachments(Forwarding& forwarding, const SitePathRequest& request, std::vector<PathPlan>& out) {
    for (const Attachment& attachment : request.site->attachments) {
        const auto leads_there = [&attachment](const PathPlan& p) { return p.egress == attachment.egress; };
        if (out.size() == kPathsPerSite || std::any_of(out.begin(), out.end(), leads_there)) {
            continue;
        }
        std::optional<Found> way;
        for (std::size_t position = 0; position < request.previous.size() && !way; ++position) {
            if (leads_there(request.previous[position])) {
                way = still_there(forwarding, request, position);
            }
        }
        if (auto found = fastest(forwarding, request, attachment, {}); found && !way) {
            way = *std::move(found);
        }
        if (way) {
            out.push_back(std::move(way->plan));
        }
    }
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

Result<std::vector<PathPlan>> compile_site_paths(Forwarding& forwarding, const SitePathRequest& request) {
    SL_TRY(Found primary, choose_primary(forwarding, request));
    std::optional<Found> backup = choose_backup(forwarding, request, primary);
    std::vector<PathPlan> out{std::move(primary.plan)};
    if (backup) {
        out.push_back(std::move(backup->plan));
    }
    cover_attachments(forwarding, request, out);
    assign_ids(out, request);
    return out;
}

Status check_path(Forwarding& forwarding, const std::string& ingress, const PathPlan& path) {
    const Graph& graph = forwarding.graph();
    SL_TRY(const std::uint32_t source, graph.view().find(ingress));
    SL_TRY(const WalkedList walked, paths::walk_segments(forwarding, source, path.segments));
    if (path.segments.segments.empty() || path.segments.segments.back().node != path.egress) {
        return Error{Errc::kBadInput, "the list does not end at " + path.egress};
    }
    const SegmentList written = written_part(path.segments, ingress);
    const std::vector<Segment>& segments = written.segments;
    for (std::size_t k = 0; k < segments.size() && k < kUsidsPerAddress; ++k) {
        const auto& bytes = path.destination6.bytes;
        if ((bytes[4 + 2 * k] << 8 | bytes[5 + 2 * k]) != segments[k].usid) {
            return Error{Errc::kBadInput, "the destination does not spell the list " + path.segments.text()};
        }
    }
    if (path.delay.value < walked.longest_delay) {
        return Error{Errc::kBadInput, "claims less delay than its links have"};
    }
    if (link_names(graph, walked.walk) != path.links) {
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
