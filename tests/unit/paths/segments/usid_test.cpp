// SPDX-License-Identifier: Apache-2.0
#include "controller/paths/segments/usid.hpp"

#include <gtest/gtest.h>

#include "tests/unit/paths/segments/small_network.hpp"

namespace suanlu::paths::test {
namespace {

constexpr std::uint16_t kFunction = 0xfe06;

/// A chain R0 - R1 - ... with node ids 0x0100, 0x0200, ... below 2001:db8::/32 or 2001:db8:b1::/48.
TopologyView chain(std::uint32_t routers, UsidFormat format) {
    std::vector<Line> lines;
    for (std::uint32_t router = 1; router < routers; ++router) {
        lines.push_back({router - 1, router, 1, 10});
    }
    TopologyView view = both_ways(routers, lines);
    const Ip6 block = *Ip6::parse(format == kF3216 ? "2001:db8::" : "2001:db8:b1::");
    for (std::uint32_t router = 0; router < routers; ++router) {
        const std::uint16_t id = static_cast<std::uint16_t>((router + 1) << 8);
        const auto bits = static_cast<std::uint8_t>(format.block_bits + 16);
        view.routers[router].locator = {usid_container(block, format, std::span(&id, 1)), bits};
        view.routers[router].msd = 255;
    }
    return view;
}

PathList nodes(const TopologyView& view, std::uint32_t first, std::uint32_t last) {
    PathList list;
    for (std::uint32_t router = first; router <= last; ++router) {
        list.push_back(node_segment(view, router));
    }
    return list;
}

std::vector<std::string> text(const PackedList& packed) {
    std::vector<std::string> out{packed.destination.text()};
    for (const Ip6& address : packed.srh) {
        out.push_back(address.text());
    }
    return out;
}

using Texts = std::vector<std::string>;

// RFC 9800 section 4.1: block, then ids in the order of their segments, then zeros.
TEST(Usid, F3216_SixIdsNeedNoSrh) {
    const TopologyView view = chain(8, kF3216);
    const PackOptions options;
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 1), kFunction, options)), Texts{"2001:db8:200:fe06::"});
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 5), kFunction, options)),
              Texts{"2001:db8:200:300:400:500:600:fe06"});
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 6), std::nullopt, options)),
              Texts{"2001:db8:200:300:400:500:600:700"});
}

TEST(Usid, F3216_FunctionStaysWithItsNode) {
    const TopologyView view = chain(8, kF3216);
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 6), kFunction, {})),
              (Texts{"2001:db8:200:300:400:500:600:0", "2001:db8:700:fe06::"}));
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 7), kFunction, {})),
              (Texts{"2001:db8:200:300:400:500:600:700", "2001:db8:800:fe06::"}));
}

TEST(Usid, F4816_FiveIdsNeedNoSrh) {
    const TopologyView view = chain(8, kF4816);
    const PackOptions options{ListMode::kUsid, kF4816};
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 4), kFunction, options)),
              Texts{"2001:db8:b1:200:300:400:500:fe06"});
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 5), kFunction, options)),
              (Texts{"2001:db8:b1:200:300:400:500:0", "2001:db8:b1:600:fe06::"}));
}

TEST(Usid, LocalId_StaysWithItsNode) {
    const TopologyView view = chain(8, kF3216);
    const Graph graph = graph_of(view);
    PathList list = nodes(view, 1, 6);
    list.push_back(adjacency_segment(view, link_between(graph, 6, 7)));
    list.push_back(node_segment(view, 7));
    const auto packed = pack_list(view, list, kFunction, {});
    ASSERT_TRUE(packed.has_value());
    EXPECT_EQ(text(*packed), (Texts{"2001:db8:200:300:400:500:600:0", "2001:db8:700:e001:800:fe06::"}));
}

TEST(Usid, OtherBlock_OpensANewAddress) {
    TopologyView view = chain(3, kF3216);
    view.routers[2].algorithms.push_back({128, *Prefix6::parse("2001:db9:300::/48")});
    const PathList list{node_segment(view, 1), node_segment(view, 2, 128)};
    EXPECT_EQ(text(*pack_list(view, list, kFunction, {})), (Texts{"2001:db8:200::", "2001:db9:300:fe06::"}));
}

TEST(Usid, FullLengthSids_NameTheRouterOnce) {
    const TopologyView view = chain(4, kF3216);
    const Graph graph = graph_of(view);
    const PackOptions options{ListMode::kSid, kF3216};
    const PathList list{node_segment(view, 1), adjacency_segment(view, link_between(graph, 1, 2)),
                        adjacency_segment(view, link_between(graph, 2, 3)), node_segment(view, 3)};
    EXPECT_EQ(text(*pack_list(view, list, kFunction, options)),
              (Texts{"2001:db8:200:e001::", "2001:db8:300:e001::", "2001:db8:400:fe06::"}));
    EXPECT_EQ(text(*pack_list(view, nodes(view, 1, 2), std::nullopt, options)),
              (Texts{"2001:db8:200::", "2001:db8:300::"}));
}

TEST(Usid, PackedIds_ComeBackInOrder) {
    for (const UsidFormat format : {kF3216, kF4816}) {
        const TopologyView view = chain(30, format);
        for (std::uint32_t last = 1; last < 30; ++last) {
            const PathList list = nodes(view, 1, last);
            std::vector<std::uint16_t> ids;
            for (const PathSegment& segment : list) {
                ids.push_back(segment.usid);
            }
            EXPECT_EQ(unpack_usids(*pack_list(view, list, std::nullopt, {ListMode::kUsid, format}), format),
                      ids);
            ids.push_back(kFunction);
            const auto packed = pack_list(view, list, kFunction, {ListMode::kUsid, format});
            EXPECT_EQ(unpack_usids(*packed, format), ids);
            const Ip6& end = packed->srh.empty() ? packed->destination : packed->srh.back();
            std::size_t place = 0;
            while (usid_at(end, format, place) != kFunction) {
                ++place;
            }
            ASSERT_GT(place, 0U);
            EXPECT_EQ(usid_at(end, format, place - 1), list.back().usid);
        }
    }
}

TEST(Usid, WhatHasNoAddress_IsRefused) {
    TopologyView view = chain(3, kF3216);
    EXPECT_EQ(pack_list(view, {}, kFunction, {}).error().code, Errc::kBadInput);
    EXPECT_EQ(pack_list(view, nodes(view, 1, 1), 0, {}).error().code, Errc::kBadInput);
    EXPECT_EQ(pack_list(view, nodes(view, 1, 1), kFunction, {ListMode::kUsid, kF4816}).error().code,
              Errc::kBadInput);
    const PathList by_link{adjacency_segment(view, 0)};
    EXPECT_EQ(pack_list(view, by_link, kFunction, {}).error().code, Errc::kBadInput);
    view.routers[1].locator = {};
    EXPECT_EQ(pack_list(view, nodes(view, 1, 1), kFunction, {}).error().code, Errc::kBadInput);
}

TEST(Depths, EveryLimit_IsNamed) {
    TopologyView view = chain(20, kF3216);
    const PathList list = nodes(view, 1, 12); // 13 ids: three addresses, two in the SRH
    const auto check = [&] {
        const Status status = check_depths(view, 0, list, true, {});
        return status ? std::string() : status.error().detail;
    };
    EXPECT_EQ(check(), "");
    view.routers[0].msd = 12;
    EXPECT_EQ(check(), "R0 imposes at most this many ids: 12, the list needs 13");
    view.routers[0].msd = 13;
    EXPECT_EQ(check(), "");
    view.routers[0].depths.h_encaps = 1;
    EXPECT_EQ(check(), "R0 puts at most this many SIDs into an SRH: 1, the list needs 2");
    view.routers[0].depths.h_encaps = 2;
    view.routers[3].depths.segments_left = 1;
    EXPECT_EQ(check(), "R3 processes at most this Segments Left: 1, the list needs 2");
    view.routers[3].depths.segments_left = 2;
    view.routers[12].depths.segments_left = 0; // the last one sees 0
    view.routers[12].depths.end_d = 1;
    EXPECT_EQ(check(), "R12 takes off an SRH of at most this many SIDs: 1, the list needs 2");
    view.routers[12].depths.end_d = 2;
    EXPECT_EQ(check(), "");
}

TEST(Depths, NoSrh_NeedsNoDepth) {
    TopologyView view = chain(8, kF3216);
    for (Router& router : view.routers) {
        router.depths = {0, 0, 0, 0};
    }
    EXPECT_TRUE(check_depths(view, 0, nodes(view, 1, 5), true, {}).has_value());
    EXPECT_FALSE(check_depths(view, 0, nodes(view, 1, 6), true, {}).has_value());
    EXPECT_FALSE(check_depths(view, 0, nodes(view, 1, 2), true, {ListMode::kSid, kF3216}).has_value());
}

} // namespace
} // namespace suanlu::paths::test
