// SPDX-License-Identifier: Apache-2.0
// Bytes in network order, read within bounds and written at the end. A refusal names the offset where the
// bytes stopped making sense. Pure; the bytes belong to the caller.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/support/result.hpp"

namespace suanlu::dns {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// kBadInput: "offset 17: <what>".
inline Error wire_error(std::size_t offset, std::string_view what) {
    return {Errc::kBadInput, "offset " + std::to_string(offset) + ": " + std::string(what)};
}

class WireReader {
public:
    explicit WireReader(ByteView bytes, std::size_t offset = 0) : bytes_(bytes), offset_(offset) {}

    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - offset_; }
    [[nodiscard]] bool is_at_end() const { return left() == 0; }
    [[nodiscard]] Error error(std::string_view what) const { return wire_error(offset_, what); }

    /// 1, 2 or 4 bytes.
    template <class Integer>
    Result<Integer> integer() {
        SL_TRY(const ByteView taken, take(sizeof(Integer)));
        std::uint32_t value = 0;
        for (const std::uint8_t byte : taken) {
            value = value << 8U | byte;
        }
        return static_cast<Integer>(value);
    }
    Result<ByteView> take(std::size_t count) {
        if (count > left()) {
            return error(std::to_string(count) + " bytes wanted, " + std::to_string(left()) + " left");
        }
        const ByteView taken = bytes_.subspan(offset_, count);
        offset_ += count;
        return taken;
    }
    ByteView rest() {
        const ByteView taken = bytes_.subspan(offset_);
        offset_ = bytes_.size();
        return taken;
    }
    /// Error when bytes are left.
    [[nodiscard]] Status finish() const {
        return is_at_end() ? Status{} : Status{error(std::to_string(left()) + " bytes too many")};
    }

private:
    ByteView bytes_;
    std::size_t offset_;
};

template <class Integer>
void put_integer(Bytes& out, Integer value) {
    for (int shift = 8 * (static_cast<int>(sizeof(Integer)) - 1); shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> shift));
    }
}

/// Two octets in place.
inline void put_u16(std::uint8_t* at, std::size_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8U);
    at[1] = static_cast<std::uint8_t>(value);
}

inline void put_bytes(Bytes& out, ByteView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

inline ByteView view_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view text_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace suanlu::dns
