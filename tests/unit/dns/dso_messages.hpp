// SPDX-License-Identifier: Apache-2.0
// Messages of DSO put together from octets, for tests: not by the writers that they test.
#pragma once

#include "dns/push/dso_message.hpp"
#include "dns_messages.hpp"

namespace suanlu::dns::testing {

inline Bytes tlv(std::uint16_t type, const Bytes& value) {
    Bytes out{static_cast<std::uint8_t>(type >> 8U), static_cast<std::uint8_t>(type),
              static_cast<std::uint8_t>(value.size() >> 8U), static_cast<std::uint8_t>(value.size())};
    put_bytes(out, value);
    return out;
}

/// Opcode 6 is 0x30 in the third octet, a response 0xb0.
inline Bytes dso(std::uint16_t id, const Bytes& tlvs, std::uint8_t flags = 0x30, std::uint8_t rcode = 0) {
    Bytes out{static_cast<std::uint8_t>(id >> 8U),
              static_cast<std::uint8_t>(id),
              flags,
              rcode,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0};
    put_bytes(out, tlvs);
    return out;
}

inline PushChange change(const char* owner, std::uint16_t type, std::uint32_t ttl, const Bytes& rdata) {
    return {{*DomainName::parse(owner), type, ttl, rdata}, rr_class::kIn};
}

} // namespace suanlu::dns::testing
