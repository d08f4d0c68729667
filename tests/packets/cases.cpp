// SPDX-License-Identifier: Apache-2.0
#include "tests/packets/cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace suanlu::packets {
namespace {

void expect_mss(const Frame& after, std::size_t inner, std::size_t option, std::uint16_t mss) {
    EXPECT_EQ(after[inner + option] << 8 | after[inner + option + 1], mss);
    EXPECT_TRUE(has_valid_checksum(after, inner));
}

/// The answer to a packet that is too big: whom it goes to, what it says, and what it quotes.
void expect_told(const Frame& before, const Frame& after) {
    const auto ip = network_offset(before);
    const bool is_v4 = before[ip] >> 4 == 4;
    const std::size_t icmp = ip + (is_v4 ? 20 : 40);
    const std::size_t quote = is_v4 ? 528 : 1232;
    ASSERT_EQ(after.size(), icmp + 8 + quote);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + 6, after.begin() + 6)) << "back to the sender";
    EXPECT_TRUE(std::equal(before.begin() + 6, before.begin() + 12, after.begin()));
    EXPECT_TRUE(std::equal(before.begin() + 12, before.begin() + static_cast<long>(ip), after.begin() + 12))
        << "the same tags";
    const auto at = [&](std::size_t offset) { return after.begin() + static_cast<long>(ip + offset); };
    const auto from = [&](std::size_t offset) { return before.begin() + static_cast<long>(ip + offset); };
    const std::size_t source = is_v4 ? 12 : 8;
    const std::size_t length = is_v4 ? 4 : 16;
    EXPECT_TRUE(std::equal(at(source), at(source + length), from(source + length))) << "from the service";
    EXPECT_TRUE(std::equal(at(source + length), at(source + 2 * length), from(source))) << "to the client";
    EXPECT_EQ(after[icmp] << 8 | after[icmp + 1], is_v4 ? 0x0304 : 0x0200);
    EXPECT_EQ(after[icmp + 6] << 8 | after[icmp + 7], kPathMtu - 40);
    EXPECT_TRUE(std::equal(from(0), from(quote), after.begin() + static_cast<long>(icmp) + 8));
    if (is_v4) {
        EXPECT_EQ(ones_sum(&after[ip], 20), 0xffffU) << "IPv4 header checksum";
        EXPECT_EQ(ones_sum(&after[icmp], 8 + quote), 0xffffU) << "ICMP checksum";
    } else {
        EXPECT_TRUE(has_valid_checksum(after, ip));
    }
}

void add_steered(std::vector<PacketCase>& rows) {
    for (const bool is_v4 : {false, true}) {
        const std::string family = is_v4 ? "v4 " : "v6 ";
        const std::size_t tcp = is_v4 ? 20 : 40;
        const std::uint16_t limit = static_cast<std::uint16_t>(kPathMtu - 40 - tcp - 20);
        for (std::size_t payload = 0; payload <= 8; payload++) {
            rows.push_back({family + "UDP with " + std::to_string(payload) + " bytes",
                            build_frame(udp(is_v4, payload)),
                            PacketRole::kExternal,
                            Verdict::kRedirect,
                            SL_R_steered,
                            {}});
        }
        rows.push_back({family + "SYN whose MSS is too large", build_frame(syn(is_v4, 1460)),
                        PacketRole::kExternal, Verdict::kRedirect, SL_R_steered,
                        [=](const Frame&, const Frame& after) { expect_mss(after, 54, tcp + 22, limit); }});
        rows.push_back({family + "SYN whose MSS fits", build_frame(syn(is_v4, 536)), PacketRole::kExternal,
                        Verdict::kRedirect, SL_R_steered,
                        [=](const Frame&, const Frame& after) { expect_mss(after, 54, tcp + 22, 536); }});
        auto marked = udp(is_v4, 20);
        marked.traffic_class = 0xb9; // EF, ECT(1)
        rows.push_back({family + "DSCP and ECN are carried", build_frame(marked), PacketRole::kExternal,
                        Verdict::kRedirect, SL_R_steered, [](const Frame&, const Frame& after) {
                            EXPECT_EQ((after[14] << 4 | after[15] >> 4) & 0xff, 0xb9);
                        }});
        rows.push_back({family + "largest that fits",
                        build_frame(udp(is_v4, kPathMtu - 40 - tcp - 8)),
                        PacketRole::kExternal,
                        Verdict::kRedirect,
                        SL_R_steered,
                        {}});
        const auto big = build_frame(udp(is_v4, kPathMtu - 40 - tcp - 7));
        for (const auto& [name, frame] :
             {std::pair("one byte too big", big),
              {"too big behind two tags", tagged(big, {{kServiceTag, 7}, {kTag, 8}})}}) {
            rows.push_back({family + name, frame, PacketRole::kExternal, Verdict::kRedirect,
                            SL_R_too_big_answered, expect_told});
        }
        auto unanswerable = udp(is_v4, 1500);
        unanswerable.flow.source = address(is_v4 ? "224.0.0.1" : "ff02::1");
        rows.push_back({family + "from a multicast address",
                        build_frame(unanswerable),
                        PacketRole::kExternal,
                        Verdict::kDrop,
                        SL_R_martian_source,
                        {}});
    }
}

/// An MSS option behind one no-operation begins at an odd byte, so the checksum mends with swapped bytes.
void add_odd_option(std::vector<PacketCase>& rows) {
    auto p = packet(false, Transport::kTcp, 8080);
    p.tcp_flags = SyntheticPacket::kSyn;
    p.payload = 8;
    auto frame = with(build_frame(p), 54 + 20, {1, 2, 4, 0x05, 0xb4, 1, 1, 0});
    frame[54 + 12] = 7 << 4; // the payload bytes become options
    frame = with(frame, 54 + 16, {0, 0});
    const auto sum = ones_sum(&frame[22], 32, static_cast<std::uint32_t>(6 + 28));
    const auto check = 0xffff & ~ones_sum(&frame[54], 28, sum);
    frame = with(frame, 54 + 16, {static_cast<std::uint8_t>(check >> 8), static_cast<std::uint8_t>(check)});
    ASSERT_TRUE(has_valid_checksum(frame));
    rows.push_back({"MSS option at an odd byte", frame, PacketRole::kExternal, Verdict::kRedirect,
                    SL_R_steered,
                    [](const Frame&, const Frame& after) { expect_mss(after, 54, 40 + 23, 1400); }});
}

void add_left_alone(std::vector<PacketCase>& rows) {
    const auto v6 = build_frame(udp(false, 20));
    const auto v4 = build_frame(udp(true, 20));
    const auto pass = [&](const char* name, Frame frame, sl_reason reason) {
        rows.push_back({name, std::move(frame), PacketRole::kExternal, Verdict::kPass, reason, {}});
    };
    pass("v6 hop limit 1", with(v6, 21, {1}), SL_R_hop_limit);
    pass("v4 time to live 1", with(v4, 22, {1}), SL_R_hop_limit);
    pass("v4 don't fragment is no fragment", with(v4, 12, {0x08, 0x06}), SL_R_not_ip);
    pass("GRE", with(v6, 20, {47}), SL_R_other_protocol);
    pass("other port", build_frame(packet(false, Transport::kTcp, 8082)), SL_R_no_service);
    pass("same port, other transport", build_frame(packet(false, Transport::kUdp, 8080)), SL_R_no_service);
    pass("steering switched off", build_frame(packet(false, Transport::kTcp, 8081)), SL_R_steering_off);
    pass("payload length beyond the frame", with(v6, 18, {0, 29}), SL_R_truncated);
    pass("version 5", with(v6, 14, {0x50}), SL_R_truncated);
    pass("total length below the header", with(v4, 16, {0, 19}), SL_R_truncated);
    rows.push_back({"a site that takes no IPv4",
                    build_frame(packet(true, Transport::kUdp, 9002)),
                    PacketRole::kExternal,
                    Verdict::kDrop,
                    SL_R_no_family,
                    {}});
    for (std::size_t length = 14; length < v6.size(); length++) {
        rows.push_back({"v6 cut at " + std::to_string(length),
                        Frame(v6.begin(), v6.begin() + static_cast<long>(length)),
                        PacketRole::kExternal,
                        Verdict::kPass,
                        SL_R_truncated,
                        {}});
    }
}

void add_border(std::vector<PacketCase>& rows) {
    auto to_sid = udp(false, 20);
    to_sid.flow.destination = address("fc00:0:e1:f006::1");
    auto from_sid = udp(false, 20);
    from_sid.flow.source = address("fc00:0:e1::1");
    auto beside = udp(false, 20);
    beside.flow.destination = address("fc00:1:e1:f006::1");
    const auto plain = build_frame(udp(false, 20));
    const auto row = [&](const char* name, Frame frame, PacketRole role, sl_reason reason) {
        const bool is_loss = reason >= SL_R_border_sid && reason <= SL_R_border_unreadable;
        rows.push_back({name, std::move(frame), role, is_loss ? Verdict::kDrop : Verdict::kPass, reason, {}});
    };
    for (const auto role : {PacketRole::kExternal, PacketRole::kSite}) {
        row("SID as destination", build_frame(to_sid), role, SL_R_border_sid);
        row("SID block as source", build_frame(from_sid), role, SL_R_border_source);
        row("routing header 4", with_headers(plain, {{43, kSegmentRouting}}), role,
            SL_R_border_routing_header);
        row("routing header 4 behind options",
            with_headers(plain, {{0, kPlainHeader}, {60, kPlainHeader}, {43, kSegmentRouting}}), role,
            SL_R_border_routing_header);
        row("too many headers to check", with_headers(plain, Headers(7, {60, kPlainHeader})), role,
            SL_R_border_unreadable);
    }
    row("address beside the SID block", build_frame(beside), PacketRole::kExternal, SL_R_no_service);
    to_sid.flow.destination = address("fc00:0:e2:f006::1");
    row("another router's SID from the domain's own side", build_frame(to_sid), PacketRole::kCore,
        SL_R_core_packet);
}

void add_answers(std::vector<PacketCase>& rows) {
    for (const bool is_v4 : {false, true}) {
        auto answer = syn(is_v4, 1460);
        std::swap(answer.flow.source, answer.flow.destination);
        std::swap(answer.flow.source_port, answer.flow.destination_port);
        answer.tcp_flags = SyntheticPacket::kSyn | SyntheticPacket::kAck;
        const std::size_t tcp = is_v4 ? 20 : 40;
        const std::uint16_t limit = static_cast<std::uint16_t>(kPathMtu - 40 - tcp - 20);
        rows.push_back({"SYN+ACK of a service is clamped", build_frame(answer), PacketRole::kCore,
                        Verdict::kPass, SL_R_clamped_answer,
                        [=](const Frame&, const Frame& after) { expect_mss(after, 14, tcp + 22, limit); }});
        answer.mss = 1000;
        rows.push_back({"SYN+ACK with a small MSS",
                        build_frame(answer),
                        PacketRole::kCore,
                        Verdict::kPass,
                        SL_R_core_packet,
                        {}});
        answer.mss = 1460;
        answer.flow.source_port = 22;
        rows.push_back({"SYN+ACK of something else",
                        build_frame(answer),
                        PacketRole::kCore,
                        Verdict::kPass,
                        SL_R_core_packet,
                        {}});
    }
}

/// What the path does to the client's packet: one hop less, and a smaller MSS in a SYN.
Frame inner_of(const Frame& before) {
    Frame inner(before.begin() + static_cast<long>(network_offset(before)), before.end());
    if (inner[0] >> 4 == 6) {
        inner[7]--;
        return inner;
    }
    inner[8]--;
    const std::size_t header = static_cast<std::size_t>(inner[0] & 0x0f) * 4;
    inner[10] = inner[11] = 0;
    const auto sum = 0xffff & ~ones_sum(inner.data(), header);
    return with(inner, 10, {static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)});
}

void expect_encapsulated(const Frame& before, const Frame& after, bool is_changed_inside) {
    const auto inner = inner_of(before);
    ASSERT_EQ(after.size(), 54 + inner.size());
    const bool is_v4 = inner[0] >> 4 == 4;
    const Frame macs = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x86, 0xdd};
    EXPECT_TRUE(std::equal(macs.begin(), macs.end(), after.begin()));
    EXPECT_EQ(after[14] >> 4, 6);
    EXPECT_NE((after[15] & 0x0f) | after[16] | after[17], 0) << "flow label";
    EXPECT_EQ(static_cast<std::size_t>(after[18] << 8 | after[19]), inner.size());
    EXPECT_EQ(after[20], is_v4 ? 4 : 41);
    EXPECT_EQ(after[21], 64);
    const auto source = address("fc00:0:1::1").bytes;
    const auto to = address(is_v4 ? "fc00:0:a1:e1:f004::" : "fc00:0:a1:e1:f006::").bytes;
    EXPECT_TRUE(std::equal(source.begin(), source.end(), after.begin() + 22));
    EXPECT_TRUE(std::equal(to.begin(), to.end(), after.begin() + 38));
    if (is_changed_inside) { // the row's own check looks at it
        EXPECT_TRUE(std::equal(inner.begin(), inner.begin() + (is_v4 ? 24 : 44), after.begin() + 54));
    } else {
        EXPECT_TRUE(std::equal(inner.begin(), inner.end(), after.begin() + 54));
    }
}

} // namespace

Plan case_plan() {
    Plan plan;
    plan.id = {"cases", 1, 1};
    plan.sid_block = *Prefix6::parse("fc00::/32");
    for (const std::uint16_t id : {1, 2}) {
        PathPlan path;
        path.id = path_id(SiteId{id}, 0);
        path.destination6 = address(id == 1 ? "fc00:0:a1:e1:f006::" : "fc00:0:a1:e3:f006::");
        path.destination4 = id == 1 ? address("fc00:0:a1:e1:f004::") : Ip6{};
        path.mtu = {kPathMtu};
        plan.sites.push_back({{id}, "site-" + std::to_string(id), {}, {path}});
    }
    const std::vector<std::tuple<std::uint16_t, Transport, std::uint16_t, std::uint16_t>> services = {
        {1, Transport::kTcp, 8080, 1},
        {2, Transport::kUdp, 9001, 1},
        {3, Transport::kTcp, 8081, 1},
        {4, Transport::kUdp, 9002, 2}};
    for (const auto& [id, transport, port, site] : services) {
        ServicePlan service;
        service.id = {id};
        service.name = "service-" + std::to_string(id);
        service.addresses = {address(kAny6), address(kAny4)};
        service.transport = transport;
        service.port = port;
        service.slots = 251;
        service.shares = {{{site}, kWholeShare}};
        plan.services.push_back(service);
    }
    add_services(plan);
    return plan;
}

Status prepare(SteerTables& tables, MonoTime now) {
    SL_TRY_VOID(tables.apply(case_plan(), now));
    const NextHop hop{kInterface, {2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9}};
    SL_TRY_VOID(tables.set_paths(SiteId{1}, std::array{UsablePath{path_id(SiteId{1}, 0), hop}}, now));
    SL_TRY_VOID(tables.set_paths(SiteId{2}, std::array{UsablePath{path_id(SiteId{2}, 0), hop}}, now));
    return tables.set_steering(ServiceId{3}, false);
}

PacketCase& Rows::steered(const std::string& name, Frame frame) {
    return rows_.emplace_back(
        PacketCase{name, std::move(frame), PacketRole::kExternal, Verdict::kRedirect, SL_R_steered});
}

PacketCase& Rows::passed(const std::string& name, Frame frame, sl_reason reason, PacketRole role) {
    return rows_.emplace_back(PacketCase{name, std::move(frame), role, Verdict::kPass, reason});
}

PacketCase& Rows::dropped(const std::string& name, Frame frame, sl_reason reason, PacketRole role) {
    return rows_.emplace_back(PacketCase{name, std::move(frame), role, Verdict::kDrop, reason});
}

std::vector<PacketCase> all_cases() {
    std::vector<PacketCase> rows;
    add_steered(rows);
    add_odd_option(rows);
    add_left_alone(rows);
    add_border(rows);
    add_answers(rows);
    add_odd(rows);
    add_fragments(rows);
    add_errors(rows);
    add_services(rows);
    add_sids(rows);
    add_transit(rows);
    return rows;
}

Frame RandomFrames::next() {
    auto frame = rows_[random_() % rows_.size()].frame;
    for (auto changes = random_() % 4; changes > 0; changes--) {
        frame[random_() % frame.size()] = static_cast<std::uint8_t>(random_());
    }
    if (random_() % 8 == 0) {
        frame.resize(14 + random_() % (frame.size() + 20));
    }
    return frame;
}

EngineCounters counted(EngineCounters counters, const SteerTables& tables) {
    auto sites = tables.site_counts();
    EXPECT_TRUE(sites);
    counters.sites = sites ? *std::move(sites) : std::map<SiteId, EngineSiteCount>{};
    return counters;
}

namespace {

/// Of all paths.
EnginePathCount sum_of(const EngineCounters& counters) {
    EnginePathCount sum;
    for (const auto& [site, count] : counters.sites) {
        for (const auto& path : count.paths) {
            sum.packets += path.packets;
            sum.bytes += path.bytes;
            sum.drops += path.drops;
        }
    }
    return sum;
}

std::uint64_t named_in(const EngineCounters& counters) {
    std::uint64_t sum = 0;
    for (const auto& [site, count] : counters.sites) {
        sum += count.named;
    }
    return sum;
}

} // namespace

std::map<std::string, std::uint64_t> with_all_samples(std::map<std::string, std::uint64_t> reasons) {
    reasons.at("sampled") += reasons.at("sample_lost");
    reasons.erase("sample_lost");
    return reasons;
}

void expect_counted(const PacketCase& row, const EngineCounters& before, const EngineCounters& after) {
    SCOPED_TRACE(row.name);
    const auto* name = reason_name(row.reason);
    EXPECT_EQ(after.reasons.at(name), before.reasons.at(name) + 1);
    if (const ServiceId service{row.service}; row.service != 0) {
        const auto was = before.services.find(service);
        EXPECT_EQ(after.services.at(service).packets,
                  (was == before.services.end() ? 0 : was->second.packets) + 1);
    }
    const bool is_sent = row.reason == SL_R_steered;
    const bool is_lost = row.reason >= SL_R_no_path && row.reason <= SL_R_no_headroom;
    const auto from = sum_of(before);
    const auto to = sum_of(after);
    EXPECT_EQ(to.packets, from.packets + (is_sent ? 1 : 0));
    EXPECT_EQ(to.drops, from.drops + (is_lost ? 1 : 0));
    EXPECT_EQ(to.bytes > from.bytes, is_sent);
    EXPECT_EQ(named_in(after) - named_in(before),
              after.reasons.at("quic_server") - before.reasons.at("quic_server"));
}

void expect_row(const PacketCase& row, Verdict verdict, const Frame& after) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(verdict, row.verdict);
    if (verdict == Verdict::kRedirect && row.verdict == verdict && row.reason == SL_R_steered) {
        expect_encapsulated(row.frame, after, static_cast<bool>(row.check));
    } else if (!row.check) {
        EXPECT_EQ(after, row.frame);
    }
    if (row.check) {
        row.check(row.frame, after);
    }
}

} // namespace suanlu::packets
