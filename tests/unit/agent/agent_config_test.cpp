// SPDX-License-Identifier: Apache-2.0
#include "dataplane/agent/agent_config.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dataplane/agent/plan_store.hpp"
#include "tests/unit/agent/agent_bench.hpp"

namespace suanlu {
namespace {

constexpr const char* kGood = R"(node: R1
controller: {address: "172.20.20.10:7400", name: suanlud}
tls: {ca: /a, certificate: /b, key: /c}
srv6: {owner: agent, locator: "fc00:0:1::/48", source: "fc00:0:1::1", sid_interface: sr0}
allow:
  service_prefixes: ["2001:db8:a::/64", "203.0.113.0/24"]
  sid_blocks: ["fc00:0::/32"]
engine: xdp
interfaces:
  - {name: eth3, role: external, client_class: cameras-1}
pins: /sys/fs/bpf/suanlu/r1
state_dir: /var/lib/suanlu
probes: {interval: 50ms, miss: 3, dead_hold: 3s, source: "2001:db8:f::1", port: 862}
report_interval: 200ms
static_after: 60s
anycast_after: 600s
ted: {vty: /run/frr/isisd.vty, interval: 500ms}
metrics: "127.0.0.1:9101"
)";

std::string with(const std::string& from, const std::string& to) {
    std::string text = kGood;
    text.replace(text.find(from), from.size(), to);
    return text;
}

TEST(AgentConfig, TheExampleIsRead) {
    const auto config = parse_agent_config(kGood, "agent.yaml");
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->node, "R1");
    EXPECT_EQ(config->controller.text(), "172.20.20.10:7400");
    EXPECT_EQ(config->interfaces.at(0).client_class, "cameras-1");
    EXPECT_EQ(config->service_prefixes.size(), 2U);
    EXPECT_EQ(config->probes->interval, std::chrono::milliseconds(50));
    EXPECT_EQ(config->dead_hold, std::chrono::seconds(3));
    EXPECT_EQ(config->ted->vty, "/run/frr/isisd.vty");
}

TEST(AgentConfig, Decapsulation_IsTheKernelsUnlessAsked) {
    EXPECT_FALSE(parse_agent_config(kGood, "agent.yaml")->engine_decapsulates);
    const auto asked = [](const std::string& interface, const std::string& owner) {
        std::string text = with("pins:", interface + "decapsulation: engine\npins:");
        return parse_agent_config(text.replace(text.find("owner: agent"), 12, "owner: " + owner),
                                  "agent.yaml");
    };
    const std::string core = "  - {name: eth1, role: core}\n";
    const auto good = asked(core, "agent");
    ASSERT_TRUE(good) << good.error().text();
    EXPECT_TRUE(good->engine_decapsulates);
    EXPECT_FALSE(asked("", "agent")) << "no core interface";
    EXPECT_FALSE(asked(core, "frr")) << "no route of ours beside it";
}

TEST(AgentConfig, FlowSample_OneInSoMany) {
    const auto one_in = [](const char* line) {
        return parse_agent_config(with("node: R1", line), "agent.yaml")->flow_sample;
    };
    EXPECT_EQ(one_in("node: R1"), 64U);
    EXPECT_EQ(one_in("node: R1\nflow_sample: 1"), 1U);
    EXPECT_EQ(one_in("node: R1\nflow_sample: 0"), 0U);
}

TEST(AgentConfig, EveryMistakeIsNamedWithItsLine) {
    struct Mistake {
        std::string text;
        const char* place;
    };
    const Mistake mistakes[] = {
        {with("node: R1", "node: R1\nnodes: R2"), "agent.yaml:2"},
        {with("node: R1", "node: R1\nflow_sample: -1"), "agent.yaml:2"},
        {with("node: R1", "node: R1\nnode: R2"), "agent.yaml:2"},
        {with("50ms", "50"), "agent.yaml:13"},
        {with("miss: 3", "miss: 1"), "agent.yaml:13"},
        {with("engine: xdp", "engine: dpdk"), "agent.yaml"},
        {with("engine: xdp", "engine: ebpf"), "agent.yaml:8"},
        {with("role: external", "role: inside"), "agent.yaml:10"},
        {with("source: \"fc00:0:1::1\"", "source: \"fc00:0:2::1\""), "agent.yaml:4"},
        {with(", sid_interface: sr0", ""), "agent.yaml:4"},
        {with("anycast_after: 600s", "anycast_after: 10s"), "agent.yaml:16"},
        {with("172.20.20.10:7400", "controller:7400"), "agent.yaml:2"},
        {with("pins: /sys/fs/bpf/suanlu/r1\n", ""), "agent.yaml"},
    };
    for (const Mistake& mistake : mistakes) {
        const auto config = parse_agent_config(mistake.text, "agent.yaml");
        ASSERT_FALSE(config) << mistake.text;
        EXPECT_EQ(config.error().detail.rfind(mistake.place, 0), 0U) << config.error().detail;
    }
}

class PlanStoreFolder : public testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("suanlu-store-" + std::to_string(getpid()));
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(PlanStoreFolder, SavedPlanComesBackAndDamageIsNoticed) {
    const auto store = PlanStore::open(folder_.string(), "R1");
    ASSERT_TRUE(store);
    EXPECT_FALSE(store->load()->has_value());
    const Plan plan = AgentBench::plan(4);
    ASSERT_TRUE(store->save(plan));
    const auto back = store->load();
    ASSERT_TRUE(back && *back) << back.error().text();
    EXPECT_EQ((*back)->id, plan.id);
    EXPECT_TRUE(same_content(**back, plan));
    const auto file = folder_ / "R1.plan";
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
    EXPECT_FALSE(store->load());
    ASSERT_TRUE(store->remove());
    EXPECT_FALSE(store->load()->has_value());
}

} // namespace
} // namespace suanlu
