// SPDX-License-Identifier: Apache-2.0
// The kernel's routes as NextHops asks for them, in a network namespace of the test's own. Needs root.
#include <gtest/gtest.h>
#include <sched.h>

#include <cstdlib>

#include "dataplane/kernel/next_hops.hpp"

namespace suanlu {
namespace {

void ip(const std::string& command) {
    ASSERT_EQ(std::system(("ip " + command).c_str()), 0) << command;
}

class NextHopsInKernel : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(unshare(CLONE_NEWNET), 0) << "needs root";
        ip("link set lo up");
        ip("link add name way type veth peer name far");
        ip("link set far up");
        ip("link set way up");
        ip("addr add 2001:db8:1::1/64 dev way nodad");
        ip("neigh replace 2001:db8:1::2 dev way lladdr 02:00:00:00:00:02");
        auto opened = NextHops::open();
        ASSERT_TRUE(opened) << opened.error().text();
        hops = std::move(*opened);
    }
    static Ip6 address(const char* text) { return *Ip6::parse(text); }
    RouteKind kind_of(const char* to) {
        const auto answer = hops->route(address(to));
        EXPECT_TRUE(answer) << answer.error().text();
        return answer ? answer->kind : RouteKind::kBlackhole;
    }
    /// On every CPU: what the kernel caches of routes is of one.
    template <class Do>
    static void on_every_cpu(const Do& what) {
        cpu_set_t all;
        ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (CPU_ISSET(cpu, &all)) {
                cpu_set_t one;
                CPU_ZERO(&one);
                CPU_SET(cpu, &one);
                ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
                what(cpu);
            }
        }
        ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
    }

    std::unique_ptr<NextHops> hops;
};

TEST_F(NextHopsInKernel, RouteOverANexthopObject_StaysWhenAnotherOneGoes) {
    ip("nexthop add id 24 via 2001:db8:1::2 dev way");
    ip("route add 2001:db8:e1::/48 nhid 24");
    ip("route add 2001:db8:e2::/48 nhid 24");
    on_every_cpu([this](int) { EXPECT_EQ(kind_of("2001:db8:e1::5"), RouteKind::kUsable); });
    ip("route del 2001:db8:e1::/48");
    on_every_cpu([this](int cpu) {
        EXPECT_EQ(kind_of("2001:db8:e2::5"), RouteKind::kUsable) << "CPU " << cpu;
        EXPECT_EQ(kind_of("2001:db8:e1::5"), RouteKind::kUnreachable) << "CPU " << cpu;
        const auto hop = hops->resolve(address("2001:db8:e2::5"));
        ASSERT_TRUE(hop);
        EXPECT_NE(hop->interface_index, 0U);
        EXPECT_EQ(hop->destination_mac, (LinkAddress{2, 0, 0, 0, 0, 2}));
    });
    ip("route add 2001:db8:e3::/48 nhid 24"); // what is cached is made anew
    const auto by_tables = hops->routes_by_tables();
    on_every_cpu([this](int) { EXPECT_EQ(kind_of("2001:db8:e2::5"), RouteKind::kUsable); });
    EXPECT_EQ(hops->routes_by_tables(), by_tables) << "by the kernel again";
}

TEST_F(NextHopsInKernel, WhatTheKernelRefuses_IsSaidAsItIs) {
    ip("-6 route add blackhole 2001:db8:b::/48");
    ip("-6 route add unreachable 2001:db8:c::/48");
    EXPECT_EQ(kind_of("2001:db8:b::1"), RouteKind::kBlackhole);
    EXPECT_EQ(kind_of("2001:db8:c::1"), RouteKind::kUnreachable);
    EXPECT_EQ(kind_of("2001:db8:d::1"), RouteKind::kUnreachable);
    EXPECT_EQ(kind_of("2001:db8:1::1"), RouteKind::kLocal);
    EXPECT_EQ(kind_of("2001:db8:1::9"), RouteKind::kUsable);
}

} // namespace
} // namespace suanlu
