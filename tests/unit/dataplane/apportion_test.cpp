// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "dataplane/api/apportion.hpp"

namespace suanlu {
namespace {

Candidate site(std::uint16_t id, std::uint32_t ppm, bool is_dead = false) {
    return {{id}, ppm, !is_dead, is_dead};
}

std::vector<SlotOwner> owners_of(const std::vector<SiteId>& next) {
    std::vector<SlotOwner> owners;
    for (const auto id : next) {
        owners.push_back({id, id, false});
    }
    return owners;
}

std::size_t changes(const std::vector<SiteId>& a, const std::vector<SiteId>& b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); i++) {
        count += a[i] != b[i] ? 1 : 0;
    }
    return count;
}

TEST(SlotQuotas, LargestRemainder_SumsToTheTable) {
    const std::vector<Candidate> sites = {site(1, 500000), site(2, 300000), site(3, 200000)};
    EXPECT_EQ(slot_quotas(sites, 1021), (std::vector<std::uint32_t>{511, 306, 204}));
    EXPECT_EQ(slot_quotas(sites, 1), (std::vector<std::uint32_t>{1, 0, 0}));
}

TEST(SlotQuotas, DeadSitesGetNothing_LivingShareEquallyWithoutShares) {
    const std::vector<Candidate> sites = {site(1, 900000, true), site(2, 0), site(3, 0)};
    EXPECT_EQ(slot_quotas(sites, 10), (std::vector<std::uint32_t>{0, 5, 5}));
    const std::vector<Candidate> nobody = {site(1, 1, true)};
    EXPECT_EQ(slot_quotas(nobody, 10), (std::vector<std::uint32_t>{0}));
}

TEST(EditOwners, ChangesExactlyWhatTheQuotasForce) {
    std::mt19937_64 random(7);
    std::vector<SiteId> current(1021);
    for (int round = 0; round < 200; round++) {
        std::vector<Candidate> sites;
        for (std::uint16_t id = 1; id <= 8; id++) {
            sites.push_back(site(id, static_cast<std::uint32_t>(random() % 1000), random() % 10 == 0));
        }
        const auto quotas = slot_quotas(sites, 1021);
        if (std::accumulate(quotas.begin(), quotas.end(), 0U) == 0) {
            continue;
        }
        const auto edited = edit_owners(ServiceId{1}, owners_of(current), sites);
        std::size_t forced = 0;
        for (std::size_t i = 0; i < sites.size(); i++) {
            const auto has =
                static_cast<std::uint32_t>(std::count(edited.begin(), edited.end(), sites[i].site));
            const auto had =
                static_cast<std::uint32_t>(std::count(current.begin(), current.end(), sites[i].site));
            EXPECT_EQ(has, quotas[i]);
            forced += quotas[i] > had ? quotas[i] - had : 0;
        }
        EXPECT_EQ(changes(current, edited), forced);
        current = edited;
    }
}

TEST(EditOwners, AMoveUnderWayIsTakenBackFirst) {
    std::vector<SlotOwner> owners(10, {SiteId{1}, SiteId{1}, false});
    owners[3] = owners[7] = {SiteId{2}, SiteId{1}, false};
    const std::vector<Candidate> sites = {site(1, 9), site(2, 1)};
    const auto edited = edit_owners(ServiceId{1}, owners, sites);
    EXPECT_EQ(std::count(edited.begin(), edited.end(), SiteId{2}), 1);
    EXPECT_TRUE((edited[3] == SiteId{1}) != (edited[7] == SiteId{1}));
}

TEST(EditOwners, HeldSlotsAreReleasedLast) {
    std::vector<SlotOwner> owners(10, {SiteId{1}, SiteId{1}, true});
    owners[4].is_held = false;
    const auto edited = edit_owners(ServiceId{1}, owners, std::vector<Candidate>{site(1, 9), site(2, 1)});
    EXPECT_EQ(edited[4], SiteId{2});
}

TEST(Rendezvous, LossOfOneSite_MovesOnlyItsOwnSlots) {
    const std::vector<Candidate> all = {site(1, 1), site(2, 1), site(3, 1)};
    const std::vector<Candidate> less = {site(1, 1), site(2, 1, true), site(3, 1)};
    for (std::uint32_t slot = 0; slot < 1000; slot++) {
        const auto before = survivor(ServiceId{1}, slot, all);
        const auto after = survivor(ServiceId{1}, slot, less);
        if (before != SiteId{2}) {
            EXPECT_EQ(before, after);
        } else {
            EXPECT_NE(after, SiteId{2});
        }
    }
}

TEST(Rendezvous, SitesWithoutShareAreTheLastResort) {
    std::vector<Candidate> sites = {site(1, 0), site(2, 5)};
    for (std::uint32_t slot = 0; slot < 50; slot++) {
        EXPECT_EQ(first_eligible(ServiceId{1}, slot, sites), SiteId{2});
    }
    sites[1].takes_new = false;
    EXPECT_EQ(first_eligible(ServiceId{1}, 0, sites), SiteId{1});
    sites[0].takes_new = false;
    EXPECT_FALSE(first_eligible(ServiceId{1}, 0, sites).is_set());
}

} // namespace
} // namespace suanlu
