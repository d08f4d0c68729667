// SPDX-License-Identifier: Apache-2.0
// The XDP front beside respond(): whatever the front answers is, octet for octet, what the sockets say, in a
// frame with right checksums; what it does not answer it does not touch. Needs root.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <random>

#include "dns/xdp/xdp_front.hpp"
#include "tests/unit/dns/dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

constexpr const char* kZone = R"($ORIGIN c.example.
$TTL 300
@        SOA ns1 admin 7 3600 600 86400 5
@        NS  ns1
@        MX  10 mail
ns1      A   192.0.2.1
mail     A   192.0.2.2
mail     AAAA 2001:db8::25
www      A   192.0.2.3
www      A   192.0.2.4
www      TXT "to see"
alias    CNAME www
long     TXT "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
*.wild   A   192.0.2.5
sub      NS  ns.sub
ns.sub   A   192.0.2.6
)";
constexpr std::uint16_t kPort = 53;
const char* const kServer4 = "192.0.2.53";
const char* const kServer6 = "2001:db8::53";

std::uint32_t sum_of(ByteView octets, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < octets.size(); ++i) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8U : octets[i];
    }
    while (sum > 0xffff) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return sum;
}

/// Both addresses of one family.
Bytes frame_of(const Ip6& source, const Ip6& destination, std::uint16_t port, const Bytes& message) {
    const auto udp_size = static_cast<std::uint16_t>(message.size() + 8);
    Bytes out{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    if (source.is_mapped_v4()) {
        Bytes ip{0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, 17, 0, 0};
        put_bytes(ip, ByteView(source.bytes).subspan(12));
        put_bytes(ip, ByteView(destination.bytes).subspan(12));
        ip[2] = static_cast<std::uint8_t>((udp_size + 20) >> 8);
        ip[3] = static_cast<std::uint8_t>(udp_size + 20);
        put_bytes(out, Bytes{0x08, 0x00});
        put_bytes(out, ip);
    } else {
        put_bytes(out, Bytes{0x86, 0xdd, 0x60, 0, 0, 0});
        put_integer(out, udp_size);
        put_bytes(out, Bytes{17, 64});
        put_bytes(out, source.bytes);
        put_bytes(out, destination.bytes);
    }
    put_integer(out, std::uint16_t{40000});
    put_integer(out, port);
    put_integer(out, udp_size);
    put_integer(out, std::uint16_t{0});
    put_bytes(out, message);
    return out;
}

/// The message in an answer's frame, whose headers have to be right.
Bytes message_in(const Bytes& frame, const Ip6& client, const Ip6& server) {
    const bool is_v4 = client.is_mapped_v4();
    const std::size_t udp = is_v4 ? 34 : 54;
    const ByteView all(frame);
    const ByteView addresses = is_v4 ? all.subspan(26, 8) : all.subspan(22, 32);
    const std::size_t skipped = is_v4 ? 12 : 0;
    Bytes expected;
    put_bytes(expected, ByteView(server.bytes).subspan(skipped));
    put_bytes(expected, ByteView(client.bytes).subspan(skipped));
    EXPECT_EQ(Bytes(addresses.begin(), addresses.end()), expected);
    EXPECT_EQ(Bytes(all.begin(), all.begin() + 12), (Bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}));
    if (is_v4) {
        EXPECT_EQ(sum_of(all.subspan(14, 20)), 0xffffU);
        EXPECT_EQ(sum_of(all.subspan(16, 2)), frame.size() - 14);
    }
    const auto udp_size = static_cast<std::uint32_t>(frame.size() - udp);
    EXPECT_EQ(sum_of(all.subspan(udp + 4, 2)), udp_size);
    EXPECT_EQ(sum_of(all.subspan(udp), sum_of(addresses, 17 + udp_size)), 0xffffU) << "UDP checksum";
    return {frame.begin() + static_cast<std::ptrdiff_t>(udp + 8), frame.end()};
}

class DnsFront : public ::testing::Test {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "needs root";
        }
        libbpf_set_print(nullptr);
        open({});
    }
    void open(const XdpFrontConfig& config) {
        auto opened = XdpFront::open(config, {{server4_, kPort, {}}, {server6_, kPort, {}}});
        ASSERT_TRUE(opened) << opened.error().text();
        front_ = *std::move(opened);
        serve({zone_with_classes()});
    }
    void serve(const ZoneContents& zone) {
        const std::vector<std::pair<Prefix6, std::uint16_t>> prefixes{
            {*Prefix6::parse("10.0.0.0/8"), 1},
            {*Prefix6::parse("10.1.2.0/24"), 2},
            {*Prefix6::parse("2001:db8:1::/48"), 1},
            {*Prefix6::parse("2001:db8:1:8000::/50"), 2}};
        BuiltZone built = build_answers(zone, 0);
        snapshot_ = std::make_unique<Snapshot>(std::move(built.owners), std::vector{built.denials},
                                               std::make_shared<ClientClasses>(prefixes), ServerOptions{});
        const auto updated = front_->update(*snapshot_);
        ASSERT_TRUE(updated) << updated.error().text();
    }
    static ZoneContents zone_with_classes() {
        ZoneContents zone = zone_of(kZone, "c.example");
        const auto variant = [](std::uint8_t last) {
            return ClassRrset::Variant{{rr_type::kA, 5, {Bytes{192, 0, 2, last}}, {}}};
        };
        const ClassRrset::Variant undecided{{}, Rcode::kServFail, extended_error::kNotReady};
        zone.owners[*DomainName::parse("svc.c.example")].class_sets.insert(
            {rr_type::kA, ClassSet({variant(11), variant(12), undecided}, {0, 1, 2})});
        return zone;
    }
    Bytes by_socket(const Bytes& query, const Ip6& client) {
        Bytes out(kMostUdpBytes);
        out.resize(respond(*snapshot_, query, {client, DnsTransport::kUdp, {}}, out, counters_));
        return out;
    }
    /// Empty: the front left it, untouched.
    Bytes by_front(const Bytes& query, const Ip6& client, std::uint16_t port = kPort) {
        const Ip6& server = client.is_mapped_v4() ? server4_ : server6_;
        const Bytes frame = frame_of(client, server, port, query);
        Bytes out(2048);
        LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_out = out.data(),
                    .data_size_in = static_cast<std::uint32_t>(frame.size()),
                    .data_size_out = static_cast<std::uint32_t>(out.size()), .repeat = 1);
        EXPECT_EQ(bpf_prog_test_run_opts(front_->program(), &options), 0);
        out.resize(options.data_size_out);
        if (options.retval == XDP_PASS) {
            EXPECT_EQ(out, frame);
            return {};
        }
        EXPECT_EQ(options.retval, XDP_TX);
        return message_in(out, client, server);
    }
    void expect_same(const Asked& asked, const char* client) {
        const Bytes query = query_of(asked);
        const Bytes front = by_front(query, *Ip6::parse(client));
        EXPECT_FALSE(front.empty()) << asked.name << " was left to the sockets";
        EXPECT_EQ(front, by_socket(query, *Ip6::parse(client))) << asked.name;
    }
    void expect_left(const Asked& asked, const char* client = "198.51.100.1") {
        EXPECT_TRUE(by_front(query_of(asked), *Ip6::parse(client)).empty()) << asked.name;
    }

    Ip6 server4_ = *Ip6::parse(kServer4);
    Ip6 server6_ = *Ip6::parse(kServer6);
    std::unique_ptr<XdpFront> front_;
    std::unique_ptr<Snapshot> snapshot_;
    RespondCounters counters_;
};

TEST_F(DnsFront, PlainQueries_SameOctetsByBothFamilies) {
    for (const char* client : {"198.51.100.1", "2001:db8:99::1"}) {
        for (const bool has_edns : {false, true}) {
            for (const bool is_dnssec_ok : {false, true}) {
                expect_same({"www.c.example", rr_type::kA, has_edns, has_edns && is_dnssec_ok}, client);
                expect_same({"WwW.c.ExamplE", rr_type::kTxt, has_edns, has_edns && is_dnssec_ok}, client);
                expect_same({"mail.c.example", rr_type::kAaaa, has_edns, has_edns && is_dnssec_ok}, client);
                expect_same({"c.example", rr_type::kMx, has_edns, has_edns && is_dnssec_ok}, client);
            }
        }
    }
    EXPECT_EQ(front_->count(SD_answered), 32U);
}

TEST_F(DnsFront, Classes_BySourceAndBySubnet) {
    for (const char* client : {"198.51.100.1", "10.0.0.9", "10.1.3.1", "2001:db8:1::7", "2001:db8:2::7"}) {
        expect_same({"svc.c.example", rr_type::kA, true}, client);
    }
    expect_left({"svc.c.example", rr_type::kA, true}, "10.1.2.3"); // undecided: the sockets say so
    const Bytes subnet4{0, 1, 24, 0, 10, 0, 0};
    const Bytes subnet6{0, 2, 56, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0};
    for (const Bytes& subnet :
         {subnet4, subnet6, Bytes{0, 1, 9, 0, 10, 0}, Bytes{0, 1, 32, 0, 198, 51, 100, 7}}) {
        expect_same({"svc.c.example", rr_type::kA, true, false, 1232, option(8, subnet)}, "198.51.100.1");
        expect_same({"www.c.example", rr_type::kA, true, true, 1232, option(8, subnet)}, "2001:db8:99::1");
    }
}

TEST_F(DnsFront, WhatIsNotPlain_IsLeftToTheSockets) {
    expect_left({"nowhere.c.example"});
    expect_left({"x.wild.c.example"});
    expect_left({"x.sub.c.example"});
    expect_left({"www.c.example", rr_type::kAaaa}); // NODATA
    expect_left({"www.c.example", rr_type::kAny});
    expect_left({"elsewhere.example"});
    expect_left({"www.c.example", rr_type::kA, false, false, 1232, {}, 3});                  // CHAOS
    expect_left({"www.c.example", rr_type::kA, true, false, 1232, option(3, {})});           // NSID
    expect_left({"www.c.example", rr_type::kA, true, false, 1232, option(10, Bytes(8))});    // cookie
    expect_left({"www.c.example", rr_type::kA, true, false, 1232, option(8, {0, 1, 0, 0})}); // no subnet
    expect_left(
        {"www.c.example", rr_type::kA, true, false, 1232, option(8, {0, 1, 23, 0, 10, 0, 1})}); // odd bit
    expect_left({"www.c.example", rr_type::kA, true, false, 1232,
                 option(8, {0, 1, 24, 0, 10, 0, 0}) + option(3, {})});
    const Bytes mapped{0, 2, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
    expect_left({"svc.c.example", rr_type::kA, true, false, 1232, option(8, mapped)});
    expect_left({std::string(60, 'a') + ".www.c.example"}); // long
    EXPECT_TRUE(by_front(query_of({"www.c.example"}), *Ip6::parse("198.51.100.1"), 54).empty());
    EXPECT_EQ(front_->count(SD_answered), 0U);
    EXPECT_EQ(front_->count(SD_other_traffic), 1U);
    EXPECT_EQ(front_->count(SD_long_name), 1U);
}

TEST_F(DnsFront, Tapped_SomeAreLeftToTheSocketsAndCounted) {
    open({.interfaces = {}, .tap_one_in = 4});
    constexpr std::uint64_t kAsked = 400;
    const Bytes query = query_of({"www.c.example"});
    for (std::uint64_t i = 0; i < kAsked; ++i) {
        (void)by_front(query, *Ip6::parse("198.51.100.1"));
    }
    EXPECT_GT(front_->count(SD_tapped), 0U);
    EXPECT_GT(front_->count(SD_answered), front_->count(SD_tapped));
    EXPECT_EQ(front_->count(SD_answered) + front_->count(SD_tapped), kAsked);
}

TEST_F(DnsFront, NewSnapshot_NewAnswersAndOldOnesGone) {
    expect_same({"www.c.example"}, "198.51.100.1");
    ZoneContents zone = zone_with_classes();
    zone.owners.erase(*DomainName::parse("mail.c.example"));
    zone.owners[*DomainName::parse("www.c.example")].sets[rr_type::kA].rdatas = {Bytes{192, 0, 2, 99}};
    serve(zone);
    expect_same({"www.c.example"}, "198.51.100.1");
    expect_left({"mail.c.example"});
}

TEST_F(DnsFront, RandomOctets_TheFrontAnswersAsTheSocketsOrNotAtAll) {
    std::mt19937 random(7);
    const std::vector<Asked> seeds{
        {"www.c.example"},
        {"svc.c.example", rr_type::kA, true, true, 1232, option(8, {0, 1, 24, 0, 10, 0, 0})},
        {"mail.c.example", rr_type::kAaaa, true},
        {"c.example", rr_type::kMx, true, true, 600}};
    std::size_t answered = 0;
    for (int i = 0; i < 20'000; ++i) {
        Bytes query = query_of(seeds[random() % seeds.size()]);
        for (unsigned changes = random() % 3; changes > 0; --changes) {
            query[random() % query.size()] = static_cast<std::uint8_t>(random());
        }
        if (random() % 8 == 0) {
            query.resize(1 + random() % query.size());
        }
        const Ip6 client = *Ip6::parse(random() % 2 == 0 ? "10.0.0.9" : "2001:db8:1::7");
        const Bytes front = by_front(query, client);
        if (!front.empty()) {
            ++answered;
            ASSERT_EQ(front, by_socket(query, client)) << "round " << i;
        }
    }
    EXPECT_GT(answered, 5'000U);
}

} // namespace
