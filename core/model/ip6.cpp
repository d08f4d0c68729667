// SPDX-License-Identifier: Apache-2.0
#include "core/model/ip6.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace suanlu {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Error bad_address(std::string_view text) {
    return Error{Errc::kBadInput, "not an IP address: '" + std::string(text) + "'"};
}

} // namespace

bool Ip6::is_mapped_v4() const {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

std::string Ip6::text() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    if (is_mapped_v4()) {
        inet_ntop(AF_INET, bytes.data() + 12, buffer, sizeof buffer);
    } else {
        inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
    }
    return buffer;
}

Result<Ip6> Ip6::parse(std::string_view text) {
    if (text.size() >= INET6_ADDRSTRLEN) {
        return bad_address(text);
    }
    const std::string copy(text);
    Ip6 out;
    if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) {
        return out;
    }
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out.bytes.begin());
    if (inet_pton(AF_INET, copy.c_str(), out.bytes.data() + 12) == 1) {
        return out;
    }
    return bad_address(text);
}

bool Prefix6::contains(const Ip6& other) const {
    const std::size_t whole = length / 8;
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    other.bytes.begin())) {
        return false;
    }
    const unsigned rest = length % 8;
    if (rest == 0) {
        return true;
    }
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
    return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

bool Prefix6::contains(const Prefix6& inner) const {
    return inner.length >= length && contains(inner.address);
}

std::string Prefix6::text() const {
    const int shown = address.is_mapped_v4() ? length - 96 : length;
    return address.text() + "/" + std::to_string(shown);
}

Result<Prefix6> Prefix6::parse(std::string_view text, bool allow_host_bits) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return Error{Errc::kBadInput, "prefix without a length: '" + std::string(text) + "'"};
    }
    SL_TRY(const Ip6 address, Ip6::parse(text.substr(0, slash)));
    const bool v4 = address.is_mapped_v4() && text.find(':') == std::string_view::npos;
    const std::string_view digits = text.substr(slash + 1);
    unsigned length = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (ec != std::errc{} || end != digits.data() + digits.size() || length > (v4 ? 32U : 128U)) {
        return Error{Errc::kBadInput, "bad prefix length: '" + std::string(text) + "'"};
    }
    Prefix6 out{address, static_cast<std::uint8_t>(v4 ? length + 96 : length)};
    Ip6 network = address;
    for (unsigned bit = out.length; bit < 128; ++bit) {
        network.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    }
    if (network != address && !allow_host_bits) {
        return Error{Errc::kBadInput, "prefix has host bits set: '" + std::string(text) + "'"};
    }
    out.address = network;
    return out;
}

} // namespace suanlu
