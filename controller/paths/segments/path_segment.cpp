// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/path_segment.hpp"

#include <algorithm>
#include <array>

#include "core/model/segment_list.hpp"

namespace suanlu::paths {

const Prefix6* locator_of(const Router& router, std::uint8_t algorithm) {
    if (algorithm == 0) {
        return router.locator.length == 0 ? nullptr : &router.locator;
    }
    const auto found = std::find_if(router.algorithms.begin(), router.algorithms.end(),
                                    [&](const AlgorithmLocator& l) { return l.algorithm == algorithm; });
    return found == router.algorithms.end() ? nullptr : &found->locator;
}

PathSegment node_segment(const TopologyView& view, std::uint32_t router, std::uint8_t algorithm) {
    const Prefix6* locator = locator_of(view.routers[router], algorithm);
    PathSegment segment;
    segment.router = router;
    segment.algorithm = algorithm;
    segment.usid = locator == nullptr ? std::uint16_t{0} : locator_usid(*locator);
    return segment;
}

PathSegment adjacency_segment(const TopologyView& view, std::uint32_t link) {
    const TopologyLink& row = view.links[link];
    return {SegmentKind::kAdjacency, row.from, link, 0, row.adjacency_usid};
}

const BindingSid* binding_of(const TopologyView& view, const PathSegment& segment) {
    if (segment.router >= view.routers.size()) {
        return nullptr;
    }
    const auto& bindings = view.routers[segment.router].bindings;
    const auto found = std::find_if(bindings.begin(), bindings.end(),
                                    [&](const BindingSid& b) { return b.usid == segment.usid; });
    return found == bindings.end() ? nullptr : &*found;
}

std::uint32_t end_of(const TopologyView& view, const PathSegment& segment) {
    if (segment.kind == SegmentKind::kNode) {
        return segment.router;
    }
    if (segment.kind == SegmentKind::kAdjacency) {
        return view.links[segment.link].to;
    }
    const BindingSid* binding = binding_of(view, segment);
    if (binding == nullptr || binding->visits.empty()) {
        return kNone;
    }
    return view.find(binding->visits.back()).value_or(kNone);
}

std::string to_text(const TopologyView& view, const PathSegment& segment) {
    if (segment.kind == SegmentKind::kAdjacency) {
        return view.link_name(view.links[segment.link]);
    }
    const std::string& name = view.routers[segment.router].name;
    if (segment.kind == SegmentKind::kBinding) {
        static constexpr std::string_view kDigits = "0123456789abcdef";
        std::string id = "0x";
        for (int shift = 12; shift >= 0; shift -= 4) {
            id += kDigits[(segment.usid >> shift) & 15];
        }
        return name + "[" + id + "]";
    }
    return segment.algorithm == 0 ? name : name + "(algo " + std::to_string(segment.algorithm) + ")";
}

std::string to_text(const TopologyView& view, std::span<const PathSegment> list) {
    std::string out;
    for (const PathSegment& segment : list) {
        out += (out.empty() ? "" : ", ") + to_text(view, segment);
    }
    return out;
}

} // namespace suanlu::paths
