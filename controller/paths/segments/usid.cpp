// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/usid.hpp"

#include <algorithm>

#include "core/model/segment_list.hpp"

namespace suanlu::paths {

namespace {

/// One address of the list and the routers that act on it.
struct Entry {
    Ip6 block;
    std::vector<std::uint16_t> ids;
    std::vector<std::uint32_t> endpoints;
};

Result<const Prefix6*> owner_locator(const TopologyView& view, const PathSegment& segment,
                                     const PackOptions& options) {
    const Router& router = view.routers[segment.router];
    const std::uint8_t algorithm = segment.kind == SegmentKind::kNode ? segment.algorithm : std::uint8_t{0};
    const Prefix6* locator = locator_of(router, algorithm);
    if (locator == nullptr || segment.usid == 0) {
        return Error{Errc::kBadInput, to_text(view, segment) + " has no SID"};
    }
    if (locator->length != options.format.block_bits + 16) {
        return Error{Errc::kBadInput, router.name + "'s locator " + locator->text() + " has no " +
                                          std::to_string(options.format.block_bits) +
                                          "-bit block with a 16-bit id"};
    }
    return locator;
}

Ip6 block_of(const Prefix6& locator, UsidFormat format) {
    return usid_container(locator.address, format, {});
}

// Ids of one block share an address while there is room; a node's local id (function, adjacency, binding)
// stays with the node, so that it never opens an address where a router could take it for another's.
void put_usid(std::vector<Entry>& out, const Ip6& block, const PathSegment& segment, std::size_t room,
              UsidFormat format) {
    if (out.empty() || out.back().block != block || out.back().ids.size() + room > format.ids()) {
        out.push_back({block, {}, {}});
    }
    out.back().ids.push_back(segment.usid);
    out.back().endpoints.push_back(segment.router);
}

// A full-length SID of a local behaviour names its router, too, and thereby replaces that router's node SID.
void put_sid(std::vector<Entry>& out, const Ip6& block, const PathSegment& segment, std::uint16_t node) {
    if (segment.kind == SegmentKind::kNode) {
        out.push_back({block, {segment.usid}, {segment.router}});
        return;
    }
    const bool is_named = !out.empty() && out.back().block == block && out.back().ids.size() == 1 &&
                          out.back().ids.front() == node;
    if (!is_named) {
        out.push_back({block, {node}, {segment.router}});
    }
    out.back().ids.push_back(segment.usid);
}

Result<std::vector<Entry>> lay_out(const TopologyView& view, std::span<const PathSegment> list,
                                   std::optional<std::uint16_t> function, const PackOptions& options) {
    if (list.empty()) {
        return Error{Errc::kBadInput, "an empty segment list"};
    }
    if (function && (*function == 0 || list.back().kind != SegmentKind::kNode)) {
        return Error{Errc::kBadInput, "the list must end at the router that owns the service's function"};
    }
    std::vector<Entry> out;
    for (const PathSegment& segment : list) {
        SL_TRY(const Prefix6* locator, owner_locator(view, segment, options));
        const Ip6 block = block_of(*locator, options.format);
        if (options.mode == ListMode::kUsid) {
            const std::size_t next = static_cast<std::size_t>(&segment - list.data()) + 1;
            const bool has_local = next == list.size() ? function.has_value()
                                                       : list[next].kind != SegmentKind::kNode &&
                                                             list[next].router == segment.router;
            put_usid(out, block, segment, has_local ? 2 : 1, options.format);
        } else {
            put_sid(out, block, segment, locator_usid(*locator));
        }
    }
    if (function) {
        out.back().ids.push_back(*function);
    }
    return out;
}

Error too_deep(const std::string& router, const char* what, std::size_t limit, std::size_t needed) {
    return {Errc::kOutOfRange,
            router + " " + what + " " + std::to_string(limit) + ", the list needs " + std::to_string(needed)};
}

} // namespace

Result<PackedList> pack_list(const TopologyView& view, std::span<const PathSegment> list,
                             std::optional<std::uint16_t> function, const PackOptions& options) {
    SL_TRY(const std::vector<Entry> entries, lay_out(view, list, function, options));
    PackedList out;
    for (const Entry& entry : entries) {
        const Ip6 address = usid_container(entry.block, options.format, entry.ids);
        if (&entry == &entries.front()) {
            out.destination = address;
        } else {
            out.srh.push_back(address);
        }
    }
    return out;
}

std::vector<std::uint16_t> unpack_usids(const PackedList& packed, UsidFormat format) {
    std::vector<std::uint16_t> out;
    const auto read = [&](const Ip6& address) {
        for (std::size_t index = 0; index < format.ids() && usid_at(address, format, index) != 0; ++index) {
            out.push_back(usid_at(address, format, index));
        }
    };
    read(packed.destination);
    std::for_each(packed.srh.begin(), packed.srh.end(), read);
    return out;
}

Status check_depths(const TopologyView& view, std::uint32_t from, std::span<const PathSegment> list,
                    bool has_function, const PackOptions& options) {
    const std::optional<std::uint16_t> function =
        has_function ? std::optional<std::uint16_t>{kFirstLocalUsid} : std::nullopt;
    SL_TRY(const std::vector<Entry> entries, lay_out(view, list, function, options));
    const Router& ingress = view.routers[from];
    const std::size_t ids = list.size() + (has_function ? 1 : 0);
    if (options.mode == ListMode::kUsid && ids > ingress.msd) {
        return too_deep(ingress.name, "imposes at most this many ids:", ingress.msd, ids);
    }
    const std::size_t in_srh = entries.size() - 1;
    if (in_srh > ingress.depths.h_encaps) {
        return too_deep(ingress.name, "puts at most this many SIDs into an SRH:", ingress.depths.h_encaps,
                        in_srh);
    }
    std::size_t left = entries.size();
    for (const Entry& entry : entries) {
        --left;
        for (const std::uint32_t endpoint : entry.endpoints) {
            const Router& router = view.routers[endpoint];
            if (left > router.depths.segments_left) {
                return too_deep(router.name,
                                "processes at most this Segments Left:", router.depths.segments_left, left);
            }
        }
    }
    const std::uint32_t end = end_of(view, list.back());
    if (end != kNone && in_srh > view.routers[end].depths.end_d) {
        return too_deep(view.routers[end].name,
                        "takes off an SRH of at most this many SIDs:", view.routers[end].depths.end_d,
                        in_srh);
    }
    return {};
}

} // namespace suanlu::paths
