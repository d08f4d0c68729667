// SPDX-License-Identifier: Apache-2.0
// Tariffs and carbon that change during a run: what is spent, and that policies follow.
#include <gtest/gtest.h>

#include <cmath>

#include "simulator/simulate.hpp"

namespace suanlu::sim {
namespace {

Scenario two_sites() {
    Scenario s;
    s.name = "two";
    for (const char* name : {"a", "b"}) {
        SimSite site;
        site.name = name;
        site.workers = 16;
        s.sites.push_back(site);
    }
    s.ingresses = {{"in", 1}};
    s.rtt_s = {{0.004, 0.004}};
    s.sizes.mean = 0.2;
    s.arrivals.load = 0.3;
    s.seconds = 60;
    return s;
}

/// Share of a site in the jobs placed between two times.
double share_between(const Outcome& o, std::size_t site, double from, double to) {
    double sum = 0;
    double seconds = 0;
    for (const Second& second : o.seconds) {
        if (second.at_s > from && second.at_s <= to) {
            sum += second.share[site];
            seconds += 1;
        }
    }
    return sum / seconds;
}

TEST(Energy, MoneyAndCarbon_AreThoseOfEachSecond) {
    Scenario s = two_sites();
    s.sites[0].idle_w = s.sites[0].full_w = 3.6e6; // 1 kWh a second
    s.sites[0].pue = 2;
    s.sites[0].tariff = *Course::of({{-5, 100}, {20, 300}, {50, -60}}, 0);
    s.sites[0].carbon = *Course::of({{0, 400}, {30, 100}}, 0);
    const Outcome o = *simulate(s, {});
    EXPECT_NEAR(o.sites[0].energy_kwh, 120, 1e-9);
    EXPECT_NEAR(o.sites[0].money, 2 * (20 * 100 + 30 * 300 - 10 * 60) / 1000.0, 1e-9);
    EXPECT_NEAR(o.sites[0].carbon_g, 2 * (30 * 400 + 30 * 100), 1e-6);
    EXPECT_EQ(o.sites[1].money, 0);
}

TEST(Energy, Policies_FollowTheTariff) {
    for (const char* policy : {"default", "joint", "nearest", "clairvoyant-greedy"}) {
        Scenario s = two_sites();
        s.sites[0].tariff = *Course::of({{0, 100}, {30, 20}}, 0);
        s.sites[1].tariff = Course(60);
        s.sites[0].tariff_worth_s = s.sites[1].tariff_worth_s = 0.02;
        DispatcherSpec spec;
        spec.policy = policy;
        const Outcome o = *simulate(s, spec);
        EXPECT_LT(share_between(o, 0, 10, 30), 0.2) << policy;
        EXPECT_GT(share_between(o, 0, 45, 60), 0.8) << policy;
    }
}

TEST(Energy, CarbonIsWorthSomethingToo_AndNegativePricesNothing) {
    SimSite site;
    site.price_s = 0.001;
    site.tariff = Course(-50);
    site.tariff_worth_s = 0.01;
    site.carbon = Course(300);
    site.carbon_worth_s = 0.0001;
    EXPECT_NEAR(site.price_at(7), 0.031, 1e-12);
}

TEST(Course, Steps_HoldUntilTheNext_AndRepeat) {
    const Course day = *Course::of({{-2, 1}, {3, 5}}, 10);
    EXPECT_EQ(day.at(0), 1);
    EXPECT_EQ(day.at(2.99), 1);
    EXPECT_EQ(day.at(3), 5);
    EXPECT_EQ(day.at(7.99), 5);
    EXPECT_EQ(day.at(8), 1);
    EXPECT_EQ(day.at(1003), 5);
    EXPECT_EQ(day.next_step_s(0), 3);
    EXPECT_EQ(day.next_step_s(3), 8);
    EXPECT_EQ(day.next_step_s(1003), 1008);
    EXPECT_TRUE(std::isinf(Course(4).next_step_s(0)));
    EXPECT_EQ(Course().at(5), 0);
}

TEST(Course, WhatMakesNoSense_IsRefused) {
    EXPECT_FALSE(Course::of({}, 0));
    EXPECT_FALSE(Course::of({{0, NAN}}, 0));
    EXPECT_FALSE(Course::of({{0, 1}, {0, 2}}, 0));
    EXPECT_FALSE(Course::of({{1, 1}}, 0)) << "what holds before?";
    EXPECT_FALSE(Course::of({{0, 1}, {10, 2}}, 10));
    Scenario s = two_sites();
    s.sites[0].tariff = Course(NAN);
    EXPECT_EQ(check(s).error().detail, "scenario: site 'a': tariff or carbon has a value that is no number");
    s.sites[0].tariff = *Course::of({{0, 1}}, 0, 30);
    EXPECT_EQ(check(s).error().detail, "scenario: site 'a': tariff is known for 30 s, the run takes 60 s");
    s = two_sites();
    s.clock_speed = 0;
    EXPECT_FALSE(check(s));
}

} // namespace
} // namespace suanlu::sim
