// SPDX-License-Identifier: Apache-2.0
// From a wanted walk to the segments that make routers follow it. First the shortest list that pins it:
// always the furthest router that the IGP reaches over this walk alone, an adjacency SID where there is none.
// That is optimal because parts of unique shortest paths are unique shortest paths (Giorgetti et al.,
// GLOBECOM 2015). If that list is more than the routers can take: a list whose equal-cost paths all stay
// within the delay bound, then with Flex-Algos, then with binding SIDs, else a reason. Every answer has been
// walked by the checker. Pure.
#pragma once

#include "controller/paths/segments/forwarding.hpp"
#include "controller/paths/segments/usid.hpp"

namespace suanlu::paths {

struct EncodeOptions {
    PackOptions packing;
    /// A service's function id follows the last node; the list then ends with the egress's node segment.
    bool has_function = true;
    /// Most path segments, the function not counted; absent = what the ingress may impose (Router::msd in
    /// kUsid mode, no limit of its own in kSid mode).
    std::optional<std::uint32_t> max_segments;
    /// What loosening may cost, microseconds; absent = the delay of the walk itself.
    std::optional<std::uint32_t> delay_bound;
    /// By link: what a loose list may use (legal area, protection, affinity); empty = everything.
    std::vector<bool> admitted;
    bool may_loosen = true; ///< without it only pinned lists, of any algorithm
    bool may_use_algorithms = true;
    bool may_bind = true;
};

enum class EncodingKind : std::uint8_t { kPinned, kLoose, kFlexAlgo, kBinding };
/// "pinned", "loose", "flex-algo", "binding".
std::string_view to_text(EncodingKind kind);

struct Encoding {
    EncodingKind kind = EncodingKind::kPinned;
    PathList segments;
    /// Ids in travelling order, without the function.
    std::vector<std::uint16_t> ids;
    /// Over every equal-cost path, microseconds; kInfinite when a link's delay is unknown.
    std::uint32_t shortest_delay = 0;
    std::uint32_t longest_delay = 0;
    /// Every link that packets may take, ascending; the walk's own when pinned.
    std::vector<std::uint32_t> links;
    Bytes mtu{0};
    /// Why no stricter kind was taken; empty when pinned.
    std::string reason;
};

/// `walk` starts at `from`; empty = the packet is already there. kUnsupported: a hop needs an adjacency SID
/// that its router does not have. kOutOfRange: the list is too long for a router, which the text names, and
/// nothing looser is within the bound.
Result<Encoding> encode(Forwarding& forwarding, std::uint32_t from, const Walk& walk,
                        const EncodeOptions& options = {});

/// How many ids delay-optimal paths need: for every ordered pair of routers with a known delay, the fewest
/// ids (node and adjacency SIDs; the last one is the destination's node) of a list whose every equal-cost
/// path has the least possible delay. by_ids[k] = pairs that need k; `none` = pairs that no list serves.
struct SegmentCounts {
    std::vector<std::uint64_t> by_ids;
    std::uint64_t pairs = 0;
    std::uint64_t none = 0;

    /// Share of the pairs that need at most so many ids; 1 without pairs.
    [[nodiscard]] double share(std::uint32_t ids) const;
};
/// Cubic in routers with a few operations each: for networks of at most some hundred routers.
SegmentCounts count_segments(Forwarding& forwarding);

} // namespace suanlu::paths
