// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/opt_record.hpp"

#include <algorithm>
#include <cstring>

#include "dns/answer/respond.hpp"
#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kFixedBytes = 11;
constexpr std::size_t kOptionHead = 4;
constexpr std::size_t kPaddingBlock = 468;

/// Writes the head of an option; returns where its value goes.
std::uint8_t* put_option(std::uint8_t* at, std::uint16_t code, std::size_t size) {
    put_u16(at, code);
    put_u16(at + 2, size);
    return at + kOptionHead;
}

template <class Octets>
std::uint8_t* put_octets(std::uint8_t* at, const Octets& octets) {
    return std::copy(octets.begin(), octets.end(), at);
}

} // namespace

std::size_t OptRecord::size() const {
    std::size_t size = kFixedBytes;
    size += nsid.empty() ? 0 : kOptionHead + nsid.size();
    size += has_subnet() ? kOptionHead + 4 + subnet_octets() : 0;
    size += client_cookie == nullptr ? 0 : kOptionHead + kClientCookieBytes + kServerCookieBytes;
    size += says_keepalive ? kOptionHead + 2 : 0;
    size += has_error() ? kOptionHead + 2 + error_text.size() : 0;
    size += padding == kNoPadding ? 0 : kOptionHead + padding;
    return size;
}

void OptRecord::pad(std::size_t before, std::size_t limit) {
    const std::size_t bare = before + size() + kOptionHead;
    const std::size_t padded = (bare + kPaddingBlock - 1) / kPaddingBlock * kPaddingBlock;
    if (bare <= limit) {
        padding = static_cast<std::uint16_t>(std::min(padded, limit) - bare);
    }
}

void OptRecord::write(std::uint8_t* at) const {
    at[0] = 0;
    put_u16(at + 1, rr_type::kOpt);
    put_u16(at + 3, kMostUdpBytes);
    at[5] = static_cast<std::uint8_t>(static_cast<unsigned>(rcode) >> 4U);
    at[6] = 0;
    at[7] = is_dnssec_ok ? 0x80 : 0; // all other flags are zero (RFC 6891 section 6.1.4)
    at[8] = 0;
    put_u16(at + 9, size() - kFixedBytes);
    at += kFixedBytes;
    if (!nsid.empty()) {
        at = put_octets(put_option(at, edns_option::kNsid, nsid.size()), nsid);
    }
    if (has_subnet()) {
        at = write_subnet(at);
    }
    if (client_cookie != nullptr) {
        at = put_option(at, edns_option::kCookie, kClientCookieBytes + kServerCookieBytes);
        at = put_octets(at, ByteView(client_cookie, kClientCookieBytes));
        at = put_octets(at, server_cookie);
    }
    if (says_keepalive) {
        at = put_option(at, edns_option::kKeepalive, 2);
        put_u16(at, idle_100ms);
        at += 2;
    }
    if (has_error()) {
        at = put_option(at, edns_option::kExtendedError, 2 + error_text.size());
        put_u16(at, extended_error);
        at = put_octets(at + 2, error_text);
    }
    if (padding != kNoPadding) {
        std::memset(put_option(at, edns_option::kPadding, padding), 0, padding);
    }
}

/// Prefix and family of the query, with the scope of the answer (RFC 7871 section 7.2.1).
std::uint8_t* OptRecord::write_subnet(std::uint8_t* at) const {
    at = put_option(at, edns_option::kClientSubnet, 4 + subnet_octets());
    put_u16(at, subnet->family);
    at[2] = subnet->source_bits;
    at[3] = scope_bits;
    return std::copy_n(subnet->address.bytes.begin() + (subnet->family == 1 ? 12 : 0), subnet_octets(),
                       at + 4);
}

} // namespace suanlu::dns
