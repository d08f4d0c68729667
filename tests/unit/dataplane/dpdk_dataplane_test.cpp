// SPDX-License-Identifier: Apache-2.0
// The agent's side of suanlu-fwd without one: what it writes stays, what it sees of an engine it says.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

#include "dataplane/api/rows.hpp"
#include "dataplane/dpdk/dpdk_dataplane.hpp"
#include "dataplane/dpdk/shared_store.hpp"

namespace suanlu {
namespace {

constexpr MonoTime kNow{std::chrono::seconds(1000)};

Plan one_service() {
    Plan plan;
    plan.id = {"controller", 1, 7};
    PathPlan path;
    path.id = path_id(SiteId{1}, 0);
    path.destination6 = *Ip6::parse("fc00:0:e1::");
    plan.sites = {{{1}, "site-1", {}, {path}}};
    ServicePlan service;
    service.id = {3};
    service.name = "chat";
    service.addresses = {*Ip6::parse("2001:db8:a::1")};
    service.port = 443;
    service.slots = 64;
    service.shares = {{{1}, 1'000'000}};
    plan.services = {service};
    return plan;
}

class DpdkEngine : public testing::Test {
protected:
    void SetUp() override { config.tables = path; }
    void TearDown() override { std::filesystem::remove(path); }

    [[nodiscard]] std::unique_ptr<DpdkDataplane> open() const {
        auto engine = DpdkDataplane::open(config);
        EXPECT_TRUE(engine) << engine.error().text();
        return engine ? *std::move(engine) : nullptr;
    }

    std::string path = std::filesystem::temp_directory_path() / ("suanlu-dpdk-" + std::to_string(getpid()));
    DpdkConfig config{"", *Ip6::parse("fc00:0:1::1"), {{"client", 0}}, 1000};
};

TEST_F(DpdkEngine, AgentComesBack_PlanAndSlotsAreThere) {
    {
        const auto engine = open();
        EXPECT_FALSE(engine->is_adopted());
        ASSERT_TRUE(engine->apply(one_service(), kNow));
        ASSERT_TRUE(engine->set_paths(SiteId{1}, {}));
    }
    const auto again = open();
    EXPECT_TRUE(again->is_adopted());
    EXPECT_EQ(again->applied(), (PlanId{"controller", 1, 7}));
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    engine->tables().lcores[0].alive = 1;
    engine->tables().lcores[0].counters[3].packets = 5;
    EXPECT_EQ(again->counters()->services[{3}].packets, 5U) << "before any Plan comes";
    const auto slots = again->slots({3});
    ASSERT_TRUE(slots);
    EXPECT_EQ(slots->size(), 64U);
    EXPECT_EQ(slots->at(0).base, SiteId{1});
}

/// The service at two sites, whose new flows may have a second choice.
Plan placed_service() {
    Plan plan = one_service();
    auto& service = plan.services[0];
    service.placement.exception_ppm = kWholeShare / 4;
    plan.sites.push_back({{2}, "site-2", {}, plan.sites[0].paths});
    plan.sites[1].paths[0].id = path_id(SiteId{2}, 0);
    for (const std::uint16_t id : {1, 2}) {
        SitePlacement site;
        site.site = {id};
        site.service_time = {1'000'000};
        site.relaxation = {1'000'000'000};
        site.delta = {{1000}};
        service.placement.sites.push_back(site);
    }
    return plan;
}

TEST_F(DpdkEngine, LoadsOfSites_ReachTheSharedRows) {
    const auto agent = open();
    ASSERT_TRUE(agent->apply(placed_service(), kNow));
    for (const std::uint16_t id : {1, 2}) {
        ASSERT_TRUE(
            agent->set_paths(SiteId{id}, std::array{UsablePath{path_id(SiteId{id}, 0), {1, {}, {}}}}));
    }
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    SharedStore store(*engine);
    const auto costs = store.costs();
    EXPECT_EQ(costs[0].cost_us, SL_NO_COST) << "no news yet";
    agent->take_loads(std::array{SiteJobs{{3}, {1}, 9, kNow}, SiteJobs{{3}, {2}, 1, kNow}}, kNow);
    EXPECT_EQ(costs[0].cost_us, 1000U);
    EXPECT_EQ(costs[1].cost_us, 1000U);
    const auto count = agent->placement();
    EXPECT_EQ(count.services, 1U);
    EXPECT_EQ(count.fresh, 2U);
    EXPECT_EQ(count.loads_used, 2U);
}

TEST_F(DpdkEngine, InsertRate_IsTheAgents) {
    const auto agent = open();
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    EXPECT_EQ(SharedStore(*engine).control().insert_gap, 1'000'000U) << "a thousand a second";
}

TEST_F(DpdkEngine, Name_SaysWhetherSomebodyForwards) {
    const auto agent = open();
    EXPECT_EQ(agent->engine_name(), "dpdk-away");
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    EXPECT_EQ(agent->engine_name(), "dpdk");
    auto& lcore = engine->tables().lcores[2];
    lcore.alive = 1;
    lcore.is_running = true;
    EXPECT_EQ(agent->engine_name(), "dpdk-stuck");
    const auto in_an_hour = SteadyClock().now().since_boot + std::chrono::hours(1); // however slow this is
    lcore.alive = static_cast<std::uint64_t>(in_an_hour.count());
    EXPECT_EQ(agent->engine_name(), "dpdk");
    engine->tables().ports[1].is_down = true;
    EXPECT_EQ(agent->engine_name(), "dpdk") << "no port that is open";
    engine->tables().port_count = 2;
    EXPECT_EQ(agent->engine_name(), "dpdk-port-down");
}

TEST_F(DpdkEngine, RoleOfAPort_MustBeTheAgents) {
    const auto agent = open();
    EXPECT_TRUE(agent->reattach()) << "no engine has been there";
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    auto& port = engine->tables().ports[0];
    std::strncpy(port.interface, "other", sizeof port.interface);
    engine->tables().port_count = 1;
    EXPECT_EQ(agent->reattach().error().detail, "suanlu-fwd has no port for client");
    std::strncpy(port.interface, "client", sizeof port.interface);
    EXPECT_TRUE(agent->reattach());
    port.role = 2;
    EXPECT_EQ(agent->reattach().error().detail, "client is core in fwd.yaml and external in agent.yaml");
}

TEST_F(DpdkEngine, SidBehindNoPort_IsTheKernels_OthersAreServed) {
    auto engine = SharedMemory::open(path, TableUser::kEngine);
    ASSERT_TRUE(engine);
    engine->tables().ports[0].index = 4;
    engine->tables().port_count = 1;
    const auto sid = [](const char* prefix, std::uint32_t interface) {
        return EngineSid{*Prefix6::parse(prefix), SidBehaviour::kEndDx6, {interface, {}, {}}, 1500};
    };
    const auto agent = open();
    ASSERT_TRUE(agent->set_sids(std::array{sid("fc00:0:e1:f001::/64", 9), sid("fc00:0:e1:f002::/64", 4)}));
    const auto interface_of = [&](const char* address) {
        const auto* row = engine->tables().sids.find({128, to_row(*Ip6::parse(address))});
        return row == nullptr ? 99 : row->interface;
    };
    EXPECT_EQ(interface_of("fc00:0:e1:f001::"), 0U);
    EXPECT_EQ(interface_of("fc00:0:e1:f002::"), 4U);
}

TEST_F(DpdkEngine, SideTablesForMoreThanHalf_RefusedBeforeAnythingIsWritten) {
    const auto agent = open();
    auto larger = one_service();
    for (std::uint32_t i = 0; i <= decltype(AccessTable::rows)::kMost / 2; i++) {
        Prefix6 source{*Ip6::parse("2001:db8::"), 128};
        std::memcpy(source.address.bytes.data() + 12, &i, sizeof i);
        larger.services[0].traffic.access.push_back({source, true});
    }
    const auto refused = agent->apply(larger, kNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kExhausted);
    EXPECT_EQ(agent->applied(), PlanId{});
}

TEST_F(DpdkEngine, Withdrawn_NothingIsSteered_FileGoesWithoutAnEngine) {
    ASSERT_TRUE(open()->apply(one_service(), kNow));
    {
        auto engine = SharedMemory::open(path, TableUser::kEngine);
        ASSERT_TRUE(engine);
        ASSERT_TRUE(withdraw_tables(path));
        SharedStore store(*engine);
        EXPECT_TRUE(store.services()->empty());
        EXPECT_TRUE(std::filesystem::exists(path));
    }
    ASSERT_TRUE(withdraw_tables(path));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(withdraw_tables(path));
}

TEST_F(DpdkEngine, PlanThatIsRefused_LeavesTheTables) {
    const auto agent = open();
    ASSERT_TRUE(agent->apply(one_service(), kNow));
    auto larger = one_service();
    larger.id.generation = 8;
    larger.services[0].id = {4};
    larger.services[0].slots = 65537;
    for (std::uint16_t id = 5; id < 10; id++) {
        larger.services.push_back(larger.services[0]);
        larger.services.back().id = {id};
    }
    EXPECT_FALSE(agent->apply(larger, kNow)) << "more slots than there are";
    EXPECT_EQ(agent->applied().generation, 7U);
}

} // namespace
} // namespace suanlu
