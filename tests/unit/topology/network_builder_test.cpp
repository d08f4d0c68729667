// SPDX-License-Identifier: Apache-2.0
#include "controller/topology/files/network_builder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace suanlu {
namespace {

FileRouter router(std::string key, std::string name = {}, std::optional<Place> place = {}) {
    return {std::move(key), std::move(name), place, {}};
}

FileLink between(std::string_view from, std::string_view to) {
    FileLink link;
    link.from = from;
    link.to = to;
    return link;
}

/// The refusal of a link with one property set.
template <class Change>
std::string refusal_of(Change change) {
    NetworkBuilder builder("net.x", {});
    EXPECT_TRUE(builder.add_router(router("a"), 1));
    EXPECT_TRUE(builder.add_router(router("b"), 2));
    FileLink link = between("a", "b");
    change(link);
    const Status status = builder.add_link(link, 7);
    return status ? "added" : status.error().text();
}

TEST(NetworkBuilder, Distance_OfKnownCities_IsTheGreatCircle) {
    // Beijing to Guangzhou, 1890 km; a quarter of a meridian of the mean sphere.
    EXPECT_NEAR(distance_km({116.4074, 39.9042}, {113.2644, 23.1291}), 1889, 5);
    EXPECT_NEAR(distance_km({0, 0}, {0, 90}), 10007.557, 0.001);
    EXPECT_NEAR(distance_km({179.5, 0}, {-179.5, 0}), 111.195, 0.001);
    EXPECT_EQ(distance_km({12, 34}, {12, 34}), 0);
}

TEST(NetworkBuilder, Link_WithPlaces_GetsDelayBothWays) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a", "", Place{0, 0}), 1));
    ASSERT_TRUE(builder.add_router(router("b", "", Place{0, 9}), 2));
    ASSERT_TRUE(builder.add_both_directions(between("a", "b"), 3));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->view.links.size(), 2U);
    // 1000.7557 km x 5 us/km
    EXPECT_EQ(read->view.links[0].delay.value, 5004U);
    EXPECT_EQ(read->view.links[1].delay.value, 5004U);
    EXPECT_EQ(read->view.links[0].igp_metric, 10U);
    EXPECT_EQ(read->facts.notes[0], "delay: great circle of the coordinates x 5 us/km (2 links)");
    EXPECT_EQ(read->facts.notes[1], "IGP metric: 10 where the file has none (2 links)");
}

TEST(NetworkBuilder, Delay_StatedBeatsLengthBeatsPlaces) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a", "", Place{0, 0}), 1));
    ASSERT_TRUE(builder.add_router(router("b", "", Place{0, 9}), 2));
    FileLink link = between("a", "b");
    link.distance_km = 100.3;
    ASSERT_TRUE(builder.add_link(link, 3));
    link = between("b", "a");
    link.distance_km = 100;
    link.properties.delay = {77};
    ASSERT_TRUE(builder.add_link(link, 4));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->view.links[0].delay.value, 502U);
    EXPECT_EQ(read->view.links[1].delay.value, 77U);
}

TEST(NetworkBuilder, Delay_WithoutAPlace_StaysUnknown) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a", "", Place{0, 0}), 1));
    ASSERT_TRUE(builder.add_router(router("b"), 2));
    ASSERT_TRUE(builder.add_link(between("a", "b"), 3));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->view.links[0].delay, kUnreachableDelay);
    EXPECT_EQ(read->facts.links_without_delay, 1U);
    EXPECT_EQ(read->facts.routers_without_place, 1U);
    EXPECT_EQ(read->facts.notes[1], "delay: unknown, no delay path passes them (1 link)");
    EXPECT_EQ(read->facts.notes.back(), "IGP metric: 10 where the file has none (1 link)");
}

TEST(NetworkBuilder, Labels_UsedTwice_GetTheirIds) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("1", "Albany"), 1));
    ASSERT_TRUE(builder.add_router(router("2", "Boston"), 2));
    ASSERT_TRUE(builder.add_router(router("3", "Albany"), 3));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->view.routers[0].name, "Albany#1");
    EXPECT_EQ(read->view.routers[1].name, "Boston");
    EXPECT_EQ(*read->view.find("Albany#3"), 2U);
}

TEST(NetworkBuilder, Names_ThatCollideAfterwards_AreRefused) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("1", "A"), 1));
    ASSERT_TRUE(builder.add_router(router("2", "A"), 2));
    ASSERT_TRUE(builder.add_router(router("3", "A#1"), 5));
    const auto read = std::move(builder).finish("x");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().text(), "bad-input: net.x:5: router name 'A#1' again, first in line 1");
}

TEST(NetworkBuilder, Router_Unusable_IsRefusedWithItsLine) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a"), 4));
    EXPECT_EQ(builder.add_router(router("a"), 9).error().text(),
              "bad-input: net.x:9: router 'a' again, first in line 4");
    EXPECT_EQ(builder.add_router(router("c", "", Place{181, 0}), 9).error().detail,
              "net.x:9: coordinates of 'c' are no degrees");
    EXPECT_EQ(builder.add_router(router("c", "", Place{0, std::nan("")}), 9).error().detail,
              "net.x:9: coordinates of 'c' are no degrees");
    EXPECT_EQ(builder.add_router(router(""), 9).error().detail, "net.x:9: a router without an id");
    EXPECT_FALSE(builder.add_router(router("a\x1b[31m"), 9));
    EXPECT_FALSE(builder.add_router(router("b", "\xc3"), 9));
    EXPECT_FALSE(builder.add_router(router("b", "\xed\xa0\x80"), 9));
    EXPECT_TRUE(builder.add_router(router("b", "Z\xc3\xbcrich"), 9));
}

TEST(NetworkBuilder, Link_Unusable_IsRefusedWithItsLine) {
    EXPECT_EQ(refusal_of([](FileLink&) {}), "added");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.to = "z"; }),
              "bad-input: net.x:7: a link to 'z', which is no router of this file");
    EXPECT_EQ(refusal_of([](FileLink& l) {
                  l.properties.igp_metric = 16777216;
                  l.has_igp_metric = true;
              }),
              "bad-input: net.x:7: IGP metric 16777216 is above 16777215");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.properties.te_metric = 16777216; }),
              "bad-input: net.x:7: TE metric 16777216 is above 16777215");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.properties.delay = {0x7fffffff}; }),
              "bad-input: net.x:7: a delay above 2147483646 us");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.properties.jitter = kUnreachableDelay; }),
              "bad-input: net.x:7: a delay above 2147483646 us");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.distance_km = -3; }), "bad-input: net.x:7: a length of -3 km");
    EXPECT_EQ(refusal_of([](FileLink& l) { l.distance_km = 1e9; }),
              "bad-input: net.x:7: a length of 1e+09 km");
    EXPECT_EQ(refusal_of([](FileLink& l) {
                  l.properties.bandwidth = BytesPerSecond{std::numeric_limits<double>::quiet_NaN()};
              }),
              "bad-input: net.x:7: a bandwidth that is negative or no number");
}

TEST(NetworkBuilder, Link_ToItself_IsDroppedAndCounted) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a"), 1));
    ASSERT_TRUE(builder.add_both_directions(between("a", "a"), 2));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->view.links.empty());
    EXPECT_EQ(read->facts.links_dropped, 1U);
    EXPECT_EQ(read->facts.notes.back(), "dropped: 1 x link of a router to itself");
}

TEST(NetworkBuilder, Limits_AreKept) {
    ReadOptions options;
    options.most_routers = 2;
    options.most_links = 1;
    NetworkBuilder builder("net.x", options);
    ASSERT_TRUE(builder.add_router(router("a"), 1));
    ASSERT_TRUE(builder.add_router(router("b"), 2));
    EXPECT_EQ(builder.add_router(router("c"), 3).error().text(),
              "out-of-range: net.x:3: more than 2 routers");
    EXPECT_EQ(builder.add_both_directions(between("a", "b"), 4).error().text(),
              "out-of-range: net.x:4: more than 1 directed links");
}

TEST(NetworkBuilder, Finish_NumbersWhatIdsCanName) {
    for (const std::size_t count : {std::size_t{3}, kMostNumberedRouters, kMostNumberedRouters + 1}) {
        NetworkBuilder builder("net.x", {});
        for (std::size_t index = 0; index < count; ++index) {
            ASSERT_TRUE(builder.add_router(router(std::to_string(index)), index + 1));
        }
        ASSERT_TRUE(builder.add_both_directions(between("0", "1"), 1));
        const auto read = std::move(builder).finish("x");
        ASSERT_TRUE(read);
        EXPECT_EQ(read->facts.is_numbered, count <= kMostNumberedRouters);
        EXPECT_EQ(read->view.routers[1].locator.length, count <= kMostNumberedRouters ? 48 : 0);
        EXPECT_EQ(read->view.links[0].adjacency_usid, count <= kMostNumberedRouters ? 0xe000 : 0);
    }
}

TEST(NetworkBuilder, Finish_TooManyLinksAtARouter_LeavesAllUnnumbered) {
    NetworkBuilder builder("net.x", {});
    ASSERT_TRUE(builder.add_router(router("a"), 1));
    ASSERT_TRUE(builder.add_router(router("b"), 2));
    for (int index = 0; index < 0x2001; ++index) {
        ASSERT_TRUE(builder.add_link(between("a", "b"), 3));
    }
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->facts.is_numbered);
    EXPECT_EQ(read->view.routers[0].locator.length, 0);
}

TEST(NetworkBuilder, Finish_WithoutRouters_IsRefused) {
    EXPECT_EQ(NetworkBuilder("net.x", {}).finish("x").error().text(), "bad-input: net.x:1: no routers");
}

TEST(NetworkBuilder, Finish_OneWayLinks_AreTold) {
    NetworkBuilder builder("net.x", {});
    for (const char* name : {"a", "b", "c"}) {
        ASSERT_TRUE(builder.add_router(router(name), 1));
    }
    ASSERT_TRUE(builder.add_both_directions(between("a", "b"), 2));
    ASSERT_TRUE(builder.add_link(between("c", "a"), 3));
    const auto read = std::move(builder).finish("x");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->view.links.size(), 3U);
    EXPECT_EQ(read->facts.notes[0],
              "without an opposite direction, so that an IGP would not use them (1 link)");
}

} // namespace
} // namespace suanlu
