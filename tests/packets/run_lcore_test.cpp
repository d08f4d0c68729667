// SPDX-License-Identifier: Apache-2.0
// A whole lcore of suanlu-fwd between devices that are rings: where packets go, what is counted, and that no
// buffer is lost.
#include <gtest/gtest.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dataplane/dpdk/distributor.hpp"
#include "dataplane/dpdk/lcore.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "dataplane/steer/reasons.h"
#include "tests/packets/cases.hpp"
#include "tests/packets/eal.hpp"

namespace suanlu::packets {
namespace {

constexpr MonoTime kNow{std::chrono::seconds(1000)};

/// A device made of two rings; the test holds their other ends.
struct RingDevice {
    explicit RingDevice(const std::string& name, unsigned room = 64) {
        in = rte_ring_create((name + "-in").c_str(), 256, 0, 0);
        out = rte_ring_create((name + "-out").c_str(), room, 0, 0);
        rte_eth_from_rings(name.c_str(), &in, 1, &out, 1, 0);
        device = "net_ring_" + name;
    }
    ~RingDevice() {
        rte_ring_free(in);
        rte_ring_free(out);
    }

    [[nodiscard]] std::vector<Frame> sent() const {
        std::vector<Frame> frames;
        for (void* item = nullptr; rte_ring_dequeue(out, &item) == 0;) {
            auto* packet = static_cast<rte_mbuf*>(item);
            const auto* bytes = rte_pktmbuf_mtod(packet, const std::uint8_t*);
            frames.emplace_back(bytes, bytes + packet->data_len);
            rte_pktmbuf_free(packet);
        }
        return frames;
    }

    rte_ring* in = nullptr;
    rte_ring* out = nullptr;
    std::string device;
};

class LcoreTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(start_eal());
        const std::string test = std::to_string(++g_test);
        client = std::make_unique<RingDevice>("c" + test);
        core = std::make_unique<RingDevice>("t" + test);
        tap = std::make_unique<RingDevice>("x" + test);
        config.buffers = 1024;
        config.ports = {{client->device, "client", 21, 0, tap->device},
                        {core->device, "core", kInterface, 2, ""}};
        auto opened = PortSet::open(config, lcores);
        ASSERT_TRUE(opened) << opened.error().text();
        ports = *std::move(opened);
        store = std::make_unique<SharedStore>(*memory);
        ports->announce(config, memory->tables());
        tables = std::make_unique<SteerTables>(*store, address("fc00:0:1::1"));
        const auto ready = prepare(*tables, kNow);
        ASSERT_TRUE(ready) << ready.error().text();
        lcore = std::make_unique<Lcore>(memory->tables(), *ports, 0);
    }
    void TearDown() override {
        EXPECT_TRUE(!ports || rte_mempool_in_use_count(ports->buffers()) == 0) << "buffers are lost";
        lcore.reset();
        ports.reset();
    }

    void put(const RingDevice& device, const Frame& frame) const {
        auto* packet = rte_pktmbuf_alloc(ports->buffers());
        std::copy(frame.begin(), frame.end(),
                  rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())));
        ASSERT_EQ(rte_ring_enqueue(device.in, packet), 0);
    }
    std::uint32_t poll() { return lcore->poll(static_cast<std::uint64_t>(kNow.since_boot.count())); }
    std::uint64_t count(const char* reason) { return store->counters().reasons.at(reason); }

    static int g_test;
    std::uint32_t lcores = 1;
    FwdConfig config;
    std::unique_ptr<RingDevice> client, core, tap;
    std::unique_ptr<PortSet> ports;
    Result<SharedMemory> memory = SharedMemory::anonymous();
    std::unique_ptr<SharedStore> store;
    std::unique_ptr<SteerTables> tables;
    std::unique_ptr<Lcore> lcore;
};
int LcoreTest::g_test = 0;

const Frame kSteered = build_frame(udp(false, 40));
const Frame kForeign = build_frame(packet(false, Transport::kTcp, 4444));

TEST_F(LcoreTest, SteeredPackets_LeaveByThePortOfTheirPath) {
    put(*client, kSteered);
    put(*client, kForeign);
    put(*client, kSteered);
    EXPECT_EQ(poll(), 3U);
    const auto sent = core->sent();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].size(), kSteered.size() + 40);
    EXPECT_EQ(tap->sent(), std::vector<Frame>{kForeign});
    EXPECT_EQ(count("steered"), 2U);
}

TEST_F(LcoreTest, AnswersOfTheKernel_LeaveByThePort) {
    put(*tap, kForeign);
    EXPECT_EQ(poll(), 1U);
    EXPECT_EQ(client->sent(), std::vector<Frame>{kForeign});
    EXPECT_EQ(count("no_service"), 0U) << "what the kernel sends is not looked at";
}

TEST_F(LcoreTest, TooBig_AnsweredWhereItCameFrom) {
    put(*client, build_frame(udp(false, 1500)));
    poll();
    EXPECT_EQ(client->sent().size(), 1U);
    EXPECT_TRUE(core->sent().empty());
}

TEST_F(LcoreTest, NoExceptionPort_Counted) {
    put(*core, kForeign);
    poll();
    EXPECT_EQ(count("no_exception_port"), 1U);
}

TEST_F(LcoreTest, FullDevice_Counted) {
    for (int i = 0; i < 80; i++) {
        put(*client, kSteered);
    }
    while (poll() > 0) {
    }
    EXPECT_EQ(core->sent().size(), 63U);
    EXPECT_EQ(count("transmit_full"), 17U);
}

TEST_F(LcoreTest, PathByAnInterfaceWithoutPort_Counted) {
    memory->tables().port_count = 0; // as before the engine was there
    const NextHop hop{77, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    ASSERT_TRUE(tables->set_paths(SiteId{1}, std::array{UsablePath{path_id(SiteId{1}, 0), hop}}, kNow));
    put(*client, kSteered);
    poll();
    EXPECT_TRUE(core->sent().empty());
    EXPECT_EQ(count("no_port"), 1U);
}

TEST_F(LcoreTest, PortWithoutLink_IsSaidAndTheOthersGoOn) {
    ports->show_state(memory->tables());
    EXPECT_FALSE(memory->tables().ports[0].is_down);
    ASSERT_EQ(rte_eth_dev_set_link_down(ports->ports()[0].id), 0);
    ports->show_state(memory->tables());
    EXPECT_TRUE(memory->tables().ports[0].is_down);
    EXPECT_FALSE(memory->tables().ports[1].is_down);
    put(*core, kForeign);
    EXPECT_EQ(poll(), 1U);
    ASSERT_EQ(rte_eth_dev_set_link_up(ports->ports()[0].id), 0);
    ports->show_state(memory->tables());
    EXPECT_FALSE(memory->tables().ports[0].is_down);
}

/// Two lcores behind devices with one queue.
class SharingTest : public LcoreTest {
protected:
    void SetUp() override {
        lcores = 2;
        config.distributes = true;
        LcoreTest::SetUp();
        second = std::make_unique<Lcore>(memory->tables(), *ports, 1);
    }
    void TearDown() override {
        second.reset();
        LcoreTest::TearDown();
    }
    static Frame of_flow(std::uint16_t client_port) {
        auto packet = udp(false, 20);
        packet.flow.source_port = client_port;
        return build_frame(packet);
    }
    [[nodiscard]] std::uint64_t steered_by(std::size_t number) const {
        return memory->tables().lcores[number].reasons[SL_R_steered];
    }

    std::unique_ptr<Lcore> second;
};

TEST_F(SharingTest, FlowsStayWithTheirLcore_AndBothWork) {
    std::array<int, 2> flows{};
    for (std::uint16_t flow = 1000; flow < 1064; flow++) {
        const std::array before{steered_by(0), steered_by(1)};
        for (int packet = 0; packet < 3; packet++) {
            put(*client, of_flow(flow));
            poll();
            second->poll(static_cast<std::uint64_t>(kNow.since_boot.count()));
        }
        const std::array got{steered_by(0) - before[0], steered_by(1) - before[1]};
        EXPECT_TRUE((got == std::array<std::uint64_t, 2>{3, 0}) ||
                    (got == std::array<std::uint64_t, 2>{0, 3}))
            << "flow " << flow << ": " << got[0] << " and " << got[1];
        flows.at(got[0] != 0 ? 0 : 1)++;
        EXPECT_EQ(core->sent().size(), 3U);
    }
    EXPECT_GT(flows[0], 10);
    EXPECT_GT(flows[1], 10);
}

TEST_F(SharingTest, FragmentsOfOneDatagram_HaveOneOwner) {
    const auto whole = build_frame(udp(true, 1200));
    for (std::uint16_t id = 1; id < 20; id++) {
        const auto first = owner_of(fragment(whole, 0, true, id), 8);
        EXPECT_EQ(owner_of(fragment(whole, 600, false, id), 8), first);
    }
    EXPECT_EQ(owner_of({}, 8), 0U);
}

TEST_F(SharingTest, LateLcore_LosesWhatIsCounted) {
    constexpr std::uint64_t kPackets = 5000;
    std::uint64_t sent = 0;
    for (std::uint64_t i = 0; i < kPackets; i++) { // the second lcore does nothing
        put(*client, of_flow(static_cast<std::uint16_t>(1000 + i)));
        poll();
        sent += core->sent().size();
    }
    const auto lost = count("distributor_full");
    EXPECT_GT(lost, 0U);
    EXPECT_EQ(steered_by(1), 0U);
    while (second->poll(static_cast<std::uint64_t>(kNow.since_boot.count())) > 0) {
        sent += core->sent().size();
    }
    EXPECT_EQ(sent + lost, kPackets);
}

TEST_F(LcoreTest, MissingDevice_NamedAndNothingStaysOpen) {
    auto bad = config;
    bad.ports = {{"net_absent", "a", 1, 0, ""}};
    lcore.reset();
    ports.reset();
    const auto opened = PortSet::open(bad, 1);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().detail, "no DPDK device net_absent; is it among the EAL arguments?");
    EXPECT_EQ(rte_mempool_lookup("packets1"), nullptr);
}

TEST(FwdConfig, EveryMistakeHasItsLine) {
    const auto good =
        parse_fwd_config("tables: /t\nports:\n- {device: d, interface: c, role: external}\n", "f");
    ASSERT_TRUE(good) << good.error().text();
    EXPECT_EQ(good->ports.at(0).device, "d");
    const auto complaint = [](const std::string& text) {
        const auto parsed = parse_fwd_config(text, "f");
        return parsed ? std::string("taken") : parsed.error().detail;
    };
    EXPECT_NE(complaint("tables: /t\nports: []\n").find("f:2"), std::string::npos);
    EXPECT_NE(complaint("tables: /t\nports:\n- {device: d, interface: c, role: side}\n").find("f:3"),
              std::string::npos);
    EXPECT_NE(complaint("tables: /t\nports:\n- {device: d, interface: c, role: core}\n"
                        "- {device: d, interface: e, role: core}\n")
                  .find("twice"),
              std::string::npos);
    EXPECT_NE(
        complaint("tables: /t\nports:\n- {device: d, interface: a-name-of-16-chr, role: core}\n").find("15"),
        std::string::npos);
    EXPECT_NE(complaint("tables: /t\nidle_sleep: 1s\nports:\n- {device: d, interface: c, role: core}\n")
                  .find("f:2: idle_sleep"),
              std::string::npos);
}

TEST(FwdConfig, DevicesOfTwoPorts_AreRefused) {
    const std::string first = "tables: /t\nports:\n"
                              "- {device: a, interface: c, role: core, index: 7, exception: x}\n";
    for (const char* second :
         {"- {device: a, interface: d, role: core}\n", "- {device: x, interface: d, role: core}\n",
          "- {device: b, interface: c, role: core}\n",
          "- {device: b, interface: d, role: core, exception: a}\n",
          "- {device: b, interface: d, role: core, exception: x}\n",
          "- {device: b, interface: d, role: core, exception: b}\n",
          "- {device: b, interface: d, role: core, index: 7}\n"}) {
        const auto parsed = parse_fwd_config(first + second, "f");
        ASSERT_FALSE(parsed) << second;
        EXPECT_EQ(parsed.error().detail, "f:4: ports[1]: device, interface or index given twice") << second;
    }
    EXPECT_TRUE(parse_fwd_config(first + "- {device: b, interface: d, role: core, exception: y}\n", "f"));
}

TEST(FwdConfig, WhateverIsWrong_IsSaidAtOnce) {
    const auto parsed = parse_fwd_config("tables: \"\"\nmtus: 1\nports:\n- {device: d, role: side}\n", "f");
    ASSERT_FALSE(parsed);
    for (const char* said : {"f:1: tables: is empty", "f:2: unknown key 'mtus'",
                             "f:4: ports[0]: missing key 'interface'", "f:4: ports[0].role: 'side' is not"}) {
        EXPECT_NE(parsed.error().detail.find(said), std::string::npos) << parsed.error().detail;
    }
}

} // namespace
} // namespace suanlu::packets
