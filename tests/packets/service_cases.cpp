// SPDX-License-Identifier: Apache-2.0
// Services that are more than an address and a port, and what they take of their packets.
#include <gtest/gtest.h>

#include "tests/packets/cases.hpp"

namespace suanlu::packets {
namespace {

constexpr const char* kWide6 = "2001:db8:b::99";
constexpr const char* kWide4 = "203.0.113.9";
constexpr const char* kShared6 = "2001:db8:e::1";
constexpr const char* kShared4 = "198.51.100.9";
constexpr std::uint8_t kVoice = 46;

ServicePlan service(std::uint16_t id, Transport transport, std::uint16_t port) {
    ServicePlan plan;
    plan.id = {id};
    plan.name = "service-" + std::to_string(id);
    plan.addresses = {address(kShared6), address(kShared4)};
    plan.transport = transport;
    plan.port = port;
    plan.slots = 251;
    plan.shares = {{{1}, kWholeShare}};
    return plan;
}

Prefix6 prefix(const char* text) {
    return *Prefix6::parse(text);
}

void add_wide(Plan& plan) {
    auto range = service(10, Transport::kTcp, 1000);
    range.addresses.clear();
    range.traffic.prefixes = {prefix("2001:db8:b::/48"), prefix("203.0.113.0/24")};
    range.traffic.last_port = 2000;
    auto inner = service(11, Transport::kAny, 0);
    inner.addresses.clear();
    inner.traffic.prefixes = {prefix("2001:db8:b:1::/64"), prefix("203.0.113.128/25")};
    auto plain = service(12, Transport::kUdp, 5004);
    auto voice = service(13, Transport::kUdp, 5004);
    voice.traffic.dscp = kVoice;
    voice.traffic.mark = 34;
    auto tagged = service(14, Transport::kUdp, 5004);
    tagged.traffic.vlan = 300;
    auto tenant = service(15, Transport::kTcp, 8080);
    tenant.addresses = {address(kAny6), address(kAny4)};
    tenant.traffic.tenant = 7;
    auto ports = service(21, Transport::kUdp, 5000);
    ports.traffic.last_port = 6000;
    plan.services.insert(plan.services.end(), {range, inner, plain, voice, tagged, tenant, ports});
    plan.tenants = {{7, "", 700, 0}, {7, "", 701, 5}, {7, "if9", 0, 0}};
}

Frame to(const char* where, Transport transport, std::uint16_t port, std::uint8_t dscp = 0) {
    SyntheticPacket p = packet(address(where).is_mapped_v4(), transport, port);
    p.flow.destination = address(where);
    p.traffic_class = static_cast<std::uint8_t>(dscp << 2);
    p.payload = 20;
    return build_frame(p);
}

Frame from(const char* whom, Frame frame) {
    const auto bytes = address(whom).bytes;
    const bool is_v4 = address(whom).is_mapped_v4();
    return with(std::move(frame), is_v4 ? 26 : 22, {bytes.begin() + (is_v4 ? 12 : 0), bytes.end()});
}

std::uint8_t outer_dscp(const Frame& frame) {
    return static_cast<std::uint8_t>((frame[14] << 4 | frame[15] >> 4) >> 2 & 63);
}

void add_matches(Rows rows) {
    const auto hit = [&](const std::string& name, Frame frame, std::uint16_t id) -> PacketCase& {
        auto& row = rows.steered(name, std::move(frame));
        row.service = id;
        return row;
    };
    for (const auto* where : {kWide6, kWide4}) {
        const std::string at = std::string(" at ") + where;
        hit("first port of a range" + at, to(where, Transport::kTcp, 1000), 10);
        hit("last port of a range" + at, to(where, Transport::kTcp, 2000), 10);
        rows.passed("port before a range" + at, to(where, Transport::kTcp, 999), SL_R_no_service);
        rows.passed("port behind a range" + at, to(where, Transport::kTcp, 2001), SL_R_no_service);
        rows.passed("range of another protocol" + at, to(where, Transport::kUdp, 1500), SL_R_no_service);
        rows.passed("destination port 0" + at, to(where, Transport::kTcp, 0), SL_R_no_service);
    }
    for (const auto* where : {"2001:db8:b:1::5", "203.0.113.200"}) {
        const std::string at = std::string(" at ") + where;
        hit("longer prefix, any protocol" + at, to(where, Transport::kUdp, 7), 11);
        hit("longer prefix before the range of the shorter" + at, to(where, Transport::kTcp, 1500), 11);
    }
    hit("echo request to a prefix",
        with(icmp(false, 128, {0x12, 0x34, 0, 1}), 38, {0x20, 1, 0x0d, 0xb8, 0, 0x0b, 0, 1}), 11);
    rows.passed("beside the prefixes", to("2001:db8:c::1", Transport::kTcp, 1500), SL_R_no_service);
    rows.dropped("later fragment to a prefix", fragment(to(kWide6, Transport::kTcp, 1500), 48, true, 90),
                 SL_R_fragment_early);
    for (const auto* where : {kShared6, kShared4}) {
        const std::string at = std::string(" at ") + where;
        const auto marked = [](const Frame&, const Frame& after) { EXPECT_EQ(outer_dscp(after), 34); };
        hit("ordinary packets of a port with slices" + at, to(where, Transport::kUdp, 5004), 12);
        hit("slice by DSCP" + at, to(where, Transport::kUdp, 5004, kVoice), 13).check = marked;
        hit("slice by VLAN" + at, tagged(to(where, Transport::kUdp, 5004), {{kTag, 300}}), 14);
        hit("another VLAN" + at, tagged(to(where, Transport::kUdp, 5004), {{kTag, 301}}), 12);
        hit("DSCP before VLAN" + at, tagged(to(where, Transport::kUdp, 5004, kVoice), {{kTag, 300}}), 13);
        hit("one port before a range around it" + at, to(where, Transport::kUdp, 5004), 12);
        hit("range around one port" + at, to(where, Transport::kUdp, 5999), 21);
    }
    for (const auto* where : {"2001:db8:a::1", "198.51.100.1"}) {
        const auto plain = to(where, Transport::kTcp, 8080);
        const std::string at = std::string(" at ") + where;
        hit("tenant 0" + at, plain, 1);
        hit("tenant by tag" + at, tagged(plain, {{kTag, 700}}), 15);
        hit("tenant by two tags" + at, tagged(plain, {{kServiceTag, 701}, {kTag, 5}}), 15);
        hit("two tags of nobody" + at, tagged(plain, {{kServiceTag, 701}, {kTag, 6}}), 1);
        rows.passed("service that the tenant does not have" + at,
                    tagged(to(where, Transport::kUdp, 9001), {{kTag, 700}}), SL_R_no_service);
    }
}

void add_limits(Plan& plan) {
    auto guarded = service(16, Transport::kUdp, 4005);
    guarded.traffic.access = {{prefix("2001:db8:c1::/48"), true},
                              {prefix("2001:db8:c1:bad::/64"), false},
                              {prefix("2001:db8:c1:bad::7/128"), true},
                              {prefix("10.0.0.0/8"), true}};
    auto limited = service(17, Transport::kUdp, 4006);
    limited.traffic.rates = {{kVoice, 1, 3000, 8}, {kAnyDscp, 1, 1500, kNoMark}};
    auto quic = service(19, Transport::kUdp, 4433);
    quic.traffic.is_quic = true;
    quic.traffic.quic = {1, 2, {{SiteId{1}, 0x0101}, {SiteId{2}, 0x0202}}};
    auto pair = service(20, Transport::kTcp, 4008);
    pair.affinity = Affinity::kPair;
    auto whole = service(22, Transport::kUdp, 4009);
    whole.traffic.rates = {{kAnyDscp, 1, 1500, kNoMark}};
    whole.traffic.mark = 34;
    plan.services.insert(plan.services.end(), {guarded, limited, quic, pair, whole});
}

void add_sources(Rows rows) {
    const auto v6 = to(kShared6, Transport::kUdp, 4005);
    const auto v4 = to(kShared4, Transport::kUdp, 4005);
    rows.steered("source in the list", v6);
    rows.steered("v4 source in the list", v4);
    rows.dropped("source in a part that is denied", from("2001:db8:c1:bad::1", v6), SL_R_access_denied);
    rows.steered("one address of that part", from("2001:db8:c1:bad::7", v6));
    rows.dropped("source not in the list", from("2001:db8:c2::1", v6), SL_R_access_denied);
    rows.dropped("v4 source not in the list", from("11.0.0.1", v4), SL_R_access_denied);
    rows.dropped("source not in the list, behind tags and options",
                 tagged(with_headers(from("2001:db8:c2::1", v6), {{60, kPlainHeader}}), {{kTag, 3}}),
                 SL_R_access_denied);
    const auto open6 = to(kShared6, Transport::kUdp, 5999);
    const auto open4 = to(kShared4, Transport::kUdp, 5999);
    for (const auto* whom : {"::", "::1", "ff02::1", "fe80::1"}) {
        rows.dropped(std::string("source ") + whom, from(whom, open6), SL_R_martian_source);
    }
    rows.dropped("mapped source in an IPv6 packet",
                 with(open6, 22, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1}),
                 SL_R_martian_source);
    rows.dropped("source = destination", from(kShared6, open6), SL_R_martian_source);
    for (const auto* whom :
         {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "169.254.0.1", kShared4}) {
        rows.dropped(std::string("source ") + whom, from(whom, open4), SL_R_martian_source);
    }
    rows.passed("martian source to no service", from("ff02::1", to("2001:db8:c::1", Transport::kUdp, 1)),
                SL_R_no_service);
    auto zero = packet(false, Transport::kTcp, 8080);
    zero.flow.source_port = 0;
    rows.dropped("TCP source port 0", build_frame(zero), SL_R_port_zero);
    auto silent = udp(false, 10);
    silent.flow.source_port = 0;
    rows.steered("UDP source port 0 (RFC 768)", build_frame(silent));
}

void add_rates(Rows rows) {
    for (int i = 0; i < 2; i++) {
        auto p = packet(false, Transport::kUdp, 4006);
        p.flow.destination = address(kShared6);
        p.payload = 1000;
        auto frame = build_frame(p);
        if (i == 0) {
            rows.steered("within the rate", frame);
        } else {
            rows.dropped("over the rate", frame, SL_R_rate_exceeded).is_sequel = true;
        }
        p.traffic_class = kVoice << 2;
        const auto want = static_cast<std::uint8_t>(i == 0 ? kVoice : 8);
        auto& row = rows.steered(i == 0 ? "slice within its own rate" : "slice over its rate: marked",
                                 build_frame(p));
        p.payload = 1400;
        row.frame = build_frame(p);
        row.is_sequel = true;
        row.check = [want](const Frame& before, const Frame& after) {
            EXPECT_EQ(outer_dscp(after), want);
            EXPECT_EQ((after[54] << 4 | after[55] >> 4) & 0xff, (before[14] << 4 | before[15] >> 4) & 0xff);
        };
        if (i == 0) { // a second one still fits
            rows.steered("slice, second packet", row.frame).is_sequel = true;
        }
    }
}

/// Each fragment takes from the bucket and carries the mark of its service.
void add_fragment_rates(Rows rows) {
    const auto marked = [](const Frame&, const Frame& after) { EXPECT_EQ(outer_dscp(after), 34); };
    auto p = packet(false, Transport::kUdp, 4009);
    p.flow.destination = address(kShared6);
    p.payload = 992;
    const auto whole = build_frame(p);
    p.payload = 292;
    const auto rest = build_frame(p);
    rows.steered("first fragment of a limited service", fragment(whole, 0, true, 95)).check = marked;
    auto& later = rows.steered("later fragment within the rate", fragment(rest, 1000, true, 95));
    later.is_sequel = true;
    later.check = marked;
    later.service = 22;
    rows.dropped("later fragment over the rate", fragment(rest, 1300, false, 95), SL_R_rate_exceeded)
        .is_sequel = true;
}

/// SYN+ACKs of services that are found by rules. The one with the smallest path counts, whatever its slice.
void add_wide_answers(Rows rows) {
    for (const auto& [where, port] : {std::pair{kWide6, 1500}, {kWide4, 1500}, {"2001:db8:b:1::5", 7}}) {
        const bool is_v4 = address(where).is_mapped_v4();
        auto p = syn(is_v4, 1460);
        p.flow = {address(where), static_cast<std::uint16_t>(port), p.flow.source, p.flow.source_port,
                  Transport::kTcp};
        p.tcp_flags = SyntheticPacket::kSyn | SyntheticPacket::kAck;
        const std::size_t option = 14 + (is_v4 ? 42U : 62U);
        const int limit = static_cast<int>(kPathMtu) - (is_v4 ? 80 : 100);
        rows.passed("SYN+ACK of a rule at " + std::string(where), build_frame(p), SL_R_clamped_answer,
                    PacketRole::kCore)
            .check = [=](const Frame&, const Frame& after) {
            EXPECT_EQ(after[option] << 8 | after[option + 1], limit);
            EXPECT_TRUE(has_valid_checksum(after, 14));
        };
    }
}

/// UDP to the QUIC service with this payload.
Frame quic(const std::vector<std::uint8_t>& payload) {
    auto p = packet(false, Transport::kUdp, 4433);
    p.flow.destination = address(kShared6);
    p.payload = payload.size();
    return with(build_frame(p), 62, payload);
}

void add_quic(Rows rows) {
    rows.steered("QUIC Initial", quic({0xc0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
    rows.steered("QUIC version 2 Initial", quic({0xd0, 0x6b, 0x33, 0x43, 0xcf, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
    rows.steered("QUIC version negotiation", quic({0xc0, 0, 0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
    rows.steered("QUIC Handshake", quic({0xe0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8}));
    rows.steered("QUIC server id of site 1", quic({0x40, 0x00, 1, 1, 9, 9, 9, 9}));
    rows.steered("QUIC server id of nobody", quic({0x40, 0x00, 9, 9, 9, 9, 9, 9}));
    rows.steered("QUIC id that is not for balancers", quic({0x40, 0xe0, 2, 2, 9, 9, 9, 9}));
    rows.steered("QUIC id cut short", quic({0x40, 0x00, 1}));
    rows.steered("QUIC without payload", quic({}));
}

} // namespace

void add_services(Plan& plan) {
    add_wide(plan);
    add_limits(plan);
}

void add_services(std::vector<PacketCase>& all) {
    add_matches(Rows(all));
    add_sources(Rows(all));
    add_rates(Rows(all));
    add_fragment_rates(Rows(all));
    add_wide_answers(Rows(all));
    add_quic(Rows(all));
}

} // namespace suanlu::packets
