// SPDX-License-Identifier: Apache-2.0
// The rows at the end of buffers behind which nothing is mapped: what no tool sees between the buffers of a
// pool, and of instructions that no tool knows.
#include <sys/mman.h>

#include "tests/packets/dpdk_packets.hpp"

namespace suanlu::packets {
namespace {

/// Buffers that end where nothing is mapped any more.
class LastPage {
public:
    LastPage() {
        memory_ = static_cast<std::uint8_t*>(
            mmap(nullptr, kRoom + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        mprotect(memory_ + kRoom, kPage, PROT_NONE);
        shared_.free_cb = [](void*, void*) {};
    }
    ~LastPage() { munmap(memory_, kRoom + kPage); }
    LastPage(const LastPage&) = delete;
    LastPage& operator=(const LastPage&) = delete;

    /// The packet ends with its buffer.
    rte_mbuf* buffer_of(const Frame& frame) {
        auto* packet = rte_pktmbuf_alloc(buffers());
        shared_.refcnt = 1;
        rte_pktmbuf_attach_extbuf(packet, memory_, RTE_BAD_IOVA, kRoom, &shared_);
        packet->data_off = static_cast<std::uint16_t>(kRoom - frame.size());
        std::copy(frame.begin(), frame.end(),
                  rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())));
        return packet;
    }

private:
    static constexpr std::uint16_t kPage = 4096;
    static constexpr std::uint16_t kRoom = 4 * kPage;
    std::uint8_t* memory_;
    rte_mbuf_ext_shared_info shared_{};
};

class EndOfBuffer : public DpdkPackets, public testing::WithParamInterface<BurstVariant> {};

TEST_P(EndOfBuffer, NothingIsReadBehindIt) {
    LastPage page;
    steer = GetParam().steer;
    for (const auto& row : all_cases()) {
        const auto [verdict, frame] = run(page.buffer_of(row.frame), row.role);
        expect_row(row, verdict, frame);
    }
}

INSTANTIATE_TEST_SUITE_P(Variants, EndOfBuffer, testing::ValuesIn(burst_variants()),
                         [](const auto& tested) { return std::string(tested.param.name); });

} // namespace
} // namespace suanlu::packets
