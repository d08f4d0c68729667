// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/encode.hpp"

#include <algorithm>

#include "controller/paths/segments/loosen.hpp"
#include "controller/paths/segments/walk_list.hpp"

namespace suanlu::paths {

namespace {

/// Furthest place on the walk that a node segment of one algorithm pins, counted from the start; `from` if
/// none.
std::size_t pinned_until(Forwarding& forwarding, const Walk& walk, std::size_t from, std::uint8_t algorithm) {
    const Graph& graph = forwarding.graph();
    const std::uint32_t start = graph.from(walk[from]);
    const Tree& tree = forwarding.tree(start, algorithm);
    const Reach& reach = forwarding.reach(start, algorithm);
    std::uint32_t metric = 0;
    std::size_t furthest = from;
    for (std::size_t place = from; place < walk.size(); ++place) {
        const std::uint32_t before = graph.from(walk[place]);
        if (before != start && !forwarding.carries(before)) {
            break;
        }
        const std::uint32_t router = graph.to(walk[place]);
        metric = add(metric, forwarding.metric(walk[place], algorithm));
        // What follows cannot be a unique shortest path either when this part of it is none.
        if (metric == kInfinite || router == start || reach.ways[router] != 1 ||
            tree.distance[router] != metric) {
            break;
        }
        if (node_segment(graph.view(), router, algorithm).usid != 0) {
            furthest = place + 1;
        }
    }
    return furthest;
}

/// The shortest list of node segments of these algorithms and adjacency segments that pins the walk.
Result<PathList> pin(Forwarding& forwarding, std::uint32_t from, const Walk& walk,
                     std::span<const std::uint8_t> algorithms, bool ends_at_node) {
    const Graph& graph = forwarding.graph();
    PathList list;
    for (std::size_t place = 0; place < walk.size();) {
        std::size_t furthest = place;
        std::uint8_t by = 0;
        for (const std::uint8_t algorithm : algorithms) {
            const std::size_t until = pinned_until(forwarding, walk, place, algorithm);
            by = until > furthest ? algorithm : by;
            furthest = std::max(furthest, until);
        }
        if (furthest > place) {
            list.push_back(node_segment(graph.view(), graph.to(walk[furthest - 1]), by));
            place = furthest;
            continue;
        }
        list.push_back(adjacency_segment(graph.view(), walk[place]));
        if (list.back().usid == 0) {
            return Error{Errc::kUnsupported,
                         "link " + to_text(graph.view(), list.back()) +
                             " is not the only shortest way to its end and has no adjacency SID"};
        }
        ++place;
    }
    if (list.empty() || (ends_at_node && list.back().kind != SegmentKind::kNode)) {
        list.push_back(node_segment(graph.view(), walk.empty() ? from : graph.to(walk.back())));
        if (list.back().usid == 0) {
            return Error{Errc::kUnsupported, to_text(graph.view(), list.back()) + " has no locator"};
        }
    }
    return list;
}

Status check_walk(const Forwarding& forwarding, std::uint32_t from, const Walk& walk) {
    const Graph& graph = forwarding.graph();
    for (const std::uint32_t link : walk) {
        SL_CHECK(graph.from(link) == from);
        if (forwarding.is_failed(link)) {
            return Error{Errc::kBadInput, "link " + graph.view().link_name(graph.link(link)) + " is down"};
        }
        from = graph.to(link);
    }
    return {};
}

Status check_count(const TopologyView& view, std::uint32_t from, std::size_t segments, std::size_t most) {
    if (segments <= most) {
        return {};
    }
    return Error{Errc::kOutOfRange, std::to_string(segments) + " segments, " + view.routers[from].name +
                                        " may impose " + std::to_string(most)};
}

class Encoder {
public:
    Encoder(Forwarding& forwarding, std::uint32_t from, const Walk& walk, const EncodeOptions& options)
        : forwarding_(forwarding), from_(from), walk_(walk), options_(options),
          most_(most_segments(forwarding.graph().view(), from, options)) {
        std::vector<std::uint32_t> routers = forwarding.graph().visited(from, walk);
        std::sort(routers.begin(), routers.end());
        rules_.may_revisit = std::adjacent_find(routers.begin(), routers.end()) != routers.end();
        rules_.depths = options.packing;
        rules_.has_function = options.has_function;
    }

    Result<Encoding> pinned(std::span<const std::uint8_t> algorithms);
    Result<Encoding> loosened(const LooseKinds& kinds);
    [[nodiscard]] std::uint32_t bound() const;

private:
    static std::size_t most_segments(const TopologyView& view, std::uint32_t from,
                                     const EncodeOptions& options) {
        if (options.max_segments) {
            return *options.max_segments;
        }
        const std::size_t function = options.has_function ? 1 : 0;
        const std::size_t msd = view.routers[from].msd;
        return options.packing.mode == ListMode::kUsid ? msd - std::min(msd, function) : kNone;
    }
    Encoding answer(PathList list, WalkedList walked) const;

    Forwarding& forwarding_;
    std::uint32_t from_;
    const Walk& walk_;
    const EncodeOptions& options_;
    std::size_t most_;
    WalkRules rules_;
};

std::uint32_t Encoder::bound() const {
    std::uint32_t delay = 0;
    for (const std::uint32_t link : walk_) {
        delay = add(delay, forwarding_.delay(link));
    }
    return options_.delay_bound.value_or(delay);
}

Encoding Encoder::answer(PathList list, WalkedList walked) const {
    Encoding out;
    for (const PathSegment& segment : list) {
        out.ids.push_back(segment.usid);
    }
    out.segments = std::move(list);
    out.shortest_delay = walked.shortest_delay;
    out.longest_delay = walked.longest_delay;
    out.links = std::move(walked.links);
    out.mtu = walked.mtu;
    return out;
}

Result<Encoding> Encoder::pinned(std::span<const std::uint8_t> algorithms) {
    SL_TRY(PathList list, pin(forwarding_, from_, walk_, algorithms, options_.has_function));
    SL_TRY_VOID(check_count(forwarding_.graph().view(), from_, list.size(), most_));
    SL_TRY(WalkedList walked, walk_list(forwarding_, from_, list, rules_));
    if (!walked.is_single || walked.walk != walk_) {
        return Error{Errc::kUnsupported, "the checker finds another way than the wanted one"};
    }
    return answer(std::move(list), std::move(walked));
}

Result<Encoding> Encoder::loosened(const LooseKinds& kinds) {
    WalkRules rules = rules_;
    rules.delay_bound = bound();
    rules.admitted = options_.admitted;
    LooseSearch search(forwarding_, from_, walk_, kinds, rules);
    Error last{Errc::kOutOfRange, "no list stays within " + std::to_string(rules.delay_bound) + " us"};
    const std::size_t most = std::min(most_, 2 * walk_.size() + 1);
    for (std::size_t count = 1; count <= most; ++count) {
        PathList list = search.with(count);
        if (list.empty()) {
            continue;
        }
        auto walked = walk_list(forwarding_, from_, list, rules);
        if (walked) {
            return answer(std::move(list), *std::move(walked));
        }
        last = std::move(walked).error();
    }
    return last;
}

EncodingKind kind_of(const PathList& list) {
    const auto has = [&](auto test) { return std::any_of(list.begin(), list.end(), test); };
    if (has([](const PathSegment& s) { return s.kind == SegmentKind::kBinding; })) {
        return EncodingKind::kBinding;
    }
    return has([](const PathSegment& s) { return s.algorithm != 0; }) ? EncodingKind::kFlexAlgo
                                                                      : EncodingKind::kLoose;
}

/// The rungs below pinning, in the order in which they are tried.
Result<Encoding> climb_down(Forwarding& forwarding, Encoder& encoder, const EncodeOptions& options,
                            Error why) {
    const std::string reason = why.detail;
    const auto done = [&](Result<Encoding>& found) {
        if (found) {
            found->kind = kind_of(found->segments);
            found->reason = reason;
        } else {
            why.detail += "; " + found.error().detail;
        }
        return found.has_value();
    };
    LooseKinds kinds;
    if (options.may_loosen) {
        auto loose = encoder.loosened(kinds);
        if (done(loose)) {
            return loose;
        }
    }
    const std::vector<std::uint8_t>& algorithms = forwarding.algorithms();
    if (options.may_use_algorithms && algorithms.size() > 1) {
        auto pinned = encoder.pinned(algorithms);
        if (done(pinned)) {
            return pinned;
        }
        kinds.with_algorithms = true;
        auto loose = encoder.loosened(kinds);
        if (options.may_loosen && done(loose)) {
            return loose;
        }
    }
    if (options.may_bind && options.may_loosen) {
        kinds.with_bindings = true;
        auto bound = encoder.loosened(kinds);
        if (done(bound)) {
            return bound;
        }
    }
    return why;
}

} // namespace

std::string_view to_text(EncodingKind kind) {
    switch (kind) {
    case EncodingKind::kPinned:
        return "pinned";
    case EncodingKind::kLoose:
        return "loose";
    case EncodingKind::kFlexAlgo:
        return "flex-algo";
    case EncodingKind::kBinding:
        return "binding";
    }
    return "";
}

Result<Encoding> encode(Forwarding& forwarding, std::uint32_t from, const Walk& walk,
                        const EncodeOptions& options) {
    SL_TRY_VOID(check_walk(forwarding, from, walk));
    Encoder encoder(forwarding, from, walk, options);
    static constexpr std::uint8_t kIgpOnly[] = {0};
    auto pinned = encoder.pinned(kIgpOnly);
    if (pinned) {
        return pinned;
    }
    if (!options.delay_bound && encoder.bound() == kInfinite) {
        return std::move(pinned).error(); // nothing looser can be proven
    }
    return climb_down(forwarding, encoder, options, std::move(pinned).error());
}

} // namespace suanlu::paths
