// SPDX-License-Identifier: Apache-2.0
#include "respond_fixture.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

TEST_F(Respond, Answer_EchoesIdFlagsQuestionAndItsCase) {
    const Heard heard = ask({.name = "wWw.C.example"});
    EXPECT_EQ(heard.flags, 0x8510) << "QR, AA, RD and CD of the query";
    EXPECT_EQ(heard.question, "wWw.C.example. A");
    EXPECT_EQ(heard.answer, (Lines{"wWw.C.example. A 192.0.2.3", "wWw.C.example. A 192.0.2.4"}));
    EXPECT_FALSE(heard.has_opt);
    EXPECT_EQ(heard.size, 12U + 15 + 4 + 2 * 16);
}

TEST_F(Respond, Apex_NamesInItComeAlong) {
    const Heard heard = ask({.name = "c.example", .type = rr_type::kMx});
    EXPECT_EQ(heard.answer, Lines{"c.example. MX"});
    EXPECT_EQ(heard.additional, Lines{"mail.c.example. A 192.0.2.2"});
    EXPECT_EQ(ask({.name = "c.example", .type = rr_type::kNs}).answer.size(), 2U);
}

TEST_F(Respond, NoData_AndNames_HaveTheSoa) {
    for (const char* name : {"www.c.example", "deep.c.example", "there.wild.c.example"}) {
        const Heard heard = ask({.name = name, .type = rr_type::kAaaa});
        EXPECT_EQ(heard.rcode, 0U) << name;
        EXPECT_EQ(heard.authority, Lines{"c.example. SOA"}) << name;
        EXPECT_TRUE(heard.is_authoritative());
    }
    for (const char* name :
         {"no.c.example", "x.y.www.c.example", "b.deep.c.example", "x.there.wild.c.example"}) {
        const Heard heard = ask({.name = name});
        EXPECT_EQ(heard.rcode, 3U) << name;
        EXPECT_EQ(heard.authority, Lines{"c.example. SOA"}) << name;
        EXPECT_TRUE(heard.answer.empty());
    }
}

TEST_F(Respond, Aliases_AreFollowedInsideTheZone) {
    EXPECT_EQ(ask({.name = "alias.c.example"}).answer,
              (Lines{"alias.c.example. CNAME", "www.c.example. A 192.0.2.3", "www.c.example. A 192.0.2.4"}));
    EXPECT_EQ(ask({.name = "alias.c.example", .type = rr_type::kCname}).answer,
              Lines{"alias.c.example. CNAME"});
    const Heard without = ask({.name = "alias.c.example", .type = rr_type::kAaaa});
    EXPECT_EQ(without.answer, Lines{"alias.c.example. CNAME"});
    EXPECT_EQ(without.authority, Lines{"c.example. SOA"});
    EXPECT_EQ(ask({.name = "alias.c.example", .type = rr_type::kDs}).answer, Lines{"alias.c.example. CNAME"});
    EXPECT_EQ(ask({.name = "out.c.example"}).answer, Lines{"out.c.example. CNAME"});
    EXPECT_TRUE(ask({.name = "out.c.example"}).authority.empty());
    EXPECT_EQ(ask({.name = "dangling.c.example"}).rcode, 3U);
}

/// Without OPT the message ends with the target of the alias: `labels`, and a pointer to the rest.
std::string last_name_of(const Bytes& message, std::string_view labels) {
    WireReader reader(message, message.size() - 2 - labels.size());
    return DomainName::read(message, reader)->text();
}

TEST_F(Respond, Dname_MakesAliasesOfTheNamesBelow) {
    for (const std::uint16_t type :
         {rr_type::kA, rr_type::kCname, rr_type::kDname, rr_type::kRrsig, rr_type::kAny}) {
        const Bytes message = respond_to(query_of({.name = "X.y.Gone.c.example", .type = type}));
        const Heard heard = read_answer(message);
        EXPECT_EQ(heard.answer, (Lines{"gone.c.example. DNAME", "X.y.Gone.c.example. CNAME"}));
        EXPECT_EQ(heard.rcode, 0U);
        EXPECT_TRUE(heard.is_authoritative() && heard.authority.empty());
        EXPECT_EQ(last_name_of(message, "xX.y"), "X.y.elsewhere.example.");
    }
    EXPECT_EQ(ask({.name = "gone.c.example", .type = rr_type::kDname}).answer,
              (Lines{"gone.c.example. DNAME"}));
    EXPECT_EQ(ask({.name = "gone.c.example", .type = rr_type::kTxt}).answer, (Lines{"gone.c.example. TXT"}));
    EXPECT_EQ(ask({.name = "gone.c.example"}).authority, (Lines{"c.example. SOA"}));
}

/// Names that lead to other names by what can only be looked up: DNAMEs, wildcards, another zone.
class Follow : public Respond {
protected:
    static constexpr const char* kLeading = R"(
under    DNAME deep
inside   DNAME wild
a.deep   A   192.0.2.7
to-wild  CNAME x.wild
to-under CNAME a.under
*.leads  CNAME a.under
to-none  CNAME none.under
ring     DNAME ring2
ring2    DNAME ring
grows    DNAME y.grows-not
grows-not CNAME x.y.grows
self     DNAME a.self
to-sub   CNAME x.sub
to-child CNAME www.child.c.example.
)";
    void SetUp() override { serve(zone_of(std::string(kZone) + kLeading, "c.example")); }
    Lines answer(const char* name, std::uint16_t type = rr_type::kA) {
        return ask({.name = name, .type = type}).answer;
    }
};

TEST_F(Follow, Dname_LeadsToWhatIsThere) {
    EXPECT_EQ(answer("A.under.c.example"),
              (Lines{"under.c.example. DNAME", "A.under.c.example. CNAME", "A.deep.c.example. A 192.0.2.7"}));
    EXPECT_EQ(answer("Q.inside.c.example"), (Lines{"inside.c.example. DNAME", "Q.inside.c.example. CNAME",
                                                   "Q.wild.c.example. A 192.0.2.5"}));
    EXPECT_EQ(answer("lost.c.example"),
              (Lines{"lost.c.example. CNAME", "gone.c.example. DNAME", "x.gone.c.example. CNAME"}))
        << "and what is elsewhere the resolver asks for";
    const Heard denied = ask({.name = "none.under.c.example"});
    EXPECT_EQ(denied.rcode, 3U) << "RFC 6604 section 3: of the last name";
    EXPECT_EQ(denied.answer.size(), 2U);
    EXPECT_EQ(denied.authority, Lines{"c.example. SOA"});
    const Heard without = ask({.name = "a.under.c.example", .type = rr_type::kAaaa});
    EXPECT_EQ(without.rcode, 0U);
    EXPECT_EQ(without.authority, Lines{"c.example. SOA"});
    for (const std::uint16_t type : {rr_type::kCname, rr_type::kAny}) {
        EXPECT_EQ(answer("a.under.c.example", type).size(), 2U) << "asked for the alias itself: " << type;
    }
}

TEST_F(Follow, Aliases_LeadThroughWildcardsAndDnames) {
    EXPECT_EQ(answer("to-wild.c.example"),
              (Lines{"to-wild.c.example. CNAME", "x.wild.c.example. A 192.0.2.5"}));
    const Lines through{"under.c.example. DNAME", "a.under.c.example. CNAME",
                        "a.deep.c.example. A 192.0.2.7"};
    for (const char* name : {"to-under.c.example", "Any.thing.leads.c.example"}) {
        Lines all{std::string(name) + ". CNAME"};
        all.insert(all.end(), through.begin(), through.end());
        EXPECT_EQ(answer(name), all);
    }
    const Heard denied = ask({.name = "to-none.c.example"});
    EXPECT_EQ(denied.rcode, 3U);
    EXPECT_EQ(denied.answer.size(), 3U);
}

TEST_F(Follow, Loops_EndWithEachAliasOnce) {
    EXPECT_EQ(answer("loop.c.example"), (Lines{"loop.c.example. CNAME", "loop2.c.example. CNAME"}));
    EXPECT_EQ(answer("a.ring.c.example"), (Lines{"ring.c.example. DNAME", "a.ring.c.example. CNAME",
                                                 "ring2.c.example. DNAME", "a.ring2.c.example. CNAME"}));
    const Heard longer = ask({.name = "x.self.c.example", .has_edns = true});
    EXPECT_EQ(longer.rcode, 0U);
    EXPECT_EQ(longer.answer.size(), 17U) << "one DNAME, and as many aliases as a chain may have";
    EXPECT_EQ(
        longer.answer.back(), "x" + [] {
            std::string name;
            for (int i = 0; i < 15; ++i) {
                name += ".a";
            }
            return name;
        }() + ".self.c.example. CNAME");
}

TEST_F(Follow, NameThatGetsTooLongOnTheWay_IsYxDomain) {
    const std::string label(60, 'x');
    const std::string longest = label + "." + label + "." + label + "." + std::string(44, 'x');
    const Heard heard = read_answer(
        respond_to(query_of({.name = longest + ".self.c.example"}), "198.51.100.1", DnsTransport::kTcp));
    EXPECT_EQ(heard.rcode, 6U);
    EXPECT_EQ(heard.answer.size(), 6U) << "the DNAME, and two octets more with each alias";
}

TEST_F(Follow, DelegationOnTheWay_IsReferred) {
    const Heard heard = ask({.name = "to-sub.c.example"});
    EXPECT_EQ(heard.answer, Lines{"to-sub.c.example. CNAME"});
    EXPECT_TRUE(heard.is_authoritative());
    EXPECT_EQ(heard.authority, (Lines{"sub.c.example. NS", "sub.c.example. NS"}));
    EXPECT_EQ(heard.additional, Lines{"ns.sub.c.example. A 192.0.2.6"}) << "glue only";
}

TEST_F(Follow, MoreThanFits_IsCut) {
    std::string many = std::string(kZone) + kLeading + "big DNAME large\n";
    for (int i = 0; i < 100; ++i) {
        many += "a.large A 192.0.2." + std::to_string(i) + "\n";
    }
    serve(zone_of(many, "c.example"));
    const Bytes query = query_of({.name = "a.big.c.example", .has_edns = true, .udp_bytes = 1232});
    EXPECT_TRUE(read_answer(respond_to(query)).is_cut());
    EXPECT_EQ(read_answer(respond_to(query, "198.51.100.1", DnsTransport::kTcp)).answer.size(), 102U);
}

TEST_F(Follow, AnotherZoneOfOurs_AnswersItsPart) {
    BuiltZone parent =
        build_answers(zone_of(std::string(kZone) + kLeading + "child NS ns1\n", "c.example"), 0);
    BuiltZone child =
        build_answers(zone_of("$ORIGIN child.c.example.\n@ 60 SOA ns admin 1 2 3 4 5\n@ 60 NS ns\nns 60 A "
                              "192.0.2.8\nwww 60 A 192.0.2.9\nback 60 CNAME a.deep.c.example.\n",
                              "child.c.example"),
                      1);
    std::vector<Snapshot::Owner> owners = parent.owners;
    owners.insert(owners.end(), child.owners.begin(), child.owners.end());
    snapshot_ = std::make_unique<Snapshot>(std::move(owners), std::vector{parent.denials, child.denials},
                                           std::make_shared<ClientClasses>(), options_);
    EXPECT_EQ(answer("to-child.c.example"),
              (Lines{"to-child.c.example. CNAME", "www.child.c.example. A 192.0.2.9"}));
    EXPECT_EQ(answer("back.child.c.example"),
              (Lines{"back.child.c.example. CNAME", "a.deep.c.example. A 192.0.2.7"}));
}

TEST_F(Respond, Dname_NameThatGetsTooLong_IsYxDomain) {
    const std::string label(62, 'x');
    const std::string longest =
        label + "." + label + "." + label + "." + std::string(46, 'x'); // with the target: 255 octets
    EXPECT_EQ(ask({.name = longest + ".gone.c.example", .has_edns = true}).answer.size(), 2U);
    const Heard heard = ask({.name = longest + "x.gone.c.example"});
    EXPECT_EQ(heard.rcode, 6U);
    EXPECT_EQ(heard.answer, (Lines{"gone.c.example. DNAME"}));
}

TEST_F(Respond, Wildcard_AnswersUnderTheNameAskedFor) {
    EXPECT_EQ(ask({.name = "X.y.wild.c.example"}).answer, Lines{"X.y.wild.c.example. A 192.0.2.5"});
    EXPECT_EQ(ask({.name = "*.wild.c.example"}).answer, Lines{"*.wild.c.example. A 192.0.2.5"});
    const Heard nodata = ask({.name = "x.wild.c.example", .type = rr_type::kAaaa});
    EXPECT_EQ(nodata.rcode, 0U);
    EXPECT_EQ(nodata.authority, Lines{"c.example. SOA"});
}

TEST_F(Respond, Delegation_IsReferredWithItsGlue) {
    for (const char* name : {"sub.c.example", "x.y.sub.c.example", "ns.sub.c.example"}) {
        const Heard heard = ask({.name = name});
        EXPECT_FALSE(heard.is_authoritative());
        EXPECT_EQ(heard.authority, (Lines{"sub.c.example. NS", "sub.c.example. NS"})) << name;
        EXPECT_EQ(heard.additional, (Lines{"ns.sub.c.example. A 192.0.2.6", "ns1.c.example. A 192.0.2.1"}));
    }
    const Heard ds = ask({.name = "sub.c.example", .type = rr_type::kDs});
    EXPECT_TRUE(ds.is_authoritative());
    EXPECT_EQ(ds.authority, Lines{"c.example. SOA"});
}

TEST_F(Respond, Any_GetsTheSmallestSet) {
    EXPECT_EQ(ask({.name = "c.example", .type = rr_type::kAny}).answer, Lines{"c.example. MX"});
    EXPECT_EQ(ask({.name = "alias.c.example", .type = rr_type::kAny}).answer, Lines{"alias.c.example. CNAME"})
        << "RFC 8482 section 4.1, and never what stands behind an alias";
    EXPECT_EQ(ask({.name = "deep.c.example", .type = rr_type::kAny}).authority, Lines{"c.example. SOA"});
}

TEST_F(Respond, Elsewhere_IsRefusedWithTheReason) {
    const Heard heard = ask({.name = "www.elsewhere.example", .has_edns = true});
    EXPECT_EQ(heard.rcode, 5U);
    EXPECT_FALSE(heard.is_authoritative());
    EXPECT_EQ(heard.opt_options, (Bytes{0, 15, 0, 2, 0, 20}));
    EXPECT_EQ(ask({.name = "xc.example"}).rcode, 5U);
    EXPECT_EQ(ask({.name = "."}).rcode, 5U);
    EXPECT_EQ(ask({.name = "www.c.example", .rr_class = 3}).rcode, 5U);
    EXPECT_EQ(counters_.of(QueryFault::kNotOurs), 3U);
    EXPECT_EQ(counters_.of(QueryFault::kClass), 1U);
    EXPECT_EQ(counters_.of(Rcode::kRefused), 4U);
}

TEST_F(Respond, Faults_GetTheirRcodeOrSilence) {
    Bytes query = query_of({.name = "www.c.example", .has_edns = true});
    query[query.size() - 5] = 1;
    EXPECT_EQ(read_answer(respond_to(query)).rcode, 16U);
    query = query_of({.name = "www.c.example"});
    query[2] = 0x20;
    EXPECT_EQ(read_answer(respond_to(query)).rcode, 4U);
    query[2] = 0x81;
    EXPECT_TRUE(respond_to(query).empty());
    EXPECT_TRUE(respond_to({1, 2, 3}).empty());
    query[2] = 1;
    query.pop_back();
    EXPECT_EQ(read_answer(respond_to(query)).rcode, 1U);
    const Heard ecs = ask({.name = "www.c.example", .has_edns = true, .options = {0, 8, 0, 1, 0}});
    EXPECT_EQ(ecs.rcode, 1U);
    EXPECT_TRUE(ecs.has_opt);
}

TEST_F(Respond, ParentAndChild_TheDeepestZoneAnswersButForDs) {
    const std::string ds = "DS 1 13 2 " + std::string(64, 'a') + "\n";
    const std::string soa = "@ SOA ns a 1 3600 600 86400 5\n@ NS ns.elsewhere.example.\n";
    const ZoneContents parent = zone_of("$ORIGIN example.\n" + soa + "c NS ns1.c\nc " + ds +
                                            "ns1.c A 192.0.2.99\nd NS ns.d\nd " + ds + "e.f A 192.0.2.98\n",
                                        "example");
    const ZoneContents unlisted = zone_of("$ORIGIN f.example.\n" + soa, "f.example");
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> denials;
    for (const ZoneContents& zone : {parent, zone_of(kZone, "c.example"), unlisted}) {
        BuiltZone built = build_answers(zone, static_cast<std::uint16_t>(denials.size()));
        owners.insert(owners.end(), built.owners.begin(), built.owners.end());
        denials.push_back(built.denials);
    }
    snapshot_ = std::make_unique<Snapshot>(owners, denials, std::make_shared<ClientClasses>());
    EXPECT_EQ(ask({.name = "c.example", .type = rr_type::kSoa}).answer, Lines{"c.example. SOA"});
    EXPECT_TRUE(ask({.name = "c.example", .type = rr_type::kSoa}).is_authoritative());
    EXPECT_EQ(ask({.name = "ns1.c.example"}).answer, Lines{"ns1.c.example. A 192.0.2.1"}) << "not the glue";
    EXPECT_EQ(ask({.name = "no.c.example"}).authority, Lines{"c.example. SOA"});
    const Heard signed_up = ask({.name = "c.example", .type = rr_type::kDs});
    EXPECT_EQ(signed_up.answer, Lines{"c.example. DS"}) << "of the parent, RFC 4035 section 3.1.4.1";
    EXPECT_TRUE(signed_up.is_authoritative());
    EXPECT_EQ(ask({.name = "example", .type = rr_type::kDs}).authority, Lines{"example. SOA"})
        << "nobody above is here";
    EXPECT_EQ(ask({.name = "d.example", .type = rr_type::kDs}).answer, Lines{"d.example. DS"});
    EXPECT_FALSE(ask({.name = "d.example"}).is_authoritative()) << "a delegation to elsewhere";
    EXPECT_EQ(ask({.name = "e.f.example"}).rcode, 3U) << "below another zone's apex the parent has no say";
    EXPECT_EQ(ask({.name = "f.example", .type = rr_type::kDs}).authority, Lines{"example. SOA"});
}

TEST_F(Respond, TooLarge_IsCutWithoutPartOfASet) {
    std::string text = kZone;
    for (int i = 0; i < 60; ++i) {
        text += "many A 198.51.100." + std::to_string(i) + "\nmail A 203.0.113." + std::to_string(i) + "\n";
    }
    serve(zone_of(text, "c.example"));
    const Heard cut = ask({.name = "many.c.example"});
    EXPECT_TRUE(cut.is_cut());
    EXPECT_TRUE(cut.answer.empty());
    EXPECT_EQ(ask({.name = "many.c.example", .has_edns = true, .udp_bytes = 4096}).answer.size(), 60U);
    EXPECT_EQ(read_answer(respond_to(query_of({.name = "many.c.example"}), "::1", DnsTransport::kTcp))
                  .answer.size(),
              60U);
    const Heard less = ask({.name = "c.example", .type = rr_type::kMx});
    EXPECT_FALSE(less.is_cut()) << "additional records are left out instead";
    EXPECT_EQ(less.answer.size(), 1U);
    EXPECT_TRUE(less.additional.empty());
    EXPECT_EQ(counters_.of(QueryFault::kTruncated), 1U);
}

TEST_F(Respond, ClassSets_DependOnTheClient_ExistenceDoesNot) {
    ZoneContents zone = zone_of(kZone, "c.example");
    const auto variant = [](std::uint8_t last) {
        return ClassRrset::Variant{
            {rr_type::kA, 5, {{192, 0, 2, last}}, {}}, Rcode::kNoError, extended_error::kNone};
    };
    ClassRrset::Variant undecided{{rr_type::kA, 5, {}, {}}, Rcode::kServFail, extended_error::kNotReady};
    zone.owners[*DomainName::parse("s.svc.c.example")].class_sets.insert(
        {rr_type::kA, ClassSet({variant(11), variant(12), undecided}, {0, 1, 2})});
    serve(zone, {{*Prefix6::parse("10.0.0.0/8"), std::uint16_t{1}},
                 {*Prefix6::parse("10.9.0.0/16"), std::uint16_t{2}}});
    EXPECT_EQ(ask({.name = "s.svc.c.example"}).answer, Lines{"s.svc.c.example. A 192.0.2.11"});
    EXPECT_EQ(ask({.name = "s.svc.c.example"}, "10.1.1.1").answer, Lines{"s.svc.c.example. A 192.0.2.12"});
    const Asked with_subnet{
        .name = "s.svc.c.example", .has_edns = true, .options = {0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2}};
    const Heard by_subnet = ask(with_subnet);
    EXPECT_EQ(by_subnet.answer, Lines{"s.svc.c.example. A 192.0.2.12"});
    EXPECT_EQ(by_subnet.opt_options[7], 13) << "10.0/13 without 10.9/16 is one class";
    const Heard opted_out =
        ask({.name = "s.svc.c.example", .has_edns = true, .options = {0, 8, 0, 4, 0, 1, 0, 0}}, "10.1.1.1");
    EXPECT_EQ(opted_out.answer, Lines{"s.svc.c.example. A 192.0.2.12"}) << "by the source of the packet";
    EXPECT_EQ(opted_out.opt_options, (Bytes{0, 8, 0, 4, 0, 1, 0, 0}));
    const Heard undecided_answer = ask({.name = "s.svc.c.example", .has_edns = true}, "10.9.0.1");
    EXPECT_EQ(undecided_answer.rcode, 2U);
    EXPECT_EQ(undecided_answer.opt_options, (Bytes{0, 15, 0, 2, 0, 14}));
    for (const char* source : {"10.9.0.1", "10.1.0.1", "192.0.2.1"}) {
        EXPECT_EQ(ask({.name = "s.svc.c.example", .type = rr_type::kTxt}, source).rcode, 0U);
        EXPECT_EQ(ask({.name = "t.svc.c.example"}, source).rcode, 3U);
    }
}

} // namespace
