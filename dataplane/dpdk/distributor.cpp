// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/distributor.hpp"

#include <cstring>

namespace suanlu {
namespace {

constexpr std::size_t kEthernet = 14;
constexpr std::size_t kTag = 4;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

std::uint16_t be16(std::span<const std::uint8_t> frame, std::size_t at) {
    return static_cast<std::uint16_t>(frame[at] << 8 | frame[at + 1]);
}

class FlowHash {
public:
    void add(std::span<const std::uint8_t> frame, std::size_t at, std::size_t length) {
        if (at + length > frame.size()) {
            return;
        }
        for (std::size_t i = 0; i < length; i += 4) {
            std::uint32_t word = 0;
            std::memcpy(&word, frame.data() + at + i, 4);
            add(word);
        }
    }
    void add(std::uint32_t word) {
        hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15U;
        hash_ ^= hash_ >> 32;
    }
    [[nodiscard]] std::uint32_t part_of(std::uint32_t parts) const {
        return static_cast<std::uint32_t>((hash_ & 0xffffffffU) * parts >> 32);
    }

private:
    std::uint64_t hash_ = 0x2545f4914f6cdd1dU;
};

void add_ports(FlowHash& hash, std::span<const std::uint8_t> frame, std::size_t at, std::uint8_t protocol) {
    if (protocol == kTcp || protocol == kUdp) {
        hash.add(frame, at, 4);
    }
    hash.add(protocol);
}

} // namespace

std::uint32_t owner_of(std::span<const std::uint8_t> frame, std::uint32_t lcores) {
    std::size_t at = kEthernet;
    while (at <= kEthernet + kTag && frame.size() >= at &&
           (be16(frame, at - 2) == 0x8100 || be16(frame, at - 2) == 0x88a8)) {
        at += kTag;
    }
    if (frame.size() < at + 20) {
        return 0;
    }
    FlowHash hash;
    const auto type = be16(frame, at - 2);
    if (type == 0x0800) {
        hash.add(frame, at + 12, 8);
        if ((be16(frame, at + 6) & 0x3fff) == 0) { // not a fragment: more to come, or an offset
            add_ports(hash, frame, at + std::size_t{frame[at] & 15U} * 4, frame[at + 9]);
        }
    } else if (type == 0x86dd && frame.size() >= at + 40) {
        const auto next = frame[at + 6];
        hash.add(frame, at + 8, 32);
        add_ports(hash, frame, at + 40, next);
        if (next != kTcp && next != kUdp) {
            hash.add(static_cast<std::uint32_t>(frame[at + 1] & 15) << 16 | be16(frame, at + 2));
        }
    } else {
        return 0;
    }
    return hash.part_of(lcores);
}

} // namespace suanlu
