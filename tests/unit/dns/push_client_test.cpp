// SPDX-License-Identifier: Apache-2.0
// The client of DNS Push against the server's sessions, in memory; and against what no server should say.
#include "dns/push/push_client.hpp"

#include "dns/push/dso_session.hpp"
#include "dns/push/pushed_records.hpp"
#include "dns/push/reconnect_delay.hpp"
#include "dso_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;
using What = PushClient::Heard::What;
using Lines = std::vector<std::string>;

class PushClientTest : public ::testing::Test {
protected:
    /// What the server answers to this, as the client hears it.
    std::vector<PushClient::Heard> exchange(const Bytes& framed) {
        const auto reaction = session_.take(message_of(framed), served_.get(), now_);
        EXPECT_FALSE(reaction.is_fatal);
        session_.replied(served_.get(), now_);
        std::vector<PushClient::Heard> out;
        for (const Bytes& answer : reaction.messages) {
            out.push_back(*hear(message_of(answer)));
        }
        return out;
    }
    Result<PushClient::Heard> hear(const Bytes& message) { return client_.take(message, now_); }
    std::string error_of(const Bytes& message) {
        const auto heard = hear(message);
        return heard ? "" : heard.error().detail;
    }
    Lines pushed() {
        Lines out;
        const auto heard = hear(message_of(session_.next_push(*served_)));
        for (const PushChange& line : heard->changes) {
            out.push_back(text_of_line(line));
        }
        return out;
    }
    static Bytes message_of(const Bytes& framed) { return {framed.begin() + 2, framed.end()}; }
    static PushQuestion www() { return {*DomainName::parse("www.c.example"), rr_type::kA, rr_class::kIn}; }
    void ask(std::vector<PushQuestion> questions) { client_ = PushClient(std::move(questions), now_); }
    std::vector<PushClient::Heard> subscribe() {
        std::vector<PushClient::Heard> out;
        for (const Bytes& message : client_.subscribe()) {
            const auto heard = exchange(message);
            out.insert(out.end(), heard.begin(), heard.end());
        }
        return out;
    }

    MonoTime now_{seconds(1000)};
    DsoCounters counters_;
    std::shared_ptr<const Snapshot> served_ = snapshot_of("www A 192.0.2.3\nwww TXT x\n");
    DsoSession session_{{}, true, *Ip6::parse("198.51.100.1"), now_, counters_};
    PushClient client_{{www()}, now_};
};

TEST_F(PushClientTest, Subscribed_HearsWhatIsThereThenWhatChanges) {
    const auto heard = subscribe();
    ASSERT_EQ(heard.size(), 2U) << "and the server's times";
    EXPECT_EQ(heard[0].what, What::kSubscribed);
    EXPECT_EQ(pushed(), Lines{"+300 www.c.example. A 192 0 2 3"});
    const auto before = std::exchange(served_, snapshot_of("www A 192.0.2.4\nwww A 192.0.2.5\n"));
    session_.look_at(*served_);
    EXPECT_EQ(pushed(), (Lines{"- www.c.example. A 192 0 2 3", "+300 www.c.example. A 192 0 2 4",
                               "+300 www.c.example. A 192 0 2 5"}));
    const auto then = std::exchange(served_, snapshot_of(""));
    session_.look_at(*served_);
    EXPECT_EQ(pushed(), Lines{"-- www.c.example. A"});
}

TEST_F(PushClientTest, Refused_SaysWhyAndWhenToComeBack) {
    ask({{*DomainName::parse("www.elsewhere.example"), rr_type::kA, rr_class::kIn}});
    auto heard = subscribe();
    EXPECT_EQ(heard[0].what, What::kRefused);
    EXPECT_EQ(heard[0].rcode, Rcode::kNotAuth);
    EXPECT_EQ(heard[0].retry_ms, 300'000U) << "RFC 8765 section 6.2.2";
    EXPECT_EQ(refusal_text(heard[0].rcode), "NOTAUTH: the server does not serve this name");
    ask({www()});
    const auto later = hear(dso(1, tlv(2, {0, 0, 0x13, 0x88}), 0xb0, 2));
    EXPECT_EQ(later->what, What::kRefused);
    EXPECT_EQ(later->retry_ms, 5000U);
}

TEST_F(PushClientTest, Keepalive_IsSaidAsAgreed_AndAnswered) {
    EXPECT_EQ(client_.keepalive_due(), std::nullopt) << "no session yet";
    subscribe();
    EXPECT_EQ(client_.keepalive_due(), now_ + seconds(60));
    EXPECT_EQ(client_.deadline(), now_ + seconds(120));
    now_ = now_ + seconds(60);
    const Bytes keepalive = client_.keepalive(now_);
    EXPECT_EQ(client_.keepalive_due(), now_ + seconds(60)) << "not before the server had its time";
    EXPECT_EQ(client_.deadline(), now_ + seconds(60));
    EXPECT_EQ(exchange(keepalive).size(), 1U);
    EXPECT_EQ(session_.deadline(), now_ + seconds(120)) << "the server took it for a sign of life";
    EXPECT_EQ(client_.deadline(), now_ + seconds(120));
}

TEST_F(PushClientTest, KeepaliveOfNever_IsNever) {
    subscribe();
    EXPECT_TRUE(hear(dso(0, tlv(1, Bytes(8, 0xff)))));
    EXPECT_EQ(client_.keepalive_due(), std::nullopt);
    EXPECT_EQ(client_.deadline(), std::nullopt);
}

TEST_F(PushClientTest, RetryDelay_EndsTheSession) {
    subscribe();
    const auto heard = hear(message_of(session_.retire(1500)));
    EXPECT_EQ(heard->what, What::kRetired);
    EXPECT_EQ(heard->retry_ms, 1500U);
}

TEST_F(PushClientTest, WhatNobodyAskedFor_IsLeftOut) {
    subscribe();
    PushWriter writer;
    writer.add(change("other.c.example", 1, 5, {192, 0, 2, 1}));
    writer.add(change("www.c.example", 16, 5, {1, 'x'}));
    writer.add(change("WWW.c.example", 255, PushChange::kAllRemoved, {}));
    const auto heard = hear(message_of(std::move(writer).finish(false)));
    EXPECT_EQ(heard->unasked, 2U);
    ASSERT_EQ(heard->changes.size(), 1U);
    EXPECT_EQ(text_of_line(heard->changes[0]), "-- www.c.example. ANY");
}

TEST_F(PushClientTest, RequestOfTheServer_IsAnsweredThatItIsNotKnown) {
    subscribe();
    const auto heard = hear(dso(9, tlv(0xf123, {})));
    EXPECT_EQ(message_of(heard->reply), dso(9, {}, 0xb0, 11));
}

TEST_F(PushClientTest, SeveralNames_AreOneSession) {
    const PushQuestion text{*DomainName::parse("WWW.c.example"), rr_type::kTxt, rr_class::kIn};
    const PushQuestion other{*DomainName::parse("other.c.example"), rr_type::kAny, rr_class::kIn};
    ask({www(), text, other});
    const auto heard = subscribe();
    ASSERT_EQ(heard.size(), 4U) << "three answers, and the server's times";
    EXPECT_EQ(heard[0].what, What::kNothing);
    EXPECT_EQ(heard[3].what, What::kSubscribed);
    EXPECT_EQ(pushed(), (Lines{"+300 www.c.example. A 192 0 2 3", "+300 www.c.example. TXT"}));
    const auto answer = dso(4, tlv(1, {0, 0, 0x3a, 0x98, 0, 0, 0x3a, 0x98}), 0xb0);
    EXPECT_EQ(error_of(answer), "offset 0: an answer to nothing that was asked");
    client_.keepalive(now_);
    EXPECT_EQ(error_of(answer), "");
    const auto ended = hear(dso(2, {}, 0xb0, 9));
    EXPECT_EQ(ended->what, What::kRefused) << "RFC 8490 section 5.6";
    EXPECT_EQ(ended->question, text);
}

TEST_F(PushClientTest, AnswerToKeepalive_HasItsTimes) {
    subscribe();
    client_.keepalive(now_);
    EXPECT_EQ(error_of(dso(2, {}, 0xb0)), "offset 12: an answer to KEEPALIVE has one TLV of that type");
}

TEST_F(PushClientTest, LinesWithoutMeaning_ArePassedOver) {
    subscribe();
    PushWriter writer;
    writer.add(change("www.c.example", 1, 0x80000000, {1, 2, 3, 4}));
    writer.add(change("www.c.example", 1, 5, {192, 0, 2, 1}));
    PushChange all = change("www.c.example", 0, PushChange::kAllRemoved, {});
    all.rr_class = rr_class::kAny;
    writer.add(all);
    const auto heard = hear(message_of(std::move(writer).finish(false)));
    ASSERT_EQ(heard->changes.size(), 2U);
    EXPECT_EQ(text_of_line(heard->changes[0]), "+5 www.c.example. A 192 0 2 1");
    EXPECT_EQ(text_of_line(heard->changes[1]), "-- www.c.example. ANY")
        << "in all classes, whatever the type";
}

TEST_F(PushClientTest, LongPush_IsRefused) {
    subscribe();
    Bytes value;
    while (value.size() < kMostPushBytes) {
        put_bytes(value, Bytes{3, 'w', 'w', 'w', 1, 'c', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0});
        put_bytes(value, Bytes{0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1});
    }
    EXPECT_EQ(error_of(dso(0, tlv(0x41, value))), "offset 16382: a PUSH that goes on");
    PushWriter writer;
    EXPECT_EQ(writer.add(change("www.c.example", 16, 5, Bytes(17'000))), PushWriter::Room::kNowhere);
    EXPECT_EQ(writer.add(change("www.c.example", 16, 5, Bytes(16'320))), PushWriter::Room::kTaken);
    EXPECT_LE(message_of(std::move(writer).finish(true)).size(), kMostPushBytes);
}

TEST(PushedRecords, AfterAnotherSession_OnlyTheDifferenceIsNews) {
    PushedRecords shown;
    const auto take = [&](std::vector<PushChange> changes) {
        Lines out;
        const auto news = shown.take(std::move(changes));
        for (const PushChange& line : *news) {
            out.push_back(text_of_line(line));
        }
        return out;
    };
    const PushChange one = change("a.example", 1, 5, {192, 0, 2, 1});
    const PushChange two = change("a.example", 1, 5, {192, 0, 2, 2});
    const PushChange three = change("a.example", 1, 5, {192, 0, 2, 3});
    EXPECT_EQ(take({one, two}).size(), 2U);
    EXPECT_TRUE(shown.settle().empty());
    shown.begin();
    EXPECT_EQ(take({change("A.example", 1, 5, {192, 0, 2, 1})}), Lines{}) << "told again";
    EXPECT_EQ(take({three}), Lines{"+5 a.example. A 192 0 2 3"});
    const auto gone = shown.settle();
    ASSERT_EQ(gone.size(), 1U);
    EXPECT_EQ(text_of_line(gone[0]), "- a.example. A 192 0 2 2");
    EXPECT_TRUE(shown.settle().empty());
    shown.begin();
    EXPECT_EQ(take({change("a.example", 1, 9, {192, 0, 2, 1})}), Lines{"+9 a.example. A 192 0 2 1"}) << "TTL";
    EXPECT_EQ(take({change("a.example", 255, PushChange::kAllRemoved, {})}), Lines{"-- a.example. ANY"});
    EXPECT_TRUE(shown.settle().empty()) << "said already";
}

TEST(ReconnectDelay, GrowsAndIsSpread_ButNotWhatTheServerSays) {
    ReconnectDelay delay(7);
    ReconnectDelay same(7);
    ReconnectDelay other(8);
    std::size_t equal = 0;
    for (const int base : {1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
        const auto next = delay.next(std::nullopt);
        EXPECT_GE(next, milliseconds(base));
        EXPECT_LE(next, milliseconds(base + base / 2));
        EXPECT_EQ(same.next(std::nullopt), next) << "by the seed";
        equal += other.next(std::nullopt) == next ? 1 : 0;
    }
    EXPECT_LT(equal, 3U);
    EXPECT_EQ(delay.next(milliseconds(4321)), milliseconds(4321));
    EXPECT_EQ(delay.next(milliseconds(0)), milliseconds(1000));
    delay.reset();
    EXPECT_LE(delay.next(std::nullopt), milliseconds(1500));
}

TEST_F(PushClientTest, WhatNoServerMaySay_IsRefusedWithItsOffset) {
    EXPECT_EQ(error_of({1, 2}), "offset 2: no message of DNS Stateful Operations");
    EXPECT_EQ(error_of(dso(0, tlv(0x41, {}))), "offset 2: a message before the answer to SUBSCRIBE");
    EXPECT_EQ(error_of(dso(7, {}, 0xb0)), "offset 0: an answer to nothing that was asked");
    subscribe();
    EXPECT_EQ(error_of(dso(1, {}, 0xb0)), "offset 0: an answer to nothing that was asked") << "a second one";
    EXPECT_EQ(error_of(dso(0, {})), "offset 12: no TLV");
    EXPECT_EQ(error_of(dso(0, tlv(0x40, {}))), "offset 12: a one-way message that no server sends");
    EXPECT_EQ(error_of(dso(0, tlv(0x41, {}))), "offset 16: a PUSH without a change");
    EXPECT_EQ(error_of(dso(0, tlv(1, {0, 0, 0, 0, 0, 0, 0x27, 0x0f}))),
              "offset 20: a keepalive interval below 10 s");
    for (const std::uint16_t type : {0x40, 0x41, 0x42, 0x43, 1, 2}) {
        EXPECT_EQ(error_of(dso(5, tlv(type, {}))), "offset 12: a request that no server makes");
    }
    EXPECT_FALSE(hear(dso(0, tlv(0x41, {1, 'x'}))));
    EXPECT_FALSE(hear(dso(0, tlv(2, {0}))));
}

} // namespace
