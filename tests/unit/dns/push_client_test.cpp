// SPDX-License-Identifier: Apache-2.0
// The client of DNS Push against the server's sessions, in memory; and against what no server should say.
#include "dns/push/push_client.hpp"

#include "dns/push/dso_session.hpp"
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
    void ask(PushQuestion question) { client_ = PushClient(std::move(question), now_); }

    MonoTime now_{seconds(1000)};
    DsoCounters counters_;
    std::shared_ptr<const Snapshot> served_ = snapshot_of("www A 192.0.2.3\nwww TXT x\n");
    DsoSession session_{{}, true, *Ip6::parse("198.51.100.1"), now_, counters_};
    PushClient client_{www(), now_};
};

TEST_F(PushClientTest, Subscribed_HearsWhatIsThereThenWhatChanges) {
    const auto heard = exchange(client_.subscribe());
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
    ask({*DomainName::parse("www.elsewhere.example"), rr_type::kA, rr_class::kIn});
    auto heard = exchange(client_.subscribe());
    EXPECT_EQ(heard[0].what, What::kRefused);
    EXPECT_EQ(heard[0].rcode, Rcode::kNotAuth);
    EXPECT_EQ(heard[0].retry_ms, std::nullopt);
    EXPECT_EQ(refusal_text(heard[0].rcode), "NOTAUTH: the server does not serve this name");
    ask(www());
    const auto later = hear(dso(1, tlv(2, {0, 0, 0x13, 0x88}), 0xb0, 2));
    EXPECT_EQ(later->what, What::kRefused);
    EXPECT_EQ(later->retry_ms, 5000U);
}

TEST_F(PushClientTest, Keepalive_IsSaidAsAgreed_AndAnswered) {
    EXPECT_EQ(client_.keepalive_due(), std::nullopt) << "no session yet";
    exchange(client_.subscribe());
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
    exchange(client_.subscribe());
    EXPECT_TRUE(hear(dso(0, tlv(1, Bytes(8, 0xff)))));
    EXPECT_EQ(client_.keepalive_due(), std::nullopt);
    EXPECT_EQ(client_.deadline(), std::nullopt);
}

TEST_F(PushClientTest, RetryDelay_EndsTheSession) {
    exchange(client_.subscribe());
    const auto heard = hear(message_of(session_.retire(1500)));
    EXPECT_EQ(heard->what, What::kRetired);
    EXPECT_EQ(heard->retry_ms, 1500U);
}

TEST_F(PushClientTest, WhatNobodyAskedFor_IsLeftOut) {
    exchange(client_.subscribe());
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
    exchange(client_.subscribe());
    const auto heard = hear(dso(9, tlv(0xf123, {})));
    EXPECT_EQ(message_of(heard->reply), dso(9, {}, 0xb0, 11));
}

TEST_F(PushClientTest, WhatNoServerMaySay_IsRefusedWithItsOffset) {
    EXPECT_EQ(error_of({1, 2}), "offset 2: no message of DNS Stateful Operations");
    EXPECT_EQ(error_of(dso(0, tlv(0x41, {}))), "offset 2: a message before the answer to SUBSCRIBE");
    EXPECT_EQ(error_of(dso(7, {}, 0xb0)), "offset 0: an answer to nothing that was asked");
    exchange(client_.subscribe());
    EXPECT_EQ(error_of(dso(1, {}, 0xb0)), "offset 0: an answer to nothing that was asked") << "a second one";
    EXPECT_EQ(error_of(dso(0, {})), "offset 12: no TLV");
    EXPECT_EQ(error_of(dso(0, tlv(0x40, {}))), "offset 12: a one-way message that no server sends");
    EXPECT_EQ(error_of(dso(0, tlv(0x41, {}))), "offset 16: a PUSH without a change");
    EXPECT_EQ(error_of(dso(0, tlv(1, {0, 0, 0, 0, 0, 0, 0x27, 0x0f}))),
              "offset 20: a keepalive interval below 10 s");
    EXPECT_FALSE(hear(dso(0, tlv(0x41, {1, 'x'}))));
    EXPECT_FALSE(hear(dso(0, tlv(2, {0}))));
}

} // namespace
