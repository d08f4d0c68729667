// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/transfer_service.hpp"

#include "core/support/unix_time.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

using Lines = std::vector<std::string>;

std::string zone_text(unsigned serial, const std::string& more) {
    return "$ORIGIN c.example.\n$TTL 300\n@ SOA ns1 admin " + std::to_string(serial) +
           " 3600 600 86400 5\n@ NS ns1\nns1 A 192.0.2.1\nwww A 192.0.2.3\nbig TXT " + std::string(200, 'x') +
           "\n" + more;
}

ZoneVersion version(unsigned serial, const std::string& more = {}) {
    return version_of(canonical_zone(zone_of(zone_text(serial, more), "c.example")));
}

std::shared_ptr<const TsigKey> key_of(const char* name, std::uint8_t octet = 7) {
    return std::make_shared<const TsigKey>(
        TsigKey{*DomainName::parse(name), TsigAlgorithm::kHmacSha256, dns::Bytes(32, octet)});
}

class Transfers : public ::testing::Test {
protected:
    void SetUp() override {
        history_ = extend(nullptr, version(7), kJournal);
        history_ = extend(history_.get(), version(8, "new A 192.0.2.8\n"), kJournal);
        history_ = extend(history_.get(), version(9, "new A 192.0.2.9\n"), kJournal);
        serve();
    }
    void serve() {
        TransferZone zone{{{*Prefix6::parse("192.0.2.0/24"), nullptr}, {Prefix6{}, key_}}, history_, false};
        TransferZone hidden{{{Prefix6{}, key_}},
                            extend(nullptr,
                                   version_of(zone_of("hidden.example. 0 SOA n. a. 3 2 3 4 5\n"
                                                      "hidden.example. 0 NS n.\n",
                                                      "hidden.example")),
                                   kJournal),
                            true};
        auto keys = std::make_shared<TsigKeys>();
        keys->emplace(key_->name, key_);
        BuiltZone built = build_answers(zone_of(zone_text(9, {}), "c.example"), 0);
        snapshot_ = std::make_unique<Snapshot>(
            std::move(built.owners), std::vector{built.denials}, std::make_shared<ClientClasses>(),
            ServerOptions{},
            std::make_shared<TransferService>(
                std::map<DomainName, TransferZone>{{*DomainName::parse("c.example"), zone},
                                                   {*DomainName::parse("hidden.example"), hidden}},
                keys, counters_));
    }
    static dns::Bytes ixfr(std::uint32_t serial) {
        dns::Bytes query = query_of({.name = "c.example", .type = rr_type::kIxfr});
        query[9] = 1;
        put_bytes(query, dns::Bytes{0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0});
        put_integer(query, serial);
        put_bytes(query, dns::Bytes(16, 0));
        return query;
    }
    dns::Bytes signed_query(dns::Bytes query, TsigExchange& exchange, std::uint64_t at = unix_seconds()) {
        const std::size_t size = query.size();
        query.resize(size + exchange.record_bytes());
        query.resize(exchange.sign(query, size, at));
        return query;
    }
    /// All messages of the answer.
    std::vector<dns::Bytes> ask(const dns::Bytes& query, const char* source = "192.0.2.77",
                                DnsTransport transport = DnsTransport::kTcp,
                                std::size_t room = kMostTcpBytes) {
        dns::Bytes out(room);
        const Asker asker{*Ip6::parse(source), transport, unix_seconds()};
        std::vector<dns::Bytes> messages;
        const std::size_t size = respond(*snapshot_, query, asker, out, faults_);
        if (size != kHandedOver) {
            messages.emplace_back(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
            return messages;
        }
        const auto stream = snapshot_->streams()->answer(*snapshot_, query, asker, faults_);
        while (const std::size_t next = stream->next(out)) {
            messages.emplace_back(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(next));
        }
        return messages;
    }
    static Lines records(const std::vector<dns::Bytes>& messages) {
        Lines out;
        for (const dns::Bytes& message : messages) {
            const Heard heard = read_answer(message);
            out.insert(out.end(), heard.answer.begin(), heard.answer.end());
        }
        return out;
    }

    static constexpr std::size_t kJournal = 1 << 20;
    std::shared_ptr<const TsigKey> key_ = key_of("k.example");
    std::shared_ptr<const ZoneHistory> history_;
    std::shared_ptr<TransferCounters> counters_ = std::make_shared<TransferCounters>();
    RespondCounters faults_;
    std::unique_ptr<Snapshot> snapshot_;
};

TEST_F(Transfers, Whole_BeginsAndEndsWithTheSoa) {
    const auto messages = ask(query_of({.name = "C.example", .type = rr_type::kAxfr}));
    EXPECT_EQ(records(messages),
              (Lines{"C.example. SOA", "C.example. NS", "big.C.example. TXT", "new.C.example. A 192.0.2.9",
                     "ns1.C.example. A 192.0.2.1", "www.C.example. A 192.0.2.3", "C.example. SOA"}));
    EXPECT_TRUE(read_answer(messages[0]).is_authoritative());
    EXPECT_EQ(counters_->whole, 1U);
}

TEST_F(Transfers, LargeZones_TakeSeveralMessages_EachRecordOnce) {
    std::string more;
    for (int i = 0; i < 3000; ++i) {
        more += "host-" + std::to_string(i) + " A 192.0.2.9\n";
    }
    history_ = extend(history_.get(), version(10, more), kJournal);
    serve();
    const auto messages = ask(query_of({.name = "c.example", .type = rr_type::kAxfr}));
    EXPECT_GT(messages.size(), 3U);
    EXPECT_EQ(records(messages).size(), 3006U);
    for (const dns::Bytes& message : messages) {
        EXPECT_LE(message.size(), 16384U);
    }
}

TEST_F(Transfers, Incremental_FromEverySerialOfTheJournal) {
    EXPECT_EQ(records(ask(ixfr(8))),
              (Lines{"c.example. SOA", "c.example. SOA", "new.c.example. A 192.0.2.8", "c.example. SOA",
                     "new.c.example. A 192.0.2.9", "c.example. SOA"}));
    EXPECT_EQ(counters_->incremental, 1U);
    EXPECT_EQ(records(ask(ixfr(6))).size(), 7U) << "unknown: the whole zone";
    EXPECT_EQ(counters_->fallback, 1U);
    EXPECT_EQ(records(ask(ixfr(9))), Lines{"c.example. SOA"}) << "nothing newer";
    EXPECT_EQ(records(ask(ixfr(9 + 5))), Lines{"c.example. SOA"}) << "the client is ahead";
    EXPECT_EQ(counters_->current, 2U);
    EXPECT_EQ(records(ask(ixfr(8), "192.0.2.1", DnsTransport::kUdp)), Lines{"c.example. SOA"}) << "by TCP";
    EXPECT_EQ(counters_->udp, 1U);
}

TEST_F(Transfers, Strangers_AreRefused) {
    EXPECT_EQ(read_answer(ask(ixfr(8), "198.51.100.1").at(0)).rcode, 5U);
    EXPECT_EQ(read_answer(ask(query_of({.name = "www.c.example", .type = rr_type::kAxfr})).at(0)).rcode, 5U);
    EXPECT_EQ(read_answer(ask(query_of({.name = "c.example", .type = rr_type::kAxfr, .has_edns = true}),
                              "192.0.2.1", DnsTransport::kUdp)
                              .at(0))
                  .rcode,
              5U);
    EXPECT_EQ(faults_.of(QueryFault::kTransfer), 3U);
    EXPECT_EQ(read_answer(ask(query_of({.name = "c.example", .type = rr_type::kIxfr})).at(0)).rcode, 1U)
        << "IXFR without a version";
}

TEST_F(Transfers, Signed_EachMessageVerifies) {
    std::string more;
    for (int i = 0; i < 1000; ++i) {
        more += "host-" + std::to_string(i) + " A 192.0.2.9\n";
    }
    history_ = extend(history_.get(), version(10, more), kJournal);
    serve();
    TsigExchange client(key_);
    const auto messages =
        ask(signed_query(query_of({.name = "c.example", .type = rr_type::kAxfr}), client), "198.51.100.1");
    ASSERT_GT(messages.size(), 1U);
    const auto first = take_tsig(messages[0]);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ(client.check(**first, unix_seconds()), TsigError::kNone);
    dns::Bytes changed = messages[0];
    changed[40] ^= 1U;
    TsigExchange other(key_);
    (void)signed_query(query_of({.name = "c.example", .type = rr_type::kAxfr}), other);
    EXPECT_EQ(other.check(**take_tsig(changed), unix_seconds()), TsigError::kBadSignature);
}

TEST_F(Transfers, WrongSignatures_SayWhatIsWrong) {
    const dns::Bytes soa = query_of({.name = "c.example", .type = rr_type::kSoa});
    const auto told = [&](const dns::Bytes& query) {
        const auto messages = ask(query, "192.0.2.1", DnsTransport::kUdp, kMostUdpBytes);
        const auto taken = take_tsig(messages.at(0));
        return std::pair(messages.at(0)[3] & 0xfU, taken && *taken ? (*taken)->tsig : TsigRecord{});
    };
    TsigExchange right(key_);
    EXPECT_EQ(told(signed_query(soa, right)).first, 0U);
    TsigExchange stranger(key_of("other.example"));
    const auto unknown = told(signed_query(soa, stranger));
    EXPECT_EQ(unknown.first, 9U);
    EXPECT_EQ(unknown.second.error, TsigError::kBadKey);
    EXPECT_TRUE(unknown.second.mac.empty());
    TsigExchange forger(key_of("k.example", 8));
    const auto forged = told(signed_query(soa, forger));
    EXPECT_EQ(forged.second.error, TsigError::kBadSignature);
    EXPECT_TRUE(forged.second.mac.empty());
    TsigExchange late(key_);
    const auto timed = told(signed_query(soa, late, unix_seconds() - 1000));
    EXPECT_EQ(timed.second.error, TsigError::kBadTime);
    EXPECT_EQ(timed.second.other.size(), 6U) << "this clock";
    EXPECT_FALSE(timed.second.mac.empty()) << "signed, for the signature was right";
    EXPECT_EQ(faults_.of(QueryFault::kTsigTime), 1U);
    dns::Bytes twice = signed_query(soa, right);
    twice[11] = 2;
    twice.insert(twice.end(), twice.begin() + static_cast<std::ptrdiff_t>(soa.size()), twice.end());
    EXPECT_EQ(told(twice).first, 1U) << "two signatures";
}

TEST_F(Transfers, HiddenZones_AreNobodysButTheirSecondaries) {
    const dns::Bytes soa = query_of({.name = "hidden.example", .type = rr_type::kSoa});
    EXPECT_EQ(read_answer(ask(soa).at(0)).rcode, 5U);
    TsigExchange client(key_);
    EXPECT_EQ(read_answer(ask(signed_query(soa, client)).at(0)).answer, Lines{"hidden.example. SOA"});
    TsigExchange other(key_);
    EXPECT_EQ(
        read_answer(ask(signed_query(query_of({.name = "no.example", .type = rr_type::kSoa}), other)).at(0))
            .rcode,
        5U);
}

TEST_F(Transfers, AnyCutOfASignedQuery_IsSurvived) {
    TsigExchange client(key_);
    const dns::Bytes whole = signed_query(ixfr(8), client);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        (void)take_tsig(ByteView(whole).first(size));
        (void)ask({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    }
}

TEST(ZoneHistories, SerialsFollowRfc1982_AndChangesNeverKeepTheirs) {
    EXPECT_TRUE(is_later_serial(1, 0xffffffff));
    EXPECT_FALSE(is_later_serial(0x80000001, 1));
    const auto history = extend(nullptr, version(7), 1 << 20);
    EXPECT_EQ(serial_after(nullptr, version(7)), 7U);
    EXPECT_EQ(serial_after(history.get(), version(7)), 7U);
    EXPECT_EQ(serial_after(history.get(), version(6)), 7U) << "nothing but an older serial";
    EXPECT_EQ(serial_after(history.get(), version(7, "x A 192.0.2.9\n")), 8U);
    EXPECT_EQ(serial_after(history.get(), version(9, "x A 192.0.2.9\n")), 9U);
}

TEST(ZoneHistories, JournalIsBounded) {
    auto history = extend(nullptr, version(1), 1500);
    for (unsigned serial = 2; serial < 50; ++serial) {
        history =
            extend(history.get(), version(serial, "x A 192.0.2." + std::to_string(serial) + "\n"), 1000);
    }
    std::size_t bytes = 0;
    for (const auto& step : history->differences) {
        bytes += step->bytes;
    }
    EXPECT_LE(bytes, 1000U);
    EXPECT_GT(history->differences.size(), 1U);
    EXPECT_EQ(history->differences.back()->to.rdata, history->newest->soa.rdata);
    EXPECT_TRUE(extend(history.get(), version(50), 0)->differences.empty());
}

TEST(ZoneHistories, Canonical_HasTheFirstClassThatHasAnAnswer) {
    ZoneContents zone = zone_of(zone_text(1, {}), "c.example");
    const auto variant = [](dns::Bytes address) {
        return ClassRrset::Variant{{rr_type::kA, 5, {std::move(address)}, {}}};
    };
    ClassRrset::Variant nothing;
    nothing.rcode = Rcode::kServFail;
    zone.owners[*DomainName::parse("s.c.example")].class_sets.insert(
        {rr_type::kA, ClassSet({variant({1, 1, 1, 1}), variant({2, 2, 2, 2})}, {1, 0})});
    zone.owners[*DomainName::parse("t.c.example")].class_sets.insert(
        {rr_type::kA, ClassSet({nothing, variant({3, 3, 3, 3})}, {0, 1})});
    zone.owners[*DomainName::parse("u.c.example")].class_sets.insert({rr_type::kA, ClassSet({nothing}, {0})});
    const ZoneContents canonical = canonical_zone(zone);
    EXPECT_EQ(canonical.owners.at(*DomainName::parse("s.c.example")).sets.at(1).rdatas[0][0], 2);
    EXPECT_EQ(canonical.owners.at(*DomainName::parse("t.c.example")).sets.at(1).rdatas[0][0], 3);
    EXPECT_FALSE(canonical.owners.contains(*DomainName::parse("u.c.example")));
}

TEST(TsigSecrets, OnlyBase64OfEnoughBits) {
    EXPECT_EQ(parse_tsig_secret("AAECAwQFBgcICQoLDA0ODw==\n")->size(), 16U);
    EXPECT_FALSE(parse_tsig_secret("AAECAwQFBgc="));
    EXPECT_FALSE(parse_tsig_secret("not base64 at all!!!!"));
    EXPECT_FALSE(parse_tsig_secret(""));
}

} // namespace
