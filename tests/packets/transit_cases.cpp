// SPDX-License-Identifier: Apache-2.0
// Packets for an End or End.X SID of this router: what stands next in a NEXT-C-SID list or in a routing
// header becomes their destination, and nothing but the link's addresses and the hop limit changes besides.
#include <gtest/gtest.h>

#include "tests/packets/sid_frames.hpp"

namespace suanlu::packets {
namespace {

const char* const kEnd = "fc00:0:e1::";
const char* const kEndX = "fc00:0:e001::";

constexpr std::size_t kHopLimit = 21;
constexpr std::size_t kLeft = 57; // segments left
constexpr std::size_t kDestination = 38;

const Frame& inner() {
    static const Frame frame = marked(false, 0xb8);
    return frame;
}

Frame headed_for(Frame frame, const char* destination) {
    const auto bytes = address(destination).bytes;
    return with(std::move(frame), kDestination, {bytes.begin(), bytes.end()});
}

/// Over the link of the rows.
Frame sent(Frame frame, const char* destination) {
    frame = with(headed_for(std::move(frame), destination), 0, {2, 0, 0, 0, 0, 7, 2, 0, 0, 0, 0, 6});
    frame[kHopLimit]--;
    return frame;
}

auto becomes(Frame want) {
    return [want = std::move(want)](const Frame&, const Frame& after) { EXPECT_EQ(after, want); };
}

class TransitRows : public SidRows {
public:
    using SidRows::SidRows;

    /// The list in the destination address.
    void shifted(const std::string& name, const char* from, const char* to) {
        const auto frame = wrapped(inner(), {.destination = from});
        add(name, frame, Verdict::kRedirect, SL_R_sid_forwarded).check = becomes(sent(frame, to));
    }
    /// From the routing header.
    void taken(const std::string& name, const Frame& frame, const char* to) {
        auto want = sent(frame, to);
        want[kLeft]--;
        add(name, frame, Verdict::kRedirect, SL_R_sid_forwarded).check = becomes(want);
    }
    void left_as(const std::string& name, const Frame& frame, sl_reason reason, const Frame& after) {
        left(name, frame, reason);
        last().check = becomes(after);
    }
};

Frame listed(const char* destination, std::vector<const char*> segments, std::uint8_t left) {
    return wrapped(inner(), {.destination = destination, .routing = listing(std::move(segments), left)});
}

void add_lists(TransitRows rows) {
    rows.shifted("uA, one behind it", "fc00:0:e001:2::", "fc00:0:2::");
    rows.shifted("uA, a full list", "fc00:0:e001:1:2:3:4:5", "fc00:0:1:2:3:4:5:0");
    rows.shifted("uA, the service SID behind it", "fc00:0:e001:e2:f006::", "fc00:0:e2:f006::");
    rows.shifted("uN and uA of one router", "fc00:0:e1:e001:2:f006::", "fc00:0:2:f006::");
    const auto loop = wrapped(inner(), {.destination = "fc00:0:e1:e1:e1:e1:7::"});
    rows.left_as("SIDs of one router without end", loop, SL_R_sid_not_at_hand,
                 headed_for(loop, "fc00:0:e1:7::"));
    const auto host = wrapped(inner(), {.destination = "fc00:0:e1::1"});
    rows.left("an address of the router below its SID", host, SL_R_other_protocol);
    rows.left("somebody else's SID below ours", wrapped(inner(), {.destination = "fc00:0:e1:f0ff:1::"}),
              SL_R_other_protocol);
}

void add_headers(TransitRows rows) {
    const std::vector<const char*> way = {"fc00:0:1::", kEndX, "fc00:0:3::", "fc00:0:e2:f006::"};
    rows.taken("End.X, two more behind it", listed(kEndX, way, 2), way[2]);
    rows.taken("End.X, the last behind it", listed(kEndX, way, 1), way[3]);
    rows.taken("End.X, first of a list", listed(kEndX, way, 3), way[1]);
    rows.taken("End.X, first and left out of the list", listed(kEndX, way, 4), way[0]);
    auto tlv = listing(way, 1);
    tlv[0] = static_cast<std::uint8_t>(tlv[0] + 1);
    tlv.insert(tlv.end(), {124, 6, 0, 0, 1, 2, 3, 4});
    rows.taken("End.X, a TLV behind the list", wrapped(inner(), {.destination = kEndX, .routing = tlv}),
               way[3]);
    // A list in a routing header that begins with this router's ids.
    const auto chain = listed(kEnd, {kEnd, "fc00:0:e001:4::"}, 1);
    auto want = sent(chain, "fc00:0:4::");
    want[kLeft]--;
    rows.add("End, its next segment a list of our own", chain, Verdict::kRedirect, SL_R_sid_forwarded).check =
        becomes(want);
    auto outer = Outer{.destination = kEnd, .routing = listing({kEnd, kSid6}, 1)};
    rows.add("End, its next segment a service SID of ours", wrapped(inner(), outer), Verdict::kRedirect,
             SL_R_decapsulated)
        .check = [](const Frame&, const Frame& after) { EXPECT_EQ(after.size(), inner().size()); };
    std::vector<const char*> long_way(12, "fc00:0:9::");
    rows.taken("End.X, a long list", listed(kEndX, long_way, 1), long_way.back());
}

/// For the SID itself.
void add_ended(TransitRows rows) {
    for (const char* sid : {kEnd, kEndX}) {
        const std::string name = sid;
        const auto bare = wrapped(inner(), {.destination = sid});
        const auto ended = listed(sid, {"fc00:0:1::", sid}, 0);
        for (const std::uint8_t hops : {0, 1, 2}) {
            const auto its = ", hop limit " + std::to_string(hops);
            rows.refused(name + ", nothing behind it" + its, with(bare, kHopLimit, {hops}),
                         SL_R_sid_no_segment, kUpperLayer, 40);
            rows.refused(name + ", no segment left" + its, with(ended, kHopLimit, {hops}),
                         SL_R_sid_no_segment, kUpperLayer, 40 + 8 + 2 * 16);
        }
        rows.refused(name + ", another routing header, used up", with(ended, 56, {3}), SL_R_sid_no_segment,
                     kUpperLayer, 40 + 8 + 2 * 16);
        rows.left(name + ", options", with_headers(bare, {{60, kPlainHeader}}), SL_R_sid_not_at_hand);
        rows.dropped(name + ", an ICMPv6 error", wrapped(inner(), {.destination = sid, .payload = 58}),
                     SL_R_sid_no_segment);
        rows.dropped(name + ", a used up routing header beyond the packet", with(ended, 55, {200}),
                     SL_R_sid_no_segment);
    }
}

void add_left(TransitRows rows) {
    for (const char* sid : {kEnd, kEndX}) {
        const std::string name = sid;
        const auto way = listed(sid, {sid, "fc00:0:2::"}, 1);
        for (const std::uint8_t hops : {0, 1}) {
            rows.left(name + ", hop limit " + std::to_string(hops), with(way, kHopLimit, {hops}),
                      SL_R_hop_limit);
        }
        rows.dropped(name + ", from outside",
                     wrapped(inner(), {.destination = sid, .source = kClient6, .routing = listing(2, 1)}),
                     SL_R_sid_source);
        for (const auto& [at, value] : {std::pair<std::size_t, std::uint8_t>{56, 3}, {57, 3}, {58, 2}}) {
            rows.refused(name + ", routing header, byte " + std::to_string(at), with(way, at, {value}),
                         SL_R_sid_routing_header, kErroneousField, at == 56 ? 42 : 43);
        }
        rows.dropped(name + ", routing header beyond the packet", with(way, 55, {200}), SL_R_sid_truncated);
        for (std::size_t length = 54; length < way.size(); length += 5) {
            rows.dropped(name + " cut at " + std::to_string(length),
                         Frame(way.begin(), way.begin() + static_cast<long>(length)), SL_R_sid_truncated);
        }
        rows.dropped(name + ", payload length beyond the frame", with(way, 18, {0xff, 0xff}),
                     SL_R_sid_truncated);
        rows.dropped(name + ", payload shorter than the routing header", with(way, 18, {0, 7}),
                     SL_R_sid_truncated);
    }
    rows.left("End.X, larger than the link",
              wrapped(marked(false, 0, kLinkMtu), {.destination = "fc00:0:e001:2::"}), SL_R_sid_too_big);
    rows.left("End.X without neighbour", wrapped(inner(), {.destination = "fc00:0:e002:2::"}),
              SL_R_sid_unresolved);
    const auto unknown = wrapped(inner(), {.destination = "fc00:0:e1:2::"});
    rows.left_as("End, the way not known", unknown, SL_R_sid_unresolved, headed_for(unknown, "fc00:0:2::"));
}

} // namespace

void add_transit(std::vector<PacketCase>& all) {
    TransitRows rows(all);
    add_lists(rows);
    add_headers(rows);
    add_ended(rows);
    add_left(rows);
}

std::vector<PacketCase> transit_table_cases(TableAnswer answer) {
    std::vector<PacketCase> out;
    TransitRows rows(out);
    const auto frame = wrapped(inner(), {.destination = "fc00:0:e1:2:f006::"});
    const auto next = headed_for(frame, "fc00:0:2:f006::");
    switch (answer) {
    case TableAnswer::kLink:
        rows.shifted("uN", "fc00:0:e1:2:f006::", "fc00:0:2:f006::");
        rows.taken("End", listed(kEnd, {kEnd, "fc00:0:2::", kSid6}, 2), "fc00:0:2::");
        break;
    case TableAnswer::kSmallLink:
        rows.left_as("uN, larger than the link", frame, SL_R_sid_too_big, next);
        break;
    case TableAnswer::kKernel:
        rows.left_as("uN, a neighbour to be asked for", frame, SL_R_sid_unresolved, next);
        break;
    case TableAnswer::kNowhere:
        rows.left_as("uN, nowhere", frame, SL_R_sid_no_route, next);
        break;
    }
    return out;
}

} // namespace suanlu::packets
