// SPDX-License-Identifier: Apache-2.0
// Packets that belong to a flow without saying so in their own ports: fragments and ICMP errors.
#include <algorithm>

#include "tests/packets/cases.hpp"

namespace suanlu::packets {
namespace {

/// The IP packet that a service sends to its client, as a router quotes it.
Frame answer(bool is_v4, Transport transport, std::uint16_t port) {
    auto p = packet(is_v4, transport, port);
    std::swap(p.flow.source, p.flow.destination);
    std::swap(p.flow.source_port, p.flow.destination_port);
    p.payload = 20;
    return build_frame(p);
}

Frame error(bool is_v4, std::uint8_t type, const Frame& quoted, std::size_t length = 200) {
    const auto count = std::min(length, quoted.size() - 14);
    std::vector<std::uint8_t> body(4 + count);
    std::copy_n(quoted.begin() + 14, count, body.begin() + 4);
    return icmp(is_v4, type, body);
}

} // namespace

void add_fragments(std::vector<PacketCase>& all) {
    Rows rows(all);
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "v4 " : "v6 ";
        const auto plain = build_frame(udp(is_v4, 40));
        const auto later = [&](std::uint16_t id) { return fragment(plain, 48, true, id); };
        rows.dropped(family + "later fragment before its first", later(1), SL_R_fragment_early).is_sequel =
            true;
        rows.steered(family + "first fragment", fragment(plain, 0, true, 1));
        rows.steered(family + "later fragment", later(1)).is_sequel = true;
        rows.steered(family + "last fragment", fragment(plain, 96, false, 1)).is_sequel = true;
        rows.steered(family + "later fragment behind tags", tagged(later(1), {{kServiceTag, 1}, {kTag, 2}}))
            .is_sequel = true;
        rows.dropped(family + "fragment of another packet", later(2), SL_R_fragment_early);
        auto other = with(plain, is_v4 ? 29 : 37, {0x77});
        rows.dropped(family + "fragment of another client", fragment(other, 48, true, 1),
                     SL_R_fragment_early);
        rows.passed(family + "first fragment, too short for ports",
                    fragment(with(Frame(plain.begin(), plain.begin() + (is_v4 ? 38 : 58)), is_v4 ? 17 : 19,
                                  {std::uint8_t(is_v4 ? 24 : 4)}),
                             0, true, 3),
                    SL_R_truncated);
        rows.passed(family + "later fragment with hop limit 1", with(later(1), is_v4 ? 22 : 21, {1}),
                    SL_R_hop_limit);
        auto unserved = udp(is_v4, 40);
        unserved.flow.destination_port = 9999;
        rows.passed(family + "first fragment to no service", fragment(build_frame(unserved), 0, true, 4),
                    SL_R_no_service);
        rows.passed(family + "later fragment of what was left alone", later(4), SL_R_ip_fragment).is_sequel =
            true;
        auto elsewhere = udp(is_v4, 40);
        elsewhere.flow.destination = address(is_v4 ? "198.51.100.2" : "2001:db8:a::2");
        rows.passed(family + "later fragment to an address without service",
                    fragment(build_frame(elsewhere), 48, true, 1), SL_R_no_service);
        const std::uint8_t request = is_v4 ? 8 : 128;
        const auto echo = icmp(is_v4, request, {0x12, 0x34, 0, 1, 1, 2, 3, 4});
        rows.steered(family + "first fragment of an echo request", fragment(echo, 0, true, 5));
        rows.steered(family + "later fragment of an echo request", fragment(echo, 16, false, 5)).is_sequel =
            true;
        rows.passed(family + "later fragment of a protocol that is nobody's (GRE)",
                    fragment(with(plain, is_v4 ? 23 : 20, {47}), 48, true, 10), SL_R_other_protocol);
    }
    rows.dropped("v4 fragment of another protocol",
                 fragment(build_frame(packet(true, Transport::kTcp, 1)), 48, true, 1), SL_R_fragment_early);
    const auto plain = build_frame(udp(false, 40));
    const auto optioned = with_headers(plain, {{60, kPlainHeader}});
    rows.steered("v6 first fragment with options inside", fragment(optioned, 0, true, 6));
    rows.steered("v6 later fragment of it", fragment(optioned, 48, false, 6)).is_sequel = true;
    rows.steered("v6 later fragment that names another header (RFC 8200 section 4.5)",
                 fragment(plain, 48, false, 6))
        .is_sequel = true;
    rows.passed("v6 fragment of a fragment", fragment(fragment(plain, 0, true, 7), 0, true, 7),
                SL_R_extension_header);
    rows.passed("v6 fragment header and nothing behind it", with(fragment(plain, 0, true, 8), 18, {0, 8}),
                SL_R_truncated);
}

void add_errors(std::vector<PacketCase>& all) {
    Rows rows(all);
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "v4 " : "v6 ";
        const std::uint8_t too_big = is_v4 ? 3 : 2;
        const auto quoted = answer(is_v4, Transport::kUdp, 9001);
        const std::size_t header = is_v4 ? 20 : 40;
        const std::vector<std::uint8_t> types =
            is_v4 ? std::vector<std::uint8_t>{3, 11, 12} : std::vector<std::uint8_t>{1, 2, 3, 4};
        for (const auto type : types) {
            rows.steered(family + "error of type " + std::to_string(type), error(is_v4, type, quoted));
        }
        rows.steered(family + "error about TCP",
                     error(is_v4, too_big, answer(is_v4, Transport::kTcp, 8080), header + 8));
        rows.steered(family + "error behind a tag", tagged(error(is_v4, too_big, quoted), {{kTag, 5}}));
        rows.passed(family + "error that quotes too little", error(is_v4, too_big, quoted, header + 7),
                    SL_R_icmp_unrelated);
        rows.passed(family + "error that quotes nothing", error(is_v4, too_big, quoted, 0),
                    SL_R_icmp_unrelated);
        rows.passed(family + "error that quotes another version",
                    error(is_v4, too_big, answer(!is_v4, Transport::kUdp, 9001)), SL_R_icmp_unrelated);
        rows.passed(family + "error about another address",
                    error(is_v4, too_big, with(quoted, is_v4 ? 29 : 37, {0x55})), SL_R_icmp_unrelated);
        rows.passed(family + "error about another port",
                    error(is_v4, too_big, answer(is_v4, Transport::kUdp, 9999)), SL_R_no_service);
        rows.passed(family + "error about a later fragment",
                    error(is_v4, too_big, fragment(quoted, 48, false, 1)), SL_R_icmp_unrelated);
        rows.steered(family + "error about a first fragment",
                     error(is_v4, too_big, fragment(quoted, 0, true, 1)));
        auto reply = icmp(is_v4, is_v4 ? 0 : 129, {0x12, 0x34, 0, 1});
        const std::size_t at = is_v4 ? 26 : 22;
        const std::size_t size = is_v4 ? 4 : 16;
        std::swap_ranges(reply.begin() + static_cast<long>(at), reply.begin() + static_cast<long>(at + size),
                         reply.begin() + static_cast<long>(at + size));
        rows.steered(family + "error about an echo reply", error(is_v4, too_big, reply));
        rows.passed(family + "fragment of an error", fragment(error(is_v4, too_big, quoted), 0, true, 9),
                    SL_R_other_protocol);
        rows.passed(family + "later fragment of an error",
                    fragment(error(is_v4, too_big, quoted), 48, false, 9), SL_R_ip_fragment)
            .is_sequel = true;
    }
    const auto v6 = answer(false, Transport::kUdp, 9001);
    const auto v4 = answer(true, Transport::kUdp, 9001);
    rows.steered("error that quotes extension headers",
                 error(false, 2, with_headers(v6, {{0, kPlainHeader}, {43, kSegmentRouting}})));
    rows.steered("error that quotes options", error(true, 3, with_options(v4, {1, 1, 1, 0})));
    rows.passed("error that quotes endless headers",
                error(false, 2, with_headers(v6, Headers(7, {60, kPlainHeader}))), SL_R_icmp_unrelated);
    rows.passed("redirect", error(true, 5, v4), SL_R_other_protocol);
}

} // namespace suanlu::packets
