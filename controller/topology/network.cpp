// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/network.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace suanlu {

namespace {

/// The 16 bits that end a locator; 0 without one.
std::uint16_t node_id(const Prefix6& locator) {
    const std::size_t end = locator.length / 8;
    return end < 2 ? 0
                   : static_cast<std::uint16_t>(locator.address.bytes[end - 2] << 8 |
                                                locator.address.bytes[end - 1]);
}

Status number_routers(TopologyView& view, const Prefix6& block) {
    std::set<std::uint16_t> taken;
    for (const Router& router : view.routers) {
        taken.insert(node_id(router.locator));
    }
    std::size_t next = 1;
    for (std::size_t index = 0; index < view.routers.size(); ++index) {
        Router& router = view.routers[index];
        if (router.locator.length != 0) {
            continue;
        }
        std::size_t id = index + 1;
        if (id > kMostNumberedRouters || taken.contains(static_cast<std::uint16_t>(id))) {
            while (next <= kMostNumberedRouters && taken.contains(static_cast<std::uint16_t>(next))) {
                ++next;
            }
            id = next;
        }
        if (id > kMostNumberedRouters) {
            return Error{Errc::kOutOfRange, "more than " + std::to_string(kMostNumberedRouters) +
                                                " routers cannot be named by 16-bit ids"};
        }
        taken.insert(static_cast<std::uint16_t>(id));
        const std::size_t at = block.length / 8;
        router.locator = {block.address, static_cast<std::uint8_t>(block.length + 16)};
        router.locator.address.bytes[at] = static_cast<std::uint8_t>(id >> 8);
        router.locator.address.bytes[at + 1] = static_cast<std::uint8_t>(id);
    }
    return {};
}

} // namespace

Result<std::uint32_t> TopologyView::find(std::string_view router) const {
    if (const auto known = by_name.find(router); known != by_name.end()) {
        return known->second;
    }
    return Error{Errc::kNotFound, "the inventory has no router '" + std::string(router) + "'"};
}

std::string TopologyView::link_name(const TopologyLink& link) const {
    return routers[link.from].name + ">" + routers[link.to].name;
}

void sort_links(std::vector<TopologyLink>& links) {
    std::stable_sort(links.begin(), links.end(), [](const TopologyLink& a, const TopologyLink& b) {
        return std::tie(a.from, a.to, a.igp_metric, a.delay) < std::tie(b.from, b.to, b.igp_metric, b.delay);
    });
}

Status number_network(TopologyView& view, const Prefix6& block) {
    SL_TRY_VOID(number_routers(view, block));
    std::uint32_t router = 0;
    std::set<std::uint16_t> taken;
    for (std::size_t first = 0; first < view.links.size();) {
        router = view.links[first].from;
        std::size_t end = first;
        taken.clear();
        for (; end < view.links.size() && view.links[end].from == router; ++end) {
            taken.insert(view.links[end].adjacency_usid);
        }
        std::uint32_t next = kFirstLocalUsid;
        for (; first < end; ++first) {
            TopologyLink& link = view.links[first];
            if (link.adjacency_usid != 0) {
                continue;
            }
            while (next <= 0xffff && taken.contains(static_cast<std::uint16_t>(next))) {
                ++next;
            }
            if (next > 0xffff) {
                return Error{Errc::kOutOfRange, view.routers[router].name + " has more links than local ids"};
            }
            link.adjacency_usid = static_cast<std::uint16_t>(next++);
        }
    }
    return {};
}

} // namespace suanlu
