// SPDX-License-Identifier: Apache-2.0
// Sessions of DSO and their subscriptions, with a clock of the test's and zones that change.
#include "dns/push/dso_session.hpp"

#include "dso_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Lines = std::vector<std::string>;

constexpr std::uint16_t kKeepalive = 1, kSubscribe = 0x40, kUnsubscribe = 0x42, kReconfirm = 0x43;

Bytes question(const std::string& name, std::uint16_t type, std::uint16_t rr_class = 1) {
    const auto parsed = *DomainName::parse(name);
    Bytes out(parsed.wire().begin(), parsed.wire().end());
    put_integer(out, type);
    put_integer(out, rr_class);
    return out;
}

class DsoSessionTest : public ::testing::Test {
protected:
    DsoSession::Reaction tell(const Bytes& message) {
        DsoSession::Reaction reaction = session().take(message, served_.get(), now_);
        if (!reaction.is_fatal) {
            session().replied(served_.get(), now_);
        }
        return reaction;
    }
    /// RCODE of the first answer; -1 = closed, -2 = nothing is said.
    int answer_to(const Bytes& message) {
        const auto reaction = tell(message);
        if (reaction.is_fatal || reaction.messages.empty()) {
            return reaction.is_fatal ? -1 : -2;
        }
        EXPECT_EQ(reaction.messages[0][2], message[0]);
        EXPECT_EQ(reaction.messages[0][3], message[1]);
        EXPECT_EQ(reaction.messages[0][4], 0xb0);
        return reaction.messages[0][5];
    }
    int subscribe(std::uint16_t id, const std::string& name, std::uint16_t type, std::uint16_t rr_class = 1) {
        return answer_to(dso(id, tlv(kSubscribe, question(name, type, rr_class))));
    }
    /// Lines of the next PUSH.
    Lines pushed() {
        Lines out;
        const Bytes framed = session().next_push(*served_);
        if (!framed.empty()) {
            const Bytes message(framed.begin() + 2, framed.end());
            EXPECT_EQ(read_dso_head(message).id, 0);
            const auto lines = read_push(message, read_dso_tlvs(message)->at(0));
            for (const PushChange& line : *lines) {
                out.push_back(text_of_line(line));
            }
        }
        return out;
    }
    void serve(std::shared_ptr<const Snapshot> next) {
        const auto before = std::exchange(served_, std::move(next));
        session().look_at(*served_);
    }
    std::uint64_t count(DsoOutcome outcome) const {
        return counters_.outcomes[static_cast<std::size_t>(outcome)];
    }
    DsoSession& session() {
        if (!session_) {
            session_ = std::make_unique<DsoSession>(limits_, is_tls_, *Ip6::parse(client_), now_, counters_);
        }
        return *session_;
    }

    MonoTime now_{seconds(1000)};
    DsoLimits limits_;
    bool is_tls_ = true;
    std::string client_ = "198.51.100.1";
    DsoCounters counters_;
    std::shared_ptr<const Snapshot> served_ =
        snapshot_of("www A 192.0.2.3\nwww A 192.0.2.4\nalias CNAME www\n*.w A 192.0.2.5\n");
    std::unique_ptr<DsoSession> session_;
};

TEST_F(DsoSessionTest, Keepalive_IsAnsweredWithTheServersTimes) {
    const auto reaction = tell(dso(5, tlv(kKeepalive, Bytes(8))));
    ASSERT_EQ(reaction.messages.size(), 1U);
    EXPECT_EQ(Bytes(reaction.messages[0].begin() + 2, reaction.messages[0].end()),
              dso(5, tlv(kKeepalive, {0, 0, 0x3a, 0x98, 0, 0, 0xea, 0x60}), 0xb0));
    EXPECT_TRUE(session().is_established());
    EXPECT_EQ(counters_.sessions, 1U);
    session_.reset();
    EXPECT_EQ(counters_.sessions, 0U);
}

TEST_F(DsoSessionTest, FirstSubscription_IsFollowedByTheServersTimes) {
    const auto reaction = tell(dso(5, tlv(kSubscribe, question("www.c.example", 1))));
    ASSERT_EQ(reaction.messages.size(), 2U);
    EXPECT_EQ(read_dso_tlvs(Bytes(reaction.messages[1].begin() + 2, reaction.messages[1].end()))->at(0).type,
              DsoType::kKeepalive);
    EXPECT_EQ(tell(dso(6, tlv(kSubscribe, question("ns1.c.example", 1)))).messages.size(), 1U);
}

TEST_F(DsoSessionTest, Subscription_BeginsWithWhatIsThere_ThenTellsWhatChanges) {
    EXPECT_EQ(subscribe(1, "WWW.c.example", 1), 0);
    EXPECT_EQ(pushed(), (Lines{"+300 WWW.c.example. A 192 0 2 3", "+300 WWW.c.example. A 192 0 2 4"}));
    EXPECT_EQ(pushed(), Lines{});
    serve(snapshot_of("www A 192.0.2.4\nwww A 192.0.2.9\nnew A 192.0.2.3\n"));
    EXPECT_EQ(pushed(), (Lines{"- WWW.c.example. A 192 0 2 3", "+300 WWW.c.example. A 192 0 2 9"}));
    serve(snapshot_of("www 60 A 192.0.2.4\nwww 60 A 192.0.2.9\n"));
    EXPECT_EQ(pushed(), (Lines{"+60 WWW.c.example. A 192 0 2 4", "+60 WWW.c.example. A 192 0 2 9"}))
        << "another TTL";
    serve(snapshot_of(""));
    EXPECT_EQ(pushed(), (Lines{"-- WWW.c.example. A"}));
    serve(snapshot_of("www A 192.0.2.1\n"));
    EXPECT_EQ(pushed(), (Lines{"+300 WWW.c.example. A 192 0 2 1"}));
    EXPECT_EQ(counters_.pushes, 5U);
    EXPECT_EQ(counters_.removed, 2U);
}

TEST_F(DsoSessionTest, SameRecordsMadeAnew_AreNoChange) {
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_FALSE(pushed().empty());
    serve(snapshot_of("www A 192.0.2.4\nwww A 192.0.2.3\n"));
    EXPECT_EQ(pushed(), Lines{});
}

TEST_F(DsoSessionTest, WhoIsBehind_GetsTheDifferenceInOneGo) {
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_FALSE(pushed().empty());
    serve(snapshot_of("www A 192.0.2.7\n"));
    serve(snapshot_of("www A 192.0.2.8\n"));
    serve(snapshot_of("www A 192.0.2.3\n"));
    EXPECT_EQ(pushed(), (Lines{"- www.c.example. A 192 0 2 4"}));
    EXPECT_EQ(pushed(), Lines{});
}

TEST_F(DsoSessionTest, AnyTypeAndClass_GetEachSetAndEachLineOnce) {
    EXPECT_EQ(subscribe(1, "c.example", 255, 255), 0);
    EXPECT_EQ(subscribe(2, "c.example", rr_type::kNs), 0);
    EXPECT_EQ(pushed(), (Lines{"+300 c.example. NS", "+300 c.example. SOA"}));
}

TEST_F(DsoSessionTest, WildcardsAndAliases_AreTakenLiterally) {
    EXPECT_EQ(subscribe(1, "x.w.c.example", 1), 0);
    EXPECT_EQ(subscribe(2, "alias.c.example", 1), 0);
    EXPECT_EQ(pushed(), Lines{}) << "RFC 8765 section 6.2.1";
    EXPECT_EQ(subscribe(3, "alias.c.example", rr_type::kCname), 0);
    EXPECT_EQ(subscribe(4, "*.w.c.example", 1), 0);
    EXPECT_EQ(pushed(), (Lines{"+300 alias.c.example. CNAME", "+300 *.w.c.example. A 192 0 2 5"}));
}

TEST_F(DsoSessionTest, NameThatIsNotThereYet_IsPushedWhenItIs) {
    EXPECT_EQ(subscribe(1, "new.c.example", 1), 0);
    EXPECT_EQ(pushed(), Lines{});
    serve(snapshot_of("new A 192.0.2.3\n"));
    EXPECT_EQ(pushed(), (Lines{"+300 new.c.example. A 192 0 2 3"}));
}

TEST_F(DsoSessionTest, ClassOfTheClient_DecidesWhatItGets) {
    const auto with = [](const char* first, const char* second) {
        ZoneContents zone = zone_of(kPushZone, "c.example");
        const auto variant = [](const char* address) {
            const Ip6 parsed = *Ip6::parse(address);
            return ClassRrset::Variant{
                {rr_type::kA, 5, {Bytes(parsed.bytes.begin() + 12, parsed.bytes.end())}, {}}};
        };
        zone.owners[*DomainName::parse("s.c.example")].class_sets.emplace(
            rr_type::kA, ClassSet({variant(first), variant(second)}, {0, 1}));
        return snapshot_of(zone, {{*Prefix6::parse("198.51.100.0/24"), 1}});
    };
    served_ = with("192.0.2.1", "192.0.2.2");
    EXPECT_EQ(subscribe(1, "s.c.example", 1), 0);
    EXPECT_EQ(pushed(), (Lines{"+5 s.c.example. A 192 0 2 2"}));
    serve(with("192.0.2.9", "192.0.2.2"));
    EXPECT_EQ(pushed(), Lines{}) << "another class's change";
    serve(with("192.0.2.9", "192.0.2.8"));
    EXPECT_EQ(pushed(), (Lines{"- s.c.example. A 192 0 2 2", "+5 s.c.example. A 192 0 2 8"}));
}

TEST_F(DsoSessionTest, Unsubscribed_HearsNoMore) {
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_FALSE(pushed().empty());
    EXPECT_EQ(answer_to(dso(0, tlv(kUnsubscribe, {0, 1}))), -2);
    EXPECT_EQ(answer_to(dso(0, tlv(kUnsubscribe, {0, 1}))), -2) << "RFC 8765 section 6.4.1: ignored";
    serve(snapshot_of("www A 192.0.2.7\n"));
    EXPECT_EQ(pushed(), Lines{});
    EXPECT_EQ(counters_.subscriptions, 0U);
    EXPECT_EQ(count(DsoOutcome::kUnsubscribe), 1U);
    EXPECT_EQ(count(DsoOutcome::kUnsubscribeUnknown), 1U);
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0) << "id and question are free again";
}

TEST_F(DsoSessionTest, Refusals_SayWhy) {
    EXPECT_EQ(subscribe(1, "elsewhere.example", 1), 9);
    EXPECT_EQ(subscribe(1, "x.sub.c.example", 1), 9) << "delegated";
    EXPECT_EQ(subscribe(1, "www.c.example", 1, 3), 9) << "CHAOS";
    EXPECT_EQ(subscribe(1, "www.c.example", rr_type::kAxfr), 1);
    EXPECT_EQ(answer_to(dso(1, tlv(kSubscribe, {0, 0}))), 1);
    EXPECT_EQ(answer_to(dso(1, tlv(0xf800, {}))), 11) << "DSOTYPENI";
    EXPECT_EQ(answer_to(dso(1, {})), 1) << "no TLV";
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(7)))), 1);
    EXPECT_FALSE(session().is_established()) << "nothing was accepted";
    EXPECT_EQ(counters_.subscriptions, 0U);
}

TEST_F(DsoSessionTest, WithoutTls_ThereAreNoSubscriptions) {
    is_tls_ = false;
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 5);
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(8)))), 0);
}

TEST_F(DsoSessionTest, ViewNotThereYet_IsToComeBackFor) {
    BuiltZone built = not_ready_answers(zone_of(kPushZone, "c.example"), 0);
    served_ = std::make_shared<const Snapshot>(std::move(built.owners), std::vector{built.denials},
                                               std::make_shared<ClientClasses>());
    const auto reaction = tell(dso(1, tlv(kSubscribe, question("www.c.example", 1))));
    EXPECT_EQ(Bytes(reaction.messages.at(0).begin() + 2, reaction.messages.at(0).end()),
              dso(1, tlv(2, {0, 0, 0x13, 0x88}), 0xb0, 2));
}

TEST_F(DsoSessionTest, Limits_AreOfTheConnectionAndOfAll) {
    limits_.per_connection = 2;
    limits_.subscriptions = 3;
    EXPECT_EQ(subscribe(1, "a.c.example", 1), 0);
    EXPECT_EQ(subscribe(2, "b.c.example", 1), 0);
    EXPECT_EQ(subscribe(3, "d.c.example", 1), 2);
    const auto first = std::exchange(session_, nullptr);
    EXPECT_EQ(subscribe(1, "a.c.example", 1), 0);
    EXPECT_EQ(subscribe(2, "b.c.example", 1), 2) << "three in all";
    EXPECT_EQ(count(DsoOutcome::kFull), 2U);
}

TEST_F(DsoSessionTest, WhatNoClientMayDo_EndsTheConnection) {
    const auto ends = [&](const Bytes& message, bool is_begun = true) {
        session_.reset();
        if (is_begun) {
            EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
        }
        return answer_to(message) == -1;
    };
    EXPECT_TRUE(ends(dso(0, tlv(kReconfirm, question("www.c.example", 1))), false))
        << "one way, before a session";
    EXPECT_EQ(count(DsoOutcome::kEarly), 1U);
    EXPECT_TRUE(ends(dso(1, tlv(kSubscribe, question("ns1.c.example", 1))))) << "the id is in use";
    EXPECT_EQ(count(DsoOutcome::kIdInUse), 1U);
    EXPECT_TRUE(ends(dso(2, tlv(kSubscribe, question("wWw.c.example", 1)))));
    EXPECT_EQ(count(DsoOutcome::kDuplicate), 1U);
    EXPECT_TRUE(ends(dso(9, {}, 0xb0))) << "a response";
    EXPECT_TRUE(ends(dso(0, tlv(kKeepalive, Bytes(8)))));
    EXPECT_TRUE(ends(dso(2, tlv(2, Bytes(4))))) << "RETRY DELAY";
    EXPECT_TRUE(ends(dso(2, tlv(3, {})))) << "padding alone";
    EXPECT_TRUE(ends(dso(0, tlv(0x41, {})))) << "PUSH";
    EXPECT_TRUE(ends(dso(2, tlv(kUnsubscribe, {0, 1})))) << "as a request";
    EXPECT_TRUE(ends(dso(0, tlv(kSubscribe, question("a", 1))))) << "one way";
    EXPECT_EQ(count(DsoOutcome::kMisplaced), 7U);
    EXPECT_TRUE(ends(dso(0, tlv(0xf800, {}))));
    EXPECT_TRUE(ends(dso(0, tlv(kUnsubscribe, {0}))));
    EXPECT_TRUE(ends(dso(0, {})));
    EXPECT_TRUE(ends(dso(0, tlv(kReconfirm, question("www.c.example", 255)))));
    EXPECT_EQ(count(DsoOutcome::kOneWayFault), 4U);
}

TEST_F(DsoSessionTest, Reconfirm_IsTakenInSilence) {
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_EQ(answer_to(dso(0, tlv(kReconfirm, question("www.c.example", 1) + Bytes{192, 0, 2, 3}))), -2);
    EXPECT_EQ(count(DsoOutcome::kReconfirm), 1U);
}

TEST_F(DsoSessionTest, Padding_IsAnsweredWithPadding) {
    const auto reaction = tell(dso(1, tlv(kSubscribe, question("www.c.example", 1)) + tlv(3, Bytes(40))));
    EXPECT_EQ(reaction.messages.at(0).size() - 2, 468U);
    EXPECT_EQ(session().next_push(*served_).size() - 2, 468U);
    EXPECT_LT(tell(dso(2, tlv(kKeepalive, Bytes(8)))).messages.at(0).size(), 468U);
}

TEST_F(DsoSessionTest, EdnsKeepalive_EndsASession) {
    const Bytes query = query_of({.name = "www.c.example", .has_edns = true, .options = option(11, {})});
    EXPECT_TRUE(session().hear_query(query, now_)) << "there is none yet";
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_TRUE(session().hear_query(query_of({.name = "www.c.example"}), now_));
    EXPECT_FALSE(session().hear_query(query, now_));
    EXPECT_EQ(count(DsoOutcome::kEdnsKeepalive), 1U);
}

TEST_F(DsoSessionTest, Inactive_IsWhoSubscribesNothing_KeepaliveOrNot) {
    limits_.timeouts = {.inactivity_ms = 10'000, .keepalive_ms = 60'000};
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(8)))), 0);
    now_ = now_ + seconds(15);
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(8)))), 0);
    EXPECT_EQ(session().deadline(), now_ + seconds(5)) << "twice the inactivity since the session began";
    EXPECT_EQ(session().end(now_ + seconds(5)), DsoOutcome::kInactive);
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    EXPECT_EQ(session().deadline(), now_ + seconds(120));
    EXPECT_EQ(session().end(now_ + seconds(120)), DsoOutcome::kSilent);
}

TEST_F(DsoSessionTest, Grace_IsFiveSecondsAtLeast) {
    limits_.timeouts = {.inactivity_ms = 0, .keepalive_ms = 60'000};
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(8)))), 0);
    EXPECT_EQ(session().deadline(), now_ + seconds(5));
    limits_.timeouts = {.inactivity_ms = DsoTimeouts::kNever, .keepalive_ms = DsoTimeouts::kNever};
    session_.reset();
    EXPECT_EQ(answer_to(dso(1, tlv(kKeepalive, Bytes(8)))), 0);
    EXPECT_EQ(session().deadline(), std::nullopt);
}

TEST_F(DsoSessionTest, Push_KeepsTheSessionAlive_UnlessNobodyReadsIt) {
    EXPECT_EQ(subscribe(1, "www.c.example", 1), 0);
    now_ = now_ + seconds(100);
    session().begin_send(now_);
    EXPECT_EQ(session().deadline(), now_ + milliseconds(limits_.stall_ms));
    EXPECT_EQ(answer_to(dso(2, tlv(kKeepalive, Bytes(8)))), 0);
    session().begin_send(now_);
    EXPECT_EQ(session().end(now_ + milliseconds(limits_.stall_ms)), DsoOutcome::kSlowReader);
    session().end_send(now_);
    EXPECT_EQ(session().deadline(), now_ + seconds(120));
}

TEST_F(DsoSessionTest, Retirement_IsARetryDelay) {
    const Bytes framed = session().retire(1500);
    EXPECT_EQ(Bytes(framed.begin() + 2, framed.end()), dso(0, tlv(2, {0, 0, 5, 0xdc})));
}

} // namespace
