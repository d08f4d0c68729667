// SPDX-License-Identifier: Apache-2.0
// Messages of DSO put together from octets, for tests: not by the writers that they test; and what sessions
// of tests serve.
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

/// Of zones whose changes are pushed; lines of a test follow.
inline constexpr const char* kPushZone =
    "$ORIGIN c.example.\n$TTL 300\n@ SOA ns1 admin 7 3600 600 86400 5\n@ NS ns1\nns1 A 192.0.2.1\n"
    "sub NS ns.sub\nns.sub A 192.0.2.6\n";

inline std::shared_ptr<const Snapshot>
snapshot_of(const ZoneContents& zone, std::vector<std::pair<Prefix6, std::uint16_t>> prefixes = {}) {
    BuiltZone built = build_answers(zone, 0);
    return std::make_shared<const Snapshot>(std::move(built.owners), std::vector{built.denials},
                                            std::make_shared<ClientClasses>(prefixes));
}
inline std::shared_ptr<const Snapshot> snapshot_of(const std::string& lines) {
    return snapshot_of(zone_of(kPushZone + lines, "c.example"));
}

inline std::string text_of_line(const PushChange& line) {
    std::string out = line.record.ttl == PushChange::kAllRemoved ? "--"
                      : line.record.ttl == PushChange::kRemoved  ? "-"
                                                                 : "+" + std::to_string(line.record.ttl);
    out += " " + line.record.owner.text() + " " + type_text(line.record.type);
    for (const unsigned octet : line.record.type == rr_type::kA ? line.record.rdata : Bytes()) {
        out += " " + std::to_string(octet);
    }
    return out;
}

} // namespace suanlu::dns::testing
