// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/proxy_header.hpp"

#include <algorithm>
#include <array>

namespace suanlu::dns {

namespace {

constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxy = 0x21;
constexpr unsigned kInet = 1;
constexpr unsigned kInet6 = 2;

std::uint16_t u16_at(ByteView bytes, std::size_t place) {
    return static_cast<std::uint16_t>(bytes[place] << 8U | bytes[place + 1]);
}

} // namespace

std::optional<std::size_t> proxy_header_bytes(ByteView fixed) {
    if (fixed.size() < kProxyFixedBytes || !std::equal(kSignature.begin(), kSignature.end(), fixed.begin()) ||
        (fixed[12] != kLocal && fixed[12] != kProxy)) {
        return std::nullopt;
    }
    return kProxyFixedBytes + u16_at(fixed, 14);
}

std::optional<ProxyHeader> read_proxy_header(ByteView bytes) {
    const auto size = proxy_header_bytes(bytes);
    if (!size || *size > bytes.size()) {
        return std::nullopt;
    }
    ProxyHeader header{*size, std::nullopt, 0};
    const unsigned family = bytes[13] >> 4U;
    if (bytes[12] == kLocal || (family != kInet && family != kInet6)) {
        return header;
    }
    // Source, destination, source port, destination port; behind them TLVs, which nobody here reads.
    const std::size_t octets = family == kInet ? 4 : 16;
    if (*size < kProxyFixedBytes + 2 * octets + 4) {
        return std::nullopt;
    }
    Ip6 source;
    if (family == kInet) {
        source.bytes[10] = source.bytes[11] = 0xff;
    }
    std::copy_n(bytes.begin() + kProxyFixedBytes, octets,
                source.bytes.end() - static_cast<std::ptrdiff_t>(octets));
    header.source = source;
    header.port = u16_at(bytes, kProxyFixedBytes + 2 * octets);
    return header;
}

bool is_front(const std::vector<Prefix6>& fronts, const Ip6& source) {
    return std::any_of(fronts.begin(), fronts.end(),
                       [&](const Prefix6& prefix) { return prefix.contains(source); });
}

bool take_proxy_header(const std::vector<Prefix6>& fronts, ByteView& datagram, Ip6& source) {
    if (!is_front(fronts, source)) {
        return true;
    }
    const auto header = read_proxy_header(datagram);
    if (!header || (header->source && header->port == 0)) { // nobody listens at port 0
        return false;
    }
    datagram = datagram.subspan(header->bytes);
    source = header->source.value_or(source);
    return true;
}

} // namespace suanlu::dns
