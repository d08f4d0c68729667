// SPDX-License-Identifier: Apache-2.0
// TI-LFA repairs (draft-ietf-rtgwg-segment-routing-ti-lfa, RFC 9855): what a router next to a failure does
// with packets while nobody else knows of it. A repair sends the packet out of `first_link` with the segments
// of the path that the network will converge to, written so that every router on the way, forwarding as
// before, avoids the failed element. Equal-cost paths are tolerated when all of them avoid it. Pure.
#pragma once

#include "controller/paths/segments/forwarding.hpp"
#include "controller/paths/segments/path_segment.hpp"

namespace suanlu::paths {

enum class ElementKind : std::uint8_t { kLink, kNode, kSrlg };

/// What fails: a link (both directions), a router, or every link of a shared risk group (both directions).
struct Element {
    ElementKind kind = ElementKind::kLink;
    /// Link index (the router it leaves repairs; its other direction is an element of its own), router index,
    /// or number of the SRLG.
    std::uint32_t index = kNone;

    bool operator==(const Element&) const = default;
};

struct ProtectOptions {
    /// Most repair segments, the destination's own not counted.
    std::uint32_t max_segments = 5;
    /// By link: what repairs may use (legal area, protection, affinity); empty = everything.
    std::vector<bool> admitted;
};

/// Destinations for which the repairing router keeps an equal-cost next hop that avoids the element need
/// none.
struct Repair {
    std::uint32_t at = kNone; ///< the router that repairs
    std::uint32_t destination = kNone;
    std::uint32_t first_link = kNone;
    std::uint32_t first_segment = 0; ///< in RepairSet::segments; then the packet's own destination
    std::uint32_t segments = 0;

    bool operator==(const Repair&) const = default;
};

enum class UnprotectedReason : std::uint8_t { kCutOff, kBound, kNoSid, kTooManySegments };
/// "no other way", "no other way within the bounds", ...
std::string_view to_text(UnprotectedReason reason);

struct Unprotected {
    std::uint32_t at = kNone;
    std::uint32_t destination = kNone;
    UnprotectedReason reason = UnprotectedReason::kCutOff;

    bool operator==(const Unprotected&) const = default;
};

/// Repairs of one element; ordered by (at, destination).
struct RepairSet {
    Element element;
    std::vector<Repair> repairs;
    std::vector<Unprotected> unprotected;
    PathList segments; ///< shared by the repairs

    [[nodiscard]] std::span<const PathSegment> list(const Repair& repair) const {
        return std::span(segments).subspan(repair.first_segment, repair.segments);
    }
};

/// What an element takes along, as the checker and the forwarding want it.
Failure failure_of(const Graph& graph, const Element& element);

/// `forwarding` is that before the failure.
RepairSet protect(Forwarding& forwarding, const Element& element, const ProtectOptions& options = {});
/// One set per directed link, by link index. Needs the tree of every router: 8 bytes per pair of routers.
std::vector<RepairSet> protect_all_links(Forwarding& forwarding, const ProtectOptions& options = {});
/// "R1: no repair for R7 when R1>R2 fails: no other way".
std::string to_text(const TopologyView& view, const Element& element, const Unprotected& entry);

} // namespace suanlu::paths
