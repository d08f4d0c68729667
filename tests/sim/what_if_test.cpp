// SPDX-License-Identifier: Apache-2.0
#include "controller/decision/what_if.hpp"

#include <gtest/gtest.h>

#include "tests/sim/sim_world.hpp"

namespace suanlu::sim {
namespace {

using std::chrono::seconds;

struct Recorded {
    SimWorld world;
    JournalReading journal;

    Recorded() {
        JournalWriter writer({DecisionLimits{}, {}, "mark", false}, world.now());
        world.record_to(&writer);
        world.restart_controller(false);
        world.load("R1", "analysis", 35);
        world.load("R2", "analysis", 35);
        world.run(seconds(15));
        world.decision().set_listener(nullptr);
        journal = *read_journal(writer.take());
    }
    [[nodiscard]] WhatIf ask(const WhatIfChange& change) const {
        auto answer = what_if(journal, world.inventory(), change);
        SL_CHECK(answer.has_value());
        return *std::move(answer);
    }
    static WhatIfPair pair(const WhatIf& answer, const std::string& ingress, const std::string& site) {
        for (const WhatIfPair& p : answer.pairs) {
            if (p.service == "analysis" && p.ingress == ingress && p.site == site) {
                return p;
            }
        }
        SL_CHECK(false);
        return answer.pairs.front();
    }
    static WhatIfSite site(const WhatIf& answer, const std::string& name) {
        for (const WhatIfSite& s : answer.sites) {
            if (s.service == "analysis" && s.site == name) {
                return s;
            }
        }
        SL_CHECK(false);
        return answer.sites.front();
    }
};

TEST(WhatIf, NothingChangedIsNothingDifferent) {
    const Recorded r;
    const WhatIf same = r.ask({});
    for (const WhatIfPair& p : same.pairs) {
        EXPECT_EQ(p.before.share, p.after.share) << p.ingress << " " << p.site;
    }
    double jobs = 0;
    for (const char* site : {"mec-1", "mec-2", "icc"}) {
        jobs += Recorded::site(same, site).after.jobs_per_s;
    }
    EXPECT_NEAR(jobs, 70, 1);
}

TEST(WhatIf, FailedDrainedAndDearSitesLoseTheirShare) {
    const Recorded r;
    ASSERT_GT(Recorded::pair(r.ask({}), "R1", "mec-1").before.share, 0.1);
    WhatIfChange failed;
    failed.failed_sites = {"mec-1"};
    const WhatIfPair dead = Recorded::pair(r.ask(failed), "R1", "mec-1");
    EXPECT_EQ(dead.after.share, 0);
    EXPECT_EQ(dead.rejected_by, "not alive at this ingress");
    WhatIfChange drained;
    drained.drained_sites = {"mec-1"};
    EXPECT_EQ(Recorded::pair(r.ask(drained), "R1", "mec-1").after.share, 0);
    WhatIfChange dear;
    dear.prices = {{"mec-1", 10}};
    const WhatIf dearer = r.ask(dear);
    EXPECT_EQ(Recorded::pair(dearer, "R1", "mec-1").after.share, 0);
    EXPECT_GT(dearer.services[0].cost_after, dearer.services[0].cost_before);
}

TEST(WhatIf, MoreCapacityLowersTheCostAndAFailedLinkTheDelayShows) {
    const Recorded r;
    WhatIfChange more;
    more.added_slots = {{"mec-1", 8}};
    const WhatIf wider = r.ask(more);
    EXPECT_EQ(Recorded::site(wider, "mec-1").after.capacity,
              Recorded::site(wider, "mec-1").before.capacity + 160);
    EXPECT_LT(wider.services[0].cost_after, wider.services[0].cost_before);
    WhatIfChange cut;
    cut.failed_links = {{"P3", "E3"}};
    const WhatIfPair longer = Recorded::pair(r.ask(cut), "R2", "mec-2");
    EXPECT_GT(longer.after.delay_s, longer.before.delay_s);
    WhatIfChange nearest;
    nearest.policies = {{"analysis", "nearest"}};
    EXPECT_EQ(Recorded::pair(r.ask(nearest), "R1", "mec-1").after.share, 1);
}

TEST(WhatIf, UnknownNamesAreRefused) {
    const Recorded r;
    const auto refusal = [&](const WhatIfChange& change) {
        const auto answer = what_if(r.journal, r.world.inventory(), change);
        return answer ? std::string() : answer.error().detail;
    };
    WhatIfChange c;
    c.failed_sites = {"mec-9"};
    EXPECT_EQ(refusal(c), "no site 'mec-9' in the inventory");
    c = {};
    c.failed_links = {{"R1", "E4"}};
    EXPECT_EQ(refusal(c), "no link R1>E4 at that time");
    c = {};
    c.policies = {{"analysis", "best"}};
    EXPECT_NE(refusal(c).find("no policy is called 'best'"), std::string::npos);
}

} // namespace
} // namespace suanlu::sim
