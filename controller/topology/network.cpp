// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/network.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/model/segment_list.hpp"

namespace suanlu {

namespace {

/// Node ids that are free below a block, each given once.
class FreeIds {
public:
    FreeIds(const TopologyView& view, const Prefix6& block) : block_(block) {
        for (const Router& router : view.routers) {
            taken_.insert(locator_usid(router.locator));
            for (const AlgorithmLocator& other : router.algorithms) {
                taken_.insert(locator_usid(other.locator));
            }
        }
    }

    /// `wanted` where it is free, else the lowest that is.
    Result<Prefix6> take(std::size_t wanted) {
        std::size_t id = wanted;
        if (id == 0 || id > kMostNumberedRouters || taken_.contains(static_cast<std::uint16_t>(id))) {
            while (next_ <= kMostNumberedRouters && taken_.contains(static_cast<std::uint16_t>(next_))) {
                ++next_;
            }
            id = next_;
        }
        if (id > kMostNumberedRouters) {
            return Error{Errc::kOutOfRange, "more than " + std::to_string(kMostNumberedRouters) +
                                                " routers cannot be named by 16-bit ids"};
        }
        taken_.insert(static_cast<std::uint16_t>(id));
        const std::size_t at = block_.length / 8;
        Prefix6 locator{block_.address, static_cast<std::uint8_t>(block_.length + 16)};
        locator.address.bytes[at] = static_cast<std::uint8_t>(id >> 8);
        locator.address.bytes[at + 1] = static_cast<std::uint8_t>(id);
        return locator;
    }

private:
    Prefix6 block_;
    std::set<std::uint16_t> taken_;
    std::size_t next_ = 1;
};

/// The routers first, so that those keep the ids of their order; then their Flex-Algos.
Status number_routers(TopologyView& view, const Prefix6& block) {
    FreeIds ids(view, block);
    for (std::size_t index = 0; index < view.routers.size(); ++index) {
        if (view.routers[index].locator.length == 0) {
            SL_TRY(view.routers[index].locator, ids.take(index + 1));
        }
    }
    for (Router& router : view.routers) {
        for (AlgorithmLocator& other : router.algorithms) {
            if (other.locator.length == 0) {
                SL_TRY(other.locator, ids.take(0));
            }
        }
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
