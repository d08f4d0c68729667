// SPDX-License-Identifier: Apache-2.0
// Packets that arrive at an egress for its service SIDs, as an ingress of the domain or a liar wrote them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/packets/sid_frames.hpp"

namespace suanlu::packets {
namespace {

/// What the site gets.
Frame delivered(Frame inner, std::uint8_t ecn) {
    inner = with(inner, 0, {2, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 6});
    if (inner[14] >> 4 == 6) {
        inner[15] = static_cast<std::uint8_t>((inner[15] & 0xcf) | ecn << 4);
        inner[21]--;
        return inner;
    }
    inner[15] = static_cast<std::uint8_t>((inner[15] & 0xfc) | ecn);
    inner[22]--;
    return with_checksum(inner);
}

/// The same, before the hop that is the kernel's to count.
Frame for_kernel(const Frame& inner) {
    const bool is_v4 = inner[14] >> 4 == 4;
    auto out = delivered(inner, inner[15] >> (is_v4 ? 0 : 4) & 3);
    out[is_v4 ? 22 : 21]++;
    return is_v4 ? with_checksum(out) : out;
}

/// What becomes of packets whose outer header is taken off.
class InsideRows : public SidRows {
public:
    using SidRows::SidRows;

    void arrives(const std::string& name, const Frame& inner, const Outer& outer, std::uint8_t ecn = 0) {
        add(name, wrapped(inner, outer), Verdict::kRedirect, SL_R_decapsulated).check =
            [want = delivered(inner, ecn)](const Frame&, const Frame& after) { EXPECT_EQ(after, want); };
    }
};

void add_modes(InsideRows rows) {
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "SID v4 " : "SID v6 ";
        const auto inner = marked(is_v4, 0xb8);
        Outer outer{.destination = is_v4 ? kSid4 : kSid6, .payload = std::uint8_t(is_v4 ? 4 : 41)};
        rows.arrives(family + "at the end of a uSID list", inner, outer);
        rows.arrives(family + "TCP", build_frame(syn(is_v4, 1300)), outer);
        rows.arrives(family + "nothing but headers", marked(is_v4, 0, 0), outer);
        for (const std::uint8_t segments : {1, 2, 7, 8}) {
            outer.routing = listing(segments);
            rows.arrives(family + "routing header of " + std::to_string(segments), inner, outer);
            outer.routing[0] = static_cast<std::uint8_t>(outer.routing[0] + 1);
            outer.routing.insert(outer.routing.end(), {124, 6, 0, 0, 1, 2, 3, 4});
            rows.arrives(family + "routing header with a TLV, " + std::to_string(segments), inner, outer);
        }
        outer.routing.clear();
        const auto fits = marked(is_v4, 0, kLinkMtu - (is_v4 ? 28U : 48U));
        rows.arrives(family + "largest that the link takes", fits, outer);
        rows.left(family + "larger than the link", wrapped(marked(is_v4, 0, 1400), outer), SL_R_sid_too_big);
        rows.left(family + "hop limit used up", wrapped(with(inner, is_v4 ? 22 : 21, {1}), outer),
                  SL_R_hop_limit);
        outer.source = kClient6;
        rows.dropped(family + "from outside the domain", wrapped(inner, outer), SL_R_sid_source);
        outer.source = "fc00:0:1::1";
        outer.destination = is_v4 ? kSid6 : kSid4;
        rows.refused(family + "for a SID of the other version", wrapped(inner, outer), SL_R_sid_payload,
                     kUpperLayer, 40);
    }
    const auto options = with_options(marked(true, 0), {1, 1, 1, 0});
    rows.arrives("SID v4 with options", options, {.destination = kSid4, .payload = 4});
    rows.arrives("SID with an argument", marked(false, 0), {.destination = "fc00:0:e1:f006:0:1234::"});
    rows.left("SID without next hop", wrapped(marked(false, 0), {.destination = "fc00:0:e1:f016::"}),
              SL_R_sid_unresolved);
    rows.left("SID behind a tag", tagged(wrapped(marked(false, 0), {}), {{kTag, 5}}), SL_R_other_protocol);
}

const char* const kSidsByTable[2][2] = {{"fc00:0:e1:f106::", "fc00:0:e1:f146::"},
                                        {"fc00:0:e1:f104::", "fc00:0:e1:f146:0:77::"}};

Outer to_table(bool is_v4, int which) {
    return {.destination = kSidsByTable[is_v4 ? 1 : 0][which], .payload = std::uint8_t(is_v4 ? 4 : 41)};
}

/// No table of that number is there: the kernel's own route for the SID may know.
void add_tables(InsideRows rows) {
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? " v4" : " v6";
        const auto inner = marked(is_v4, 0xb8);
        for (const int which : {0, 1}) {
            const auto outer = to_table(is_v4, which);
            const auto name = "SID of a table " + std::string(outer.destination) + family;
            rows.left(name + ", nothing known", wrapped(inner, outer), SL_R_sid_unresolved);
            auto bad = outer;
            bad.source = kClient6;
            rows.dropped(name + ", from outside", wrapped(inner, bad), SL_R_sid_source);
            bad = outer;
            bad.payload = 17;
            rows.refused(name + ", no packet inside", wrapped(inner, bad), SL_R_sid_payload, kUpperLayer, 40);
            bad.payload = is_v4 ? 41 : 4;
            rows.refused(name + ", a lie about the version", wrapped(inner, bad), SL_R_sid_payload,
                         kUpperLayer, 40);
        }
    }
}

/// RFC 6040 section 4.2, figure 4: every arriving pair.
void add_congestion(InsideRows rows) {
    constexpr int kDrop = -1;
    constexpr int kLeaves[4][4] = {{0, 0, 0, kDrop}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};
    for (const bool is_v4 : {false, true}) {
        for (std::uint8_t inside = 0; inside < 4; inside++) {
            for (std::uint8_t outside = 0; outside < 4; outside++) {
                const auto inner = marked(is_v4, static_cast<std::uint8_t>(0xb8 | inside));
                const Outer outer{.destination = is_v4 ? kSid4 : kSid6,
                                  .traffic_class = static_cast<std::uint8_t>(0x28 | outside),
                                  .payload = std::uint8_t(is_v4 ? 4 : 41)};
                const auto name = std::string("SID ECN ") + (is_v4 ? "v4 " : "v6 ") + std::to_string(inside) +
                                  " inside " + std::to_string(outside);
                if (const int leaves = kLeaves[inside][outside]; leaves == kDrop) {
                    rows.dropped(name, wrapped(inner, outer), SL_R_sid_congestion);
                } else {
                    rows.arrives(name, inner, outer, static_cast<std::uint8_t>(leaves));
                }
            }
        }
    }
}

/// RFC 8986 section 4.1.1, RFC 4443 section 2.4.
void add_upper_layers(InsideRows rows) {
    const auto inner = marked(false, 0);
    for (const std::uint8_t next : {6, 17, 50, 58, 59, 143}) {
        // Of ICMPv6 the type is the first byte of what is inside: 0x60, an error.
        const auto name = "SID with next header " + std::to_string(next);
        const auto plain = wrapped(inner, {.payload = next});
        const auto listed = wrapped(inner, {.payload = next, .routing = listing(3)});
        if (next == 58) {
            rows.dropped(name + ", an error", plain, SL_R_sid_payload);
            rows.dropped(name + ", an error behind a list", listed, SL_R_sid_payload);
            rows.dropped(name + ", a redirect", with(plain, 54, {137}), SL_R_sid_payload);
            rows.refused(name + ", an echo request", with(plain, 54, {128}), SL_R_sid_payload, kUpperLayer,
                         40);
            continue;
        }
        rows.refused(name, plain, SL_R_sid_payload, kUpperLayer, 40);
        rows.refused(name + " behind a list", listed, SL_R_sid_payload, kUpperLayer, 40 + 8 + 3 * 16);
        rows.dropped(name + " to many", with(plain, 0, {1}), SL_R_sid_payload);
        auto padded = plain;
        padded.resize(padded.size() + 5);
        rows.refused(name + " with padding behind it", padded, SL_R_sid_payload, kUpperLayer, 40);
    }
    for (std::size_t payload = 0; payload < 10; payload++) {
        rows.refused("SID, an odd number of bytes to quote, " + std::to_string(payload),
                     wrapped(marked(false, 0, payload), {.payload = 17}), SL_R_sid_payload, kUpperLayer, 40);
    }
    for (const std::size_t payload : {1143U, 1144U, 1145U, 1400U}) { // 1144: 1232 bytes with all headers
        rows.refused("SID, as much as fits is quoted, " + std::to_string(payload),
                     wrapped(marked(false, 0, payload), {.payload = 17}), SL_R_sid_payload, kUpperLayer, 40);
    }
}

void add_refused(InsideRows rows) {
    const auto inner = marked(false, 0);
    const auto plain = wrapped(inner, {});
    rows.refused("SID with a segment left", wrapped(inner, {.routing = listing(2, 1)}),
                 SL_R_sid_routing_header, kErroneousField, 43);
    auto bad = listing(2, 1);
    bad[1] = 3;
    rows.refused("SID with another routing header", wrapped(inner, {.routing = bad}), SL_R_sid_routing_header,
                 kErroneousField, 42);
    // RFC 8200 section 4.4, RFC 8754 section 4.3.1.1: with no segment left it is stepped over.
    bad = listing(2);
    bad[1] = 3;
    rows.arrives("SID with another routing header, used up", inner, {.routing = bad});
    bad = listing(2);
    bad[3] = 2;
    rows.arrives("SID with a last entry beyond the list, used up", inner, {.routing = bad});
    bad = listing(2);
    bad[0] = 255;
    rows.dropped("SID with a routing header beyond the packet", wrapped(inner, {.routing = bad}),
                 SL_R_sid_truncated);
    rows.left("SID with a routing header of 2048 bytes", wrapped(marked(false, 0, 2000), {.routing = bad}),
              SL_R_sid_not_at_hand);
    bad = listing(2);
    bad[0] = 30;
    rows.dropped("SID with a routing header that ends behind the packet", wrapped(inner, {.routing = bad}),
                 SL_R_sid_truncated);
    for (const std::uint8_t next : {0, 43, 44, 60}) {
        rows.left("SID with options or a fragment, " + std::to_string(next),
                  with_headers(plain, {{60, kPlainHeader}, {next, kPlainHeader}}), SL_R_sid_not_at_hand);
    }
    rows.refused("SID and a lie about the version inside", with(plain, 54, {0x45}), SL_R_sid_payload,
                 kUpperLayer, 40);
    rows.dropped("SID, payload length beyond the frame", with(plain, 18, {4, 0}), SL_R_sid_truncated);
    rows.dropped("SID, payload length 0", with(plain, 18, {0, 0}), SL_R_sid_truncated);
    rows.dropped("SID, inner length beyond the outer", with(plain, 58, {1, 0}), SL_R_sid_truncated);
    const auto four = wrapped(marked(true, 0), {.destination = kSid4, .payload = 4});
    rows.dropped("SID v4, header of 16 bytes", with(four, 54, {0x44}), SL_R_sid_truncated);
    rows.dropped("SID v4, header beyond its length", with(four, 54, {0x4f}), SL_R_sid_truncated);
    rows.dropped("SID v4, total length beyond the outer", with(four, 56, {1, 0}), SL_R_sid_truncated);
    for (std::size_t length = 54; length < plain.size(); length++) {
        rows.dropped("SID cut at " + std::to_string(length),
                     Frame(plain.begin(), plain.begin() + static_cast<long>(length)), SL_R_sid_truncated);
    }
}

} // namespace

std::vector<EngineSid> case_sids() {
    const NextHop link{kInterface, {2, 0, 0, 0, 0, 6}, {2, 0, 0, 0, 0, 7}};
    return {{*Prefix6::parse("fc00:0:e1:f006::/64"), SidBehaviour::kEndDx6, link, kLinkMtu},
            {*Prefix6::parse("fc00:0:e1:f004::/64"), SidBehaviour::kEndDx4, link, kLinkMtu},
            {*Prefix6::parse("fc00:0:e1:f016::/64"), SidBehaviour::kEndDx6, {}, kLinkMtu},
            {*Prefix6::parse("fc00:0:e1:f106::/64"), SidBehaviour::kEndDt6, {}, 0, kTable},
            {*Prefix6::parse("fc00:0:e1:f104::/64"), SidBehaviour::kEndDt4, {}, 0, kTable},
            {*Prefix6::parse("fc00:0:e1:f146::/64"), SidBehaviour::kEndDt46, {}, 0, kTable},
            {*Prefix6::parse("fc00:0:e1::/48"), SidBehaviour::kEnd, {}, 0, kTable},
            {*Prefix6::parse("fc00:0:e001::/48"), SidBehaviour::kEndX, link, kLinkMtu},
            {*Prefix6::parse("fc00:0:e002::/48"), SidBehaviour::kEndX, {}, kLinkMtu},
            {*Prefix6::parse("fc00:0:e1:f0ff::/64"), SidBehaviour::kEnd, {}, 0, 0, true}};
}

void add_sids(std::vector<PacketCase>& all) {
    InsideRows rows(all);
    add_modes(rows);
    add_tables(rows);
    add_congestion(rows);
    add_upper_layers(rows);
    add_refused(rows);
}

std::vector<PacketCase> table_cases(TableAnswer answer) {
    std::vector<PacketCase> out;
    InsideRows rows(out);
    for (const bool is_v4 : {false, true}) {
        for (const int which : {0, 1}) {
            auto outer = to_table(is_v4, which);
            const std::string name = outer.destination;
            const auto inner = marked(is_v4, 0xba);
            switch (answer) {
            case TableAnswer::kLink:
                rows.arrives(name, inner, outer, 2);
                outer.traffic_class = 3;
                rows.arrives(name + " congested", inner, outer, 3);
                outer.routing = listing(3);
                rows.arrives(name + " behind a routing header", inner, outer, 3);
                rows.left(name + " hop limit used up", wrapped(with(inner, is_v4 ? 22 : 21, {1}), outer),
                          SL_R_hop_limit);
                break;
            case TableAnswer::kSmallLink:
                rows.left(name, wrapped(inner, outer), SL_R_sid_too_big);
                break;
            case TableAnswer::kKernel:
                rows.left(name, wrapped(inner, outer), SL_R_sid_for_kernel);
                rows.last().check = [want = for_kernel(inner)](const Frame&, const Frame& after) {
                    EXPECT_EQ(after, want);
                };
                break;
            case TableAnswer::kNowhere:
                rows.left(name, wrapped(inner, outer), SL_R_sid_no_route);
                break;
            }
        }
    }
    return out;
}

} // namespace suanlu::packets
