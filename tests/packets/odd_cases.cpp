// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/cases.hpp"

namespace suanlu::packets {
namespace {

void add_tags(Rows rows) {
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "v4 " : "v6 ";
        const auto plain = build_frame(udp(is_v4, 20));
        rows.steered(family + "one tag", tagged(plain, {{kTag, 0x0064}}));
        rows.steered(family + "service tag", tagged(plain, {{kServiceTag, 0x6064}}));
        rows.steered(family + "two tags", tagged(plain, {{kServiceTag, 100}, {kTag, 200}}));
        rows.steered(family + "two tags of one kind", tagged(plain, {{kTag, 100}, {kTag, 200}}));
        rows.steered(family + "priority tag", tagged(plain, {{kTag, 0xe000}}));
        rows.passed(family + "tag before another port",
                    tagged(build_frame(packet(is_v4, Transport::kTcp, 8082)), {{kTag, 100}}),
                    SL_R_no_service);
        rows.passed(family + "tag before hop limit 1", tagged(with(plain, is_v4 ? 22 : 21, {1}), {{kTag, 1}}),
                    SL_R_hop_limit);
        const auto three = tagged(plain, {{kServiceTag, 1}, {kTag, 2}, {kTag, 3}});
        rows.dropped(family + "three tags", three, SL_R_border_unreadable);
        rows.dropped(family + "three tags from a site", three, SL_R_border_unreadable, PacketRole::kSite);
        rows.passed(family + "three tags from the core", three, SL_R_core_packet, PacketRole::kCore);
        for (std::size_t length = 14; length < 22 + (is_v4 ? 20U : 40U); length++) {
            const auto two = tagged(plain, {{kTag, 100}, {kTag, 200}});
            rows.passed(family + "two tags, cut at " + std::to_string(length),
                        Frame(two.begin(), two.begin() + static_cast<long>(length)), SL_R_truncated);
        }
    }
    const auto arp = with(build_frame(udp(true, 20)), 12, {0x08, 0x06});
    rows.passed("tagged ARP", tagged(arp, {{kTag, 100}}), SL_R_not_ip);
}

void add_extension_headers(Rows rows) {
    const auto plain = build_frame(udp(false, 20));
    const Headers ordinary[] = {{{0, kPlainHeader}},
                                {{60, kPlainHeader}},
                                {{43, kOtherRouting}},
                                {{0, kPlainHeader}, {60, kPlainHeader}, {43, kOtherRouting}},
                                {{0, kPlainHeader},
                                 {60, kPlainHeader},
                                 {60, kPlainHeader},
                                 {60, kPlainHeader},
                                 {43, kOtherRouting},
                                 {60, kPlainHeader}}};
    for (const auto& headers : ordinary) {
        const auto name =
            std::to_string(headers.size()) + " headers, the first " + std::to_string(headers.front().first);
        rows.steered(name, with_headers(plain, headers));
        rows.steered(name + ", behind a tag", tagged(with_headers(plain, headers), {{kTag, 7}}));
    }
    std::vector<std::uint8_t> padding = {1, 1, 12};
    padding.resize(15);
    rows.steered("destination options of 16 bytes", with_headers(plain, {{60, padding}}));
    rows.steered("atomic fragment", with_headers(plain, {{44, {0, 0, 0, 0, 0, 0, 7}}}));
    rows.passed("hop-by-hop options that are not first",
                with_headers(plain, {{60, kPlainHeader}, {0, kPlainHeader}}), SL_R_extension_header);
    for (const std::uint8_t type : {50, 51, 59, 135, 139, 140}) {
        rows.passed("header " + std::to_string(type), with_headers(plain, {{type, kPlainHeader}}),
                    SL_R_extension_header);
    }
    const auto options = with_headers(plain, {{60, kPlainHeader}});
    for (const int count : {7, 100, 255}) {
        rows.dropped("options of " + std::to_string(8 + 8 * count) + " bytes that lead out of the packet",
                     with_headers(plain, {{60, with(kPlainHeader, 0, {static_cast<std::uint8_t>(count)})},
                                          {60, kPlainHeader}}),
                     SL_R_border_unreadable);
    }
    rows.passed("options that end behind the packet", with(options, 55, {100}), SL_R_truncated);
    rows.passed("options and no room for ports", with(options, 18, {0, 12}), SL_R_truncated);
    rows.dropped("packet that ends within its options", with(options, 18, {0, 4}), SL_R_border_unreadable);
}

void add_options(Rows rows) {
    const auto plain = build_frame(udp(true, 20));
    rows.steered("v4 no-operation options", with_options(plain, {1, 1, 1, 0}));
    rows.steered("v4 router alert", with_options(plain, {148, 4, 0, 0}));
    std::vector<std::uint8_t> record = {7, 39, 4};
    record.resize(40);
    rows.steered("v4 record route, 40 bytes", with_options(plain, record));
    rows.steered("v4 options and a tag", tagged(with_options(plain, {1, 1, 1, 0}), {{kTag, 1}}));
    rows.passed("v4 loose source route", with_options(plain, {131, 7, 4, 10, 0, 0, 1, 0}), SL_R_ip_options);
    rows.passed("v4 strict source route behind others", with_options(plain, {1, 137, 7, 4, 10, 0, 0, 1}),
                SL_R_ip_options);
    rows.passed("v4 option of length 0", with_options(plain, {7, 0, 4, 0}), SL_R_ip_options);
    rows.passed("v4 option longer than the header", with_options(plain, {7, 5, 4, 0}), SL_R_ip_options);
    rows.passed("v4 header longer than the packet", with(with(plain, 14, {0x4f}), 16, {0, 48}),
                SL_R_truncated);
}

void add_border_behind(Rows rows) {
    auto to_sid = udp(false, 20);
    to_sid.flow.destination = address("fc00:0:e1:f006::1");
    auto from_sid = udp(false, 20);
    from_sid.flow.source = address("fc00:0:e1::1");
    const auto plain = build_frame(udp(false, 20));
    for (const auto role : {PacketRole::kExternal, PacketRole::kSite}) {
        const auto one = [](const Frame& frame) { return tagged(frame, {{kTag, 9}}); };
        const auto two = [](const Frame& frame) { return tagged(frame, {{kServiceTag, 9}, {kTag, 0}}); };
        rows.dropped("SID behind a tag", one(build_frame(to_sid)), SL_R_border_sid, role);
        rows.dropped("SID behind two tags", two(build_frame(to_sid)), SL_R_border_sid, role);
        rows.dropped("SID block as source behind a tag", one(build_frame(from_sid)), SL_R_border_source,
                     role);
        rows.dropped("SID block as source behind two tags and options",
                     two(with_headers(build_frame(from_sid), {{0, kPlainHeader}})), SL_R_border_source, role);
        rows.dropped("SID with hop limit 1", with(build_frame(to_sid), 21, {1}), SL_R_border_sid, role);
        rows.dropped("SID with a length that lies", with(build_frame(to_sid), 18, {0xff, 0xff}),
                     SL_R_border_sid, role);
        rows.dropped("SID in an ICMP message", with(icmp(false, 128, {0, 1, 0, 1}), 38, {0xfc, 0, 0, 0}),
                     SL_R_border_sid, role);
        rows.dropped("routing header 4 behind two tags and options",
                     two(with_headers(plain, {{0, kPlainHeader}, {43, kSegmentRouting}})),
                     SL_R_border_routing_header, role);
        rows.dropped("routing header 4 behind a fragment header",
                     with_headers(plain, {{44, {0, 0, 1, 0, 0, 0, 7}}, {43, kSegmentRouting}}),
                     SL_R_border_routing_header, role);
        rows.dropped("routing header 4 with hop limit 1",
                     with(with_headers(plain, {{43, kSegmentRouting}}), 21, {1}), SL_R_border_routing_header,
                     role);
    }
    rows.passed("routing header 4 from the domain's own side", with_headers(plain, {{43, kSegmentRouting}}),
                SL_R_core_packet, PacketRole::kCore);
}

void add_echo(Rows rows) {
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "v4 " : "v6 ";
        const std::uint8_t request = is_v4 ? 8 : 128;
        rows.steered(family + "echo request", icmp(is_v4, request, {0x12, 0x34, 0, 1, 'a', 'b'}));
        rows.steered(family + "echo request without data", icmp(is_v4, request, {0x12, 0x34, 0, 1}));
        rows.passed(family + "echo reply", icmp(is_v4, is_v4 ? 0 : 129, {0x12, 0x34, 0, 1}),
                    SL_R_other_protocol);
        rows.passed(family + "echo request cut short", icmp(is_v4, request, {0x12, 0x34}), SL_R_truncated);
        rows.passed(family + "ICMP of the other version",
                    with(build_frame(udp(is_v4, 20)), is_v4 ? 23 : 20, {std::uint8_t(is_v4 ? 58 : 1)}),
                    SL_R_other_protocol);
    }
    rows.passed("neighbour solicitation", icmp(false, 135, {0, 0, 0, 0}), SL_R_other_protocol);
    auto elsewhere = with(icmp(false, 128, {0x12, 0x34, 0, 1}), 53, {2});
    rows.passed("echo request to an address without service", elsewhere, SL_R_no_service);
}

} // namespace

void add_odd(std::vector<PacketCase>& rows) {
    add_tags(Rows(rows));
    add_extension_headers(Rows(rows));
    add_options(Rows(rows));
    add_border_behind(Rows(rows));
    add_echo(Rows(rows));
}

} // namespace suanlu::packets
