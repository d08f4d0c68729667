// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/job_counts.hpp"

#include <gtest/gtest.h>

#include <map>

namespace suanlu {
namespace {

struct Bench {
    JobCounts counts;
    VirtualClock clock;
    Service service;
    std::uint64_t flows = 0;
    std::uint64_t jobs = 0;
    bool is_counting = true;
    bool is_sent_told = true;

    Bench() {
        service.name = "analysis";
        service.jobs_per_flow = 3;
    }
    void pass(int seconds, std::uint64_t flows_per_s, std::uint64_t jobs_per_s,
              const std::vector<std::string>& names = {"analysis"}) {
        for (int i = 0; i < seconds; ++i) {
            clock.advance(std::chrono::seconds(1));
            flows += flows_per_s;
            jobs += jobs_per_s;
            IngressReport ingress;
            ingress.node = "R1";
            ingress.boot_id = "a";
            ingress.services = {{"analysis", "cameras", flows, 0, 0, 0, {{"near", flows}}}};
            if (is_sent_told) {
                counts.note(ingress);
            }
            SiteReport site;
            site.site = "near";
            site.boot_id = "b";
            for (const std::string& name : names) {
                InstanceReport instance;
                instance.service = name;
                instance.completed = is_counting ? jobs : 0;
                site.instances.push_back(instance);
            }
            counts.note(site, clock.now());
        }
    }
};

TEST(JobCounts, InventoryUntilSomethingIsCounted_ThenTheCounters) {
    Bench b;
    EXPECT_EQ(b.counts.per_flow(b.service), 3);
    b.pass(60, 100, 1000);
    EXPECT_TRUE(b.counts.is_measured("analysis"));
    EXPECT_NEAR(b.counts.per_flow(b.service), 10, 0.2);
    b.pass(600, 100, 100);
    EXPECT_NEAR(b.counts.per_flow(b.service), 1, 0.15) << "keep-alive was switched off";
}

TEST(JobCounts, SiteWithoutTheCounterChangesNothing) {
    Bench b;
    b.is_counting = false;
    b.pass(60, 100, 0);
    EXPECT_EQ(b.counts.per_flow(b.service), 3);
}

TEST(JobCounts, RestartsAndRequestsFromElsewhereChangeNothing) {
    Bench b;
    b.pass(60, 100, 300);
    const double before = b.counts.per_flow(b.service);
    b.flows = b.jobs = 5; // both started over
    b.pass(5, 100, 300);
    EXPECT_NEAR(b.counts.per_flow(b.service), before, 0.1);
    Bench idle;
    idle.pass(60, 0, 500);
    EXPECT_EQ(idle.counts.per_flow(idle.service), 3);
}

TEST(JobCounts, OneCounterForTwoServicesIsSharedOut) {
    Bench b;
    b.pass(60, 100, 400, {"analysis", "video"});
    EXPECT_NEAR(b.counts.per_flow(b.service), 4, 0.1);
    EXPECT_TRUE(b.counts.is_measured("video"));
}

/// Cameras send one job per connection, a gateway twelve; each reaches both sites, in other proportions.
struct TwoIngresses {
    JobCounts counts;
    VirtualClock clock;
    Service service;
    std::map<std::string, std::map<std::string, std::uint64_t>> flows; // ingress -> site
    std::map<std::string, std::uint64_t> jobs;

    TwoIngresses() { service.name = "analysis"; }
    void pass(int seconds, std::uint64_t cameras, std::uint64_t gateway) {
        const std::map<std::string, std::map<std::string, std::uint64_t>> sent{
            {"cameras", {{"near", cameras * 8}, {"far", cameras * 2}}},
            {"gateway", {{"near", gateway * 3}, {"far", gateway * 7}}}};
        for (int i = 0; i < seconds; ++i) {
            clock.advance(std::chrono::seconds(1));
            for (const auto& [ingress, sites] : sent) {
                IngressReport report;
                report.node = ingress;
                report.boot_id = "a";
                for (const auto& [site, count] : sites) {
                    flows[ingress][site] += count;
                    jobs[site] += count * (ingress == "gateway" ? 12 : 1);
                }
                report.services = {
                    {"analysis", "", 0, 0, 0, 0, {flows[ingress].begin(), flows[ingress].end()}}};
                counts.note(report);
            }
            for (const char* site : {"near", "far"}) {
                SiteReport report;
                report.site = site;
                report.boot_id = "b";
                InstanceReport instance;
                instance.service = "analysis";
                instance.completed = jobs[site];
                report.instances = {instance};
                counts.note(report, clock.now());
            }
        }
    }
};

TEST(JobCounts, IngressesAreToldApart_WhereTheyMixDifferently) {
    TwoIngresses b;
    b.pass(2400, 10, 10);
    EXPECT_NEAR(b.counts.per_flow(b.service), 6.5, 0.2) << "of both together";
    EXPECT_NEAR(b.counts.per_flow(b.service, "gateway"), 12, 1.5);
    EXPECT_NEAR(b.counts.per_flow(b.service, "cameras"), 1, 0.5);
    EXPECT_EQ(b.counts.per_flow(b.service, "R9"), b.counts.per_flow(b.service)) << "never heard of";
}

TEST(JobCounts, AnIngressWithFewFlowsHasTheServicesFigure) {
    TwoIngresses b;
    b.pass(600, 10, 0);
    const double whole = b.counts.per_flow(b.service);
    b.pass(6, 0, 1);
    EXPECT_NEAR(b.counts.per_flow(b.service, "gateway"), b.counts.per_flow(b.service), 1.5)
        << "sixty flows do not make a figure";
    EXPECT_NEAR(b.counts.per_flow(b.service, "cameras"), whole, 0.2);
}

// Figures weighed by flows make the service's, however different the ingresses are in size.
TEST(JobCounts, TheIngressesFiguresMakeTheServices) {
    for (const auto& [cameras, gateway] : {std::pair<unsigned, unsigned>{10, 10}, {10, 1}, {1, 0}}) {
        TwoIngresses b;
        b.pass(300, cameras, gateway);
        const double sum = cameras * b.counts.per_flow(b.service, "cameras") +
                           gateway * b.counts.per_flow(b.service, "gateway");
        const double whole = b.counts.per_flow(b.service);
        EXPECT_NEAR(sum / (cameras + gateway), whole, whole * 1e-3) << cameras << " and " << gateway;
    }
}

TEST(JobCounts, JobsOfFlowsThatNobodySawDoNotCount) {
    Bench b;
    b.service.jobs_per_flow = 1;
    b.is_sent_told = false;
    b.pass(1, 0, 0);
    b.pass(1, 1000, 1000);
    b.is_sent_told = true; // the ingress's first report
    b.pass(10, 100, 100);
    EXPECT_NEAR(b.counts.per_flow(b.service), 1, 0.02);
}

// Until a flow goes to a site, reports do not name it.
TEST(JobCounts, TheFirstFlowsToASiteCount) {
    JobCounts counts;
    Service service;
    service.name = "analysis";
    MonoTime now{};
    for (std::uint64_t second = 1; second <= 16; ++second) {
        now = now + std::chrono::seconds(1);
        const std::uint64_t flows = second < 4 ? 0 : 1000 + second;
        IngressReport ingress;
        ingress.node = "R1";
        ingress.boot_id = "a";
        ingress.services = {{"analysis", "", flows, 0, 0, 0, {}}};
        if (flows > 0) {
            ingress.services[0].new_flows_by_site = {{"near", flows}};
        }
        counts.note(ingress);
        SiteReport site;
        site.site = "near";
        site.boot_id = "b";
        site.instances.resize(1);
        site.instances[0].service = "analysis";
        site.instances[0].completed = flows;
        counts.note(site, now);
    }
    EXPECT_NEAR(counts.per_flow(service), 1, 0.01);
}

} // namespace
} // namespace suanlu
