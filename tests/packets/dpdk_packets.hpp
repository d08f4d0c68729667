// SPDX-License-Identifier: Apache-2.0
// Packets in mbufs through the burst of suanlu-fwd, over tables in shared memory with the rows' services,
// sites and SIDs. EAL without huge pages and devices needs no rights.
#pragma once

#include <gtest/gtest.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <cstdlib>

#include "dataplane/api/sid_rows.hpp"
#include "dataplane/dpdk/remembered.hpp"
#include "dataplane/dpdk/shared_store.hpp"
#include "dataplane/dpdk/steer_burst.hpp"
#include "tests/packets/cases.hpp"
#include "tests/packets/eal.hpp"

namespace suanlu::packets {

inline constexpr MonoTime kNow{std::chrono::seconds(1000)};

/// Of so many random packets or bursts the part that SUANLU_RANDOM_PART says, one in so many: under tools
/// that take a hundred times as long.
inline std::size_t random_part(std::size_t usual) {
    const char* part = std::getenv("SUANLU_RANDOM_PART");
    return usual / std::max<std::size_t>(part != nullptr ? std::strtoul(part, nullptr, 10) : 1, 1);
}

/// One pool for all tests.
inline rte_mempool* buffers() {
    static rte_mempool* pool =
        start_eal() ? rte_pktmbuf_pool_create("test", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE + 8192, 0)
                    : nullptr;
    return pool;
}

class DpdkPackets : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_NE(buffers(), nullptr) << "EAL does not start";
        ASSERT_TRUE(memory) << memory.error().text();
        store = std::make_unique<SharedStore>(*memory);
        tables = std::make_unique<SteerTables>(*store, address("fc00:0:1::1"));
        ASSERT_TRUE(prepare(*tables, kNow));
        ASSERT_TRUE(write_sid_rows(*store, case_sids()));
        context = {&memory->tables(), &memory->tables().lcores[0], now_of(kNow), kInterface, 0, &remembered};
        memory->tables().grace.enter(0);
        memory->tables().lcores[0].alive = 1;
    }
    void TearDown() override { EXPECT_EQ(rte_mempool_in_use_count(buffers()), 0U) << "buffers are lost"; }

    static std::uint64_t now_of(MonoTime time) { return static_cast<std::uint64_t>(time.since_boot.count()); }

    static rte_mbuf* buffer_of(const Frame& frame) {
        auto* packet = rte_pktmbuf_alloc(buffers());
        auto* bytes = reinterpret_cast<std::uint8_t*>(
            rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())));
        std::copy(frame.begin(), frame.end(), bytes);
        return packet;
    }

    static Frame frame_of(rte_mbuf* packet) {
        Frame out;
        for (const auto* part = packet; part != nullptr; part = part->next) {
            const auto* bytes = rte_pktmbuf_mtod(part, const std::uint8_t*);
            out.insert(out.end(), bytes, bytes + part->data_len);
        }
        EXPECT_EQ(packet->pkt_len, out.size());
        rte_pktmbuf_free(packet);
        return out;
    }

    using Results = std::vector<std::pair<Verdict, Frame>>;

    /// One burst, at most kBurst packets.
    Results run(std::span<rte_mbuf*> packets, PacketRole role) {
        std::array<BurstOutcome, kBurst> outcomes{};
        context.role = static_cast<std::uint32_t>(role);
        steer(context, packets, outcomes.data());
        memory->tables().grace.pause(0);
        Results results;
        for (std::size_t i = 0; i < packets.size(); i++) {
            results.emplace_back(static_cast<Verdict>(outcomes[i].verdict), frame_of(packets[i]));
        }
        return results;
    }
    Results run(const std::vector<Frame>& frames, PacketRole role) {
        std::vector<rte_mbuf*> packets;
        std::transform(frames.begin(), frames.end(), std::back_inserter(packets), buffer_of);
        return run(std::span(packets), role);
    }
    std::pair<Verdict, Frame> run(rte_mbuf* packet, PacketRole role) { return run({&packet, 1}, role)[0]; }
    std::pair<Verdict, Frame> run(const Frame& frame, PacketRole role) { return run(buffer_of(frame), role); }

    Result<SharedMemory> memory = SharedMemory::anonymous();
    std::unique_ptr<SharedStore> store;
    std::unique_ptr<SteerTables> tables;
    BurstContext context{};
    Remembered remembered;
    decltype(&steer_burst) steer = steer_burst; ///< or one of burst_variants()
};

} // namespace suanlu::packets
