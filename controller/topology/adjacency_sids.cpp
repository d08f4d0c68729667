// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/adjacency_sids.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

constexpr std::uint32_t kLocalIds = 0x10000 - kFirstLocalUsid;
/// Both ends of a link have their addresses in one subnet (RFC 4291 section 2.5.4: interface ids of 64 bits;
/// RFC 6164's /127 lies inside).
constexpr std::uint8_t kLinkPrefix = 64;

bool is_global6(const Ip6& address) {
    return !address.is_zero() && !address.is_mapped_v4() && !address.is_link_local();
}

/// FNV-1a: the same on every machine, which std::hash does not promise.
std::uint32_t hash_of(const LinkState& link) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&hash](std::string_view bytes) {
        for (const char c : bytes) {
            hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
        }
        hash = (hash ^ 0xffU) * 0x100000001b3U; // an end: "AB"+"C" is not "A"+"BC"
    };
    mix(link.from);
    mix(link.to);
    mix({reinterpret_cast<const char*>(link.local.bytes.data()), link.local.bytes.size()});
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

using ByEnds = std::multimap<std::pair<std::string_view, std::string_view>, const LinkState*>;

/// What the source says, else the address of the way back: the only one, or the only one in this subnet.
std::optional<Ip6> next_hop_of(const LinkState& link, const ByEnds& by_ends) {
    if (is_global6(link.remote)) {
        return link.remote;
    }
    const auto [first, last] = by_ends.equal_range({link.to, link.from});
    std::vector<Ip6> found;
    for (auto it = first; it != last; ++it) {
        const Prefix6 subnet{it->second->local, kLinkPrefix};
        if (is_global6(it->second->local) && (std::next(first) == last || subnet.contains(link.local))) {
            found.push_back(it->second->local);
        }
    }
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

std::set<std::uint16_t> node_ids(const std::vector<Router>& routers) {
    std::set<std::uint16_t> out{0};
    for (const Router& router : routers) {
        out.insert(locator_usid(router.locator));
        for (const AlgorithmLocator& other : router.algorithms) {
            out.insert(locator_usid(other.locator));
        }
    }
    return out;
}

std::set<std::uint16_t> taken_at(const Router& router, const std::set<std::uint16_t>& nodes,
                                 const FunctionIds& functions) {
    std::set<std::uint16_t> out = nodes;
    for (const BindingSid& binding : router.bindings) {
        out.insert(binding.usid);
    }
    if (const auto own = functions.find(router.name); own != functions.end()) {
        out.insert(own->second.begin(), own->second.end());
    }
    return out;
}

/// The first free id from the link's own place on; 0 when all are taken.
std::uint16_t take_id(std::uint32_t wanted, std::set<std::uint16_t>& taken) {
    for (std::uint32_t step = 0; step < kLocalIds; ++step) {
        const auto id = static_cast<std::uint16_t>(kFirstLocalUsid + (wanted + step) % kLocalIds);
        if (taken.insert(id).second) {
            return id;
        }
    }
    return 0;
}

} // namespace

std::vector<AdjacencySid> number_adjacencies(const std::vector<Router>& routers,
                                             const std::vector<const LinkState*>& links,
                                             const FunctionIds& functions) {
    ByEnds by_ends;
    for (const LinkState* link : links) {
        by_ends.emplace(std::pair<std::string_view, std::string_view>(link->from, link->to), link);
    }
    const std::set<std::uint16_t> nodes = node_ids(routers);
    std::map<std::string_view, std::set<std::uint16_t>> taken; // of routers that program their own
    for (const Router& router : routers) {
        if (router.srv6_owner == SrOwner::kAgent) {
            taken[router.name] = taken_at(router, nodes, functions);
        }
    }
    std::map<AdjacencySid, const LinkState*> wanted;
    for (const LinkState* link : links) {
        if (const auto hop = next_hop_of(*link, by_ends); hop && taken.contains(link->from)) {
            wanted.emplace(AdjacencySid{link->from, link->to, link->local, *hop, 0}, link);
        }
    }
    std::vector<AdjacencySid> out;
    for (const auto& [sid, link] : wanted) {
        AdjacencySid next = sid;
        next.usid = take_id(hash_of(*link), taken[link->from]);
        if (next.usid != 0) {
            out.push_back(std::move(next));
        }
    }
    return out;
}

std::vector<LocalSid> local_sids_of(const Router& router, const Prefix6& block,
                                    const std::vector<AdjacencySid>& adjacencies) {
    std::vector<LocalSid> out;
    for (const AdjacencySid& adjacency : adjacencies) {
        if (adjacency.from == router.name) {
            LocalSid sid;
            const std::uint16_t ids[] = {adjacency.usid};
            sid.sid = {usid_container(block.address, UsidFormat{block.length}, ids),
                       static_cast<std::uint8_t>(block.length + 16)};
            sid.behaviour = SidBehaviour::kEndX;
            sid.next_hop = adjacency.next_hop;
            out.push_back(std::move(sid));
        }
    }
    return out;
}

} // namespace suanlu
