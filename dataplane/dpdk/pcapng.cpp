// SPDX-License-Identifier: Apache-2.0
#include "dataplane/dpdk/pcapng.hpp"

#include <cstring>

namespace suanlu {
namespace {

// Block and option types of sections 4.1 to 4.3 and 3.5.
enum : std::uint32_t { kSection = 0x0a0d0d0a, kInterface = 1, kPacket = 6 };
enum : std::uint16_t { kEnd = 0, kComment = 1, kName = 2, kResolution = 9, kFlags = 2 };
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint16_t kEthernet = 1;
constexpr std::uint8_t kNanoseconds = 9; // ten to the minus nine

class Block {
public:
    explicit Block(std::uint32_t type) {
        put(type);
        put(std::uint32_t{0});
    }

    template <class Value>
    void put(Value value) {
        const auto at = bytes_.size();
        bytes_.resize(at + sizeof value);
        std::memcpy(bytes_.data() + at, &value, sizeof value);
    }
    void put(std::span<const std::uint8_t> bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        bytes_.resize((bytes_.size() + 3) / 4 * 4);
    }
    void option(std::uint16_t code, std::span<const std::uint8_t> value) {
        put(code);
        put(static_cast<std::uint16_t>(value.size()));
        put(value);
    }
    void option(std::uint16_t code, const std::string& text) {
        option(code, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }

    std::vector<std::uint8_t> finish() {
        option(kEnd, std::span<const std::uint8_t>{});
        const auto length = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
        put(length);
        std::memcpy(bytes_.data() + sizeof(std::uint32_t), &length, sizeof length);
        return std::move(bytes_);
    }

private:
    std::vector<std::uint8_t> bytes_;
};

} // namespace

std::vector<std::uint8_t> pcapng_header(const std::vector<std::string>& interfaces, std::uint32_t snap) {
    Block section(kSection);
    section.put(kByteOrder);
    section.put(std::uint16_t{1}); // version 1.0
    section.put(std::uint16_t{0});
    section.put(~std::uint64_t{0}); // of a length that is not known
    auto out = section.finish();
    for (const auto& name : interfaces) {
        Block block(kInterface);
        block.put(kEthernet);
        block.put(std::uint16_t{0});
        block.put(snap);
        block.option(kName, name);
        block.option(kResolution, {&kNanoseconds, 1});
        const auto bytes = block.finish();
        out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
}

std::vector<std::uint8_t> pcapng_packet(const CapturedPacket& packet) {
    Block block(kPacket);
    block.put(packet.interface);
    block.put(static_cast<std::uint32_t>(packet.unix_ns >> 32));
    block.put(static_cast<std::uint32_t>(packet.unix_ns));
    block.put(static_cast<std::uint32_t>(packet.bytes.size()));
    block.put(packet.length);
    block.put(packet.bytes);
    const std::uint32_t direction = packet.is_outbound ? 2 : 1;
    std::uint8_t flags[sizeof direction];
    std::memcpy(flags, &direction, sizeof direction);
    block.option(kFlags, flags);
    if (!packet.comment.empty()) {
        block.option(kComment, packet.comment + "\n"); // scapy reads whole lines only
    }
    return block.finish();
}

} // namespace suanlu
