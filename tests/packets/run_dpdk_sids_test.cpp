// SPDX-License-Identifier: Apache-2.0
// Packets for SIDs by routing tables in mbufs, whose next hops an lcore remembers: one or several.
#include <cstring>
#include <map>
#include <random>

#include "tests/packets/dpdk_packets.hpp"
#include "tests/packets/sid_frames.hpp"

namespace suanlu::packets {
namespace {

/// Rows of SIDs with a table.
std::vector<PacketCase> rows_by(TableAnswer answer) {
    auto rows = table_cases(answer);
    for (auto& row : transit_table_cases(answer)) {
        rows.push_back(std::move(row));
    }
    return rows;
}

TEST_F(DpdkPackets, Sids_ByTheAnswerOfATable) {
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 6}, {2, 0, 0, 0, 0, 7}};
    const auto table_of = [&](const EngineRoute& answer) {
        std::vector<EngineRoute> routes(2, answer);
        routes[1].to = *Prefix6::parse("::ffff:0:0/96");
        return routes;
    };
    const std::pair<TableAnswer, EngineRoute> answers[] = {
        {TableAnswer::kLink, {kTable, {}, hop, kLinkMtu}},
        {TableAnswer::kSmallLink, {kTable, {}, hop, 20}},
        {TableAnswer::kNowhere, {kTable, {}, {}, 0, true}}};
    for (const auto& [answer, route] : answers) {
        ASSERT_TRUE(store->set_routes(table_of(route)));
        for (const auto& row : rows_by(answer)) {
            const auto before = counted(store->counters(), *tables);
            const auto [verdict, frame] = run(row.frame, row.role);
            expect_row(row, verdict, frame);
            expect_counted(row, before, counted(store->counters(), *tables));
        }
    }
}

TEST_F(DpdkPackets, RandomSids_ByALink_EqualToTheHost) {
    const std::size_t bursts = random_part(4000);
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 6}, {2, 0, 0, 0, 0, 7}};
    HostEngine host;
    SteerTables host_tables(host, address("fc00:0:1::1"));
    ASSERT_TRUE(prepare(host_tables, kNow));
    ASSERT_TRUE(write_sid_rows(host, case_sids()));
    host.set_route(kTable, sl_sid{kInterface, kLinkMtu, 0, 0, {2, 0, 0, 0, 0, 7}, {2, 0, 0, 0, 0, 6}, 0});
    const std::vector<EngineRoute> routes{{kTable, {}, hop, kLinkMtu},
                                          {kTable, *Prefix6::parse("::ffff:0:0/96"), hop, kLinkMtu}};
    ASSERT_TRUE(store->set_routes(routes));
    RandomFrames random(20261122, rows_by(TableAnswer::kLink));
    const auto variants = burst_variants(); // in turns
    for (std::size_t burst = 0; burst < bursts && !HasFailure(); burst++) {
        std::vector<Frame> frames(kBurst);
        std::generate(frames.begin(), frames.end(), [&] { return random.next(); });
        steer = variants[burst % variants.size()].steer;
        const auto results = run(frames, PacketRole::kCore);
        for (std::size_t i = 0; i < frames.size(); i++) {
            const auto expected = host.run(frames[i], PacketRole::kCore, kNow);
            EXPECT_EQ(results[i], std::pair(expected.verdict, expected.frame))
                << "packet " << i << " of burst " << burst << ", host says " << reason_name(expected.reason);
        }
    }
    const auto ours = store->counters().reasons;
    for (const auto& [name, count] : host.counters().reasons) {
        EXPECT_EQ(ours.at(name), count) << name;
    }
    EXPECT_GT(ours.at("sid_forwarded"), bursts / 4);
    EXPECT_GT(ours.at("decapsulated"), bursts / 4);
}

/// Frames for an End SID that differ by flow label alone.
std::vector<Frame> labelled_flows(std::uint32_t count) {
    const Frame one = wrapped(marked(false, 0), {.destination = "fc00:0:e1:2::"});
    std::vector<Frame> flows;
    for (std::uint32_t label = 1; label <= count; label++) {
        flows.push_back(one);
        flows.back()[16] = static_cast<std::uint8_t>(label >> 8);
        flows.back()[17] = static_cast<std::uint8_t>(label);
    }
    return flows;
}

/// The MAC address tells the next hop.
EngineLink link_by(std::uint8_t number, std::uint16_t mtu) {
    return {{kInterface, {2, 0, 0, 0, 0, 6}, {2, 0, 0, 0, 0, number}}, mtu};
}

EngineRoute route_by(const char* to, const std::vector<EngineLink>& links) {
    EngineRoute route{kTable, *Prefix6::parse(to), links[0].hop, links[0].mtu};
    route.others.assign(links.begin() + 1, links.end());
    return route;
}

TEST_F(DpdkPackets, SeveralNextHops_ShareFlows_EachStaysOnItsOwn) {
    constexpr std::uint32_t kFlows = 300;
    // One of them nobody can reach.
    const auto route =
        route_by("fc00:0:2::/48", {link_by(1, 1500), {{}, 1500}, link_by(2, 1500), link_by(3, 1500)});
    ASSERT_TRUE(store->set_routes({&route, 1}));
    std::map<std::uint8_t, std::uint32_t> sent;
    for (const auto& frame : labelled_flows(kFlows)) {
        const auto [verdict, left] = run(frame, PacketRole::kCore);
        ASSERT_EQ(verdict, Verdict::kRedirect);
        EXPECT_EQ(run(frame, PacketRole::kCore).second, left) << "a flow keeps its next hop";
        sent[left[5]]++;
    }
    ASSERT_EQ(sent.size(), 3U);
    for (const auto& [number, flows] : sent) {
        EXPECT_GT(flows, kFlows / 3 / 2) << "next hop " << int{number};
    }
}

TEST_F(DpdkPackets, SeveralNextHops_AreRemembered_UntilTheyChange) {
    const auto frame = labelled_flows(1)[0];
    const auto* destination = &frame[38];
    for (const auto& links : {std::vector{link_by(1, 1500)},
                              {link_by(2, 1500), link_by(3, 1500)},
                              {link_by(4, 1500), link_by(5, 1500), link_by(6, 1500)}}) {
        const auto route = route_by("fc00:0:2::/48", links);
        ASSERT_TRUE(store->set_routes({&route, 1}));
        const auto [verdict, left] = run(frame, PacketRole::kCore);
        EXPECT_EQ(verdict, Verdict::kRedirect);
        EXPECT_TRUE(std::any_of(links.begin(), links.end(), [&, last = left[5]](const EngineLink& link) {
            return link.hop.destination_mac[5] == last;
        })) << int{left[5]};
        EXPECT_EQ(remembered.ways.find(memory->tables(), destination).kind,
                  links.size() == 1 ? SidKind::kNextId : SidKind::kNextIdByFlow);
    }
}

/// A packet in two pieces, which is the core's to look at.
rte_mbuf* in_two(rte_mbuf* first, rte_mbuf* second) {
    EXPECT_EQ(rte_pktmbuf_chain(first, second), 0);
    return first;
}

class DpdkBesideCore : public DpdkPackets {
protected:
    static rte_mbuf* pieces_of(const Frame& frame) {
        return in_two(buffer_of({frame.begin(), frame.begin() + 10}),
                      buffer_of({frame.begin() + 10, frame.end()}));
    }
    /// Further behind in its buffer than others.
    static rte_mbuf* shifted(const Frame& frame) {
        Frame longer(8);
        longer.insert(longer.end(), frame.begin(), frame.end());
        auto* packet = buffer_of(longer);
        EXPECT_NE(rte_pktmbuf_adj(packet, 8), nullptr);
        return packet;
    }
    /// Puts a packet of a burst otherwise into buffers than the rest: in two pieces, with padding in a piece
    /// of its own, further behind.
    static void lay_otherwise(Frame& frame, rte_mbuf*& packet, std::uint64_t how) {
        const Frame padding(4);
        rte_pktmbuf_free(packet);
        packet = how == 0   ? pieces_of(frame)
                 : how == 1 ? in_two(buffer_of(frame), buffer_of(padding))
                            : shifted(frame);
        if (how == 1) {
            frame.insert(frame.end(), padding.begin(), padding.end());
        }
    }
    /// What becomes of packets; the core gets all of them in pieces.
    Results expect_as_by_the_core(const std::vector<Frame>& frames, std::vector<rte_mbuf*> packets) {
        auto& budget = memory->tables().lcores[0].answer_budget;
        budget = 0;
        auto results = run(std::span(packets), PacketRole::kCore);
        std::vector<rte_mbuf*> pieces;
        std::transform(frames.begin(), frames.end(), std::back_inserter(pieces), pieces_of);
        budget = 0;
        EXPECT_EQ(results, run(std::span(pieces), PacketRole::kCore));
        return results;
    }
};

/// Copies that differ in one byte, all in the same one or one of them, or not at all.
std::vector<Frame> convoy_of(const Frame& frame, std::mt19937_64& random) {
    constexpr std::size_t kHeaders = 192;
    std::vector<Frame> frames(2 + random() % (kBurst - 1), frame);
    const auto at = random() % std::min(frame.size(), kHeaders);
    const auto what = random() % 4;
    if (what == 0) {
        frames[random() % frames.size()][at] ^= static_cast<std::uint8_t>(1U << random() % 8);
    } else if (what == 1 || what == 2) {
        std::for_each(frames.begin(), frames.end(),
                      [&](Frame& one) { one[at] = static_cast<std::uint8_t>(random()); });
    }
    return frames;
}

TEST_F(DpdkBesideCore, Convoys) {
    const std::size_t bursts = random_part(3000);
    const auto rows = rows_by(TableAnswer::kLink);
    Outer tunnel{.destination = "fc00:0:e1:f106::", .traffic_class = 0xba};
    std::vector<Frame> alike{wrapped(marked(false, 0xba), tunnel)};
    tunnel.routing = listing(3);
    alike.push_back(wrapped(marked(false, 0xba), tunnel));
    const auto variants = burst_variants(); // in turns
    std::mt19937_64 random(20261124);
    std::map<std::uint8_t, std::size_t> sent;
    for (const auto& links :
         {std::vector{link_by(1, kLinkMtu)}, {link_by(1, kLinkMtu), link_by(2, 120), link_by(3, kLinkMtu)}}) {
        const std::vector routes{route_by("::/0", links), route_by("::/1", {link_by(4, kLinkMtu)}),
                                 route_by("2001:db8::/32", links), route_by("::ffff:0:0/96", links)};
        ASSERT_TRUE(store->set_routes(routes));
        for (std::size_t burst = 0; burst < bursts && !HasFailure(); burst++) {
            const auto& frame =
                burst % 2 == 0 ? rows[random() % rows.size()].frame : alike[random() % alike.size()];
            auto frames = convoy_of(frame, random);
            std::vector<rte_mbuf*> packets;
            std::transform(frames.begin(), frames.end(), std::back_inserter(packets), buffer_of);
            if (const auto at = random() % (2 * packets.size()); at < packets.size()) {
                lay_otherwise(frames[at], packets[at], random() % 3);
            }
            steer = variants[burst % variants.size()].steer;
            for (const auto& [verdict, frame] : expect_as_by_the_core(frames, packets)) {
                sent[frame[5]] += verdict == Verdict::kRedirect && frame[11] == 6 ? 1 : 0;
            }
        }
    }
    for (const std::uint8_t number : {1, 2, 3, 4}) {
        EXPECT_GT(sent[number], bursts / 100) << "next hop " << int{number};
    }
}

TEST_F(DpdkBesideCore, RandomSids_BySeveralLinks) {
    constexpr std::size_t kBursts = 1500;
    const std::vector links{link_by(1, kLinkMtu), link_by(2, 120), link_by(3, kLinkMtu)};
    const std::vector routes{route_by("::/0", links), route_by("::ffff:0:0/96", links)};
    ASSERT_TRUE(store->set_routes(routes));
    RandomFrames random(20261123, rows_by(TableAnswer::kLink));
    const auto variants = burst_variants(); // in turns
    std::map<std::uint8_t, std::size_t> sent;
    for (std::size_t burst = 0; burst < kBursts && !HasFailure(); burst++) {
        std::vector<Frame> frames(kBurst);
        std::generate(frames.begin(), frames.end(), [&] { return random.next(); });
        std::vector<rte_mbuf*> packets;
        std::transform(frames.begin(), frames.end(), std::back_inserter(packets), buffer_of);
        steer = variants[burst % variants.size()].steer;
        for (const auto& [verdict, frame] : expect_as_by_the_core(frames, packets)) {
            sent[frame[5]] += verdict == Verdict::kRedirect && frame[11] == 6 ? 1 : 0;
        }
    }
    for (const std::uint8_t number : {1, 2, 3}) {
        EXPECT_GT(sent[number], 100U) << "next hop " << int{number};
    }
}

} // namespace
} // namespace suanlu::packets
