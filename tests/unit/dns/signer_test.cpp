// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "dns/answer/hashed_name.hpp"
#include "dns/zone/signer.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

using Lines = std::vector<std::string>;

constexpr const char* kZone = R"($ORIGIN c.example.
$TTL 300
@      SOA ns1 admin 7 3600 600 86400 5
@      NS  ns1
ns1    A   192.0.2.1
www    A   192.0.2.3
a.deep A   192.0.2.4
*.wild A   192.0.2.5
sub    NS  ns.sub
ns.sub A   192.0.2.6
safe   NS  ns1
safe   DS  12345 13 2 0000000000000000000000000000000000000000000000000000000000000000
)";
/// A key of RFC 8080 section 6.1.
constexpr const char* kKey = "Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\n"
                             "PrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n";

class Signing : public ::testing::Test {
protected:
    void SetUp() override {
        path_ = std::filesystem::temp_directory_path() / ("suanlu-key-" + std::to_string(::getpid()));
        std::ofstream(path_) << kKey;
        auto opened = Signer::open(KeyList::of_one(path_), *DomainName::parse("c.example"), denial_);
        ASSERT_TRUE(opened) << opened.error().detail;
        signer_ = std::make_unique<Signer>(*std::move(opened));
    }
    void TearDown() override { std::filesystem::remove(path_); }

    ZoneContents signed_zone(std::uint32_t now, const std::string& more = {}) {
        ZoneContents zone = zone_of(kZone + more, "c.example");
        const Status status = signer_->sign(zone, {.now = now});
        EXPECT_TRUE(status) << status.error().detail;
        return zone;
    }
    static Heard ask(const ZoneContents& zone, const Asked& asked) {
        BuiltZone built = build_answers(zone, 0);
        const Snapshot snapshot(std::move(built.owners), {built.denials}, std::make_shared<ClientClasses>());
        RespondCounters counters;
        Bytes out(kMostUdpBytes);
        Asked with_do = asked;
        with_do.has_edns = with_do.is_dnssec_ok = true;
        out.resize(respond(snapshot, query_of(with_do), {}, out, counters));
        return read_answer(out);
    }

    Denial denial_ = Denial::kNsec;
    std::filesystem::path path_;
    std::unique_ptr<Signer> signer_;
};

TEST_F(Signing, Again_OnlyWhatChangedIsSigned) {
    (void)signed_zone(1'000'000);
    const std::size_t all = signer_->made();
    EXPECT_EQ(all, 15U) << "NSEC of seven names; three sets of the apex, four hosts, one DS";
    (void)signed_zone(1'000'060);
    EXPECT_EQ(signer_->made(), all);
    (void)signed_zone(1'000'120, "www A 192.0.2.33\n");
    EXPECT_EQ(signer_->made(), all + 1);
    (void)signed_zone(1'000'120 + 8 * 86400, "www A 192.0.2.33\n");
    EXPECT_EQ(signer_->made(), 2 * all + 1) << "within a week of their end all are made anew";
}

TEST_F(Signing, ClockThatWentBack_LeavesNoSignatureOfTheFuture) {
    (void)signed_zone(2'000'000'000);
    const std::size_t all = signer_->made();
    (void)signed_zone(2'000'000'000 - 86'400);
    EXPECT_EQ(signer_->made(), 2 * all);
}

TEST_F(Signing, Answers_HaveTheirSignatures_AndDenialsTheirProofs) {
    const ZoneContents zone = signed_zone(1'000'000);
    EXPECT_EQ(ask(zone, {.name = "www.c.example"}).answer,
              (Lines{"www.c.example. A 192.0.2.3", "www.c.example. RRSIG"}));
    const Heard wild = ask(zone, {.name = "x.wild.c.example"});
    EXPECT_EQ(wild.answer, (Lines{"x.wild.c.example. A 192.0.2.5", "x.wild.c.example. RRSIG"}));
    EXPECT_EQ(wild.authority, (Lines{"*.wild.c.example. NSEC", "*.wild.c.example. RRSIG"}))
        << "no closer name";
    const Lines soa{"c.example. SOA", "c.example. RRSIG"};
    const auto with = [&](Lines more) {
        more.insert(more.begin(), soa.begin(), soa.end());
        return more;
    };
    EXPECT_EQ(ask(zone, {.name = "www.c.example", .type = rr_type::kTxt}).authority,
              with({"www.c.example. NSEC", "www.c.example. RRSIG"}));
    EXPECT_EQ(ask(zone, {.name = "deep.c.example"}).authority, with({"c.example. NSEC", "c.example. RRSIG"}))
        << "an empty non-terminal is proved by the gap that it lies in";
    EXPECT_EQ(
        ask(zone, {.name = "no.c.example"}).authority,
        with({"a.deep.c.example. NSEC", "a.deep.c.example. RRSIG", "c.example. NSEC", "c.example. RRSIG"}));
    EXPECT_EQ(ask(zone, {.name = "x.wild.c.example", .type = rr_type::kTxt}).authority,
              with({"*.wild.c.example. NSEC", "*.wild.c.example. RRSIG"}));
}

TEST_F(Signing, NamesThatLeadOn_BringTheSignaturesOfEachStep) {
    const ZoneContents zone = signed_zone(1'000'000, "inside DNAME wild\n");
    const Heard there = ask(zone, {.name = "x.inside.c.example"});
    EXPECT_EQ(there.answer,
              (Lines{"inside.c.example. DNAME", "inside.c.example. RRSIG", "x.inside.c.example. CNAME",
                     "x.wild.c.example. A 192.0.2.5", "x.wild.c.example. RRSIG"}));
    EXPECT_EQ(there.authority.size(), 2U) << "no closer name than the wildcard: NSEC and its RRSIG";
    const Heard without = ask(zone, {.name = "x.inside.c.example", .type = rr_type::kMx});
    EXPECT_EQ(without.answer.size(), 3U);
    EXPECT_EQ(without.authority.front(), "c.example. SOA");
    EXPECT_GE(without.authority.size(), 4U);
}

TEST_F(Signing, Dname_IsSignedAndTheAliasThatItMakesIsNot) {
    const ZoneContents zone = signed_zone(1'000'000, "gone DNAME d.example.\n");
    EXPECT_EQ(ask(zone, {.name = "x.gone.c.example"}).answer,
              (Lines{"gone.c.example. DNAME", "gone.c.example. RRSIG", "x.gone.c.example. CNAME"}));
    EXPECT_EQ(ask(zone, {.name = "gone.c.example"}).authority,
              (Lines{"c.example. SOA", "c.example. RRSIG", "gone.c.example. NSEC", "gone.c.example. RRSIG"}));
}

TEST_F(Signing, SignaturesAsAQuestion_AreThoseOfOneSet) {
    const ZoneContents zone = signed_zone(1'000'000, "www TXT one\nalias CNAME www\n");
    const auto signatures_at = [&](const std::string& name) {
        return ask(zone, {.name = name, .type = rr_type::kRrsig});
    };
    for (const std::string name : {"c.example", "www.c.example", "alias.c.example", "x.wild.c.example"}) {
        EXPECT_EQ(signatures_at(name).answer, (Lines{name + ". RRSIG"}));
    }
    EXPECT_EQ(signatures_at("x.wild.c.example").authority,
              (Lines{"*.wild.c.example. NSEC", "*.wild.c.example. RRSIG"}));
    EXPECT_FALSE(signatures_at("sub.c.example").is_authoritative()) << "below a cut they are another's";
    EXPECT_EQ(signatures_at("no.c.example").rcode, 3U);
    const Heard none = ask(zone_of(kZone, "c.example"), {.name = "www.c.example", .type = rr_type::kRrsig});
    EXPECT_EQ(none.authority, (Lines{"c.example. SOA"})) << "an unsigned zone has none";
}

TEST_F(Signing, WildcardWithTargets_KeepsItsSectionsInOrder) {
    const Heard heard =
        ask(signed_zone(1'000'000, "*.mx MX 10 www\n"), {.name = "x.mx.c.example", .type = rr_type::kMx});
    EXPECT_EQ(heard.answer, (Lines{"x.mx.c.example. MX", "x.mx.c.example. RRSIG"}));
    EXPECT_EQ(heard.authority, (Lines{"*.mx.c.example. NSEC", "*.mx.c.example. RRSIG"}));
}

TEST_F(Signing, Delegations_AreProvedSafeOrNot_AndGlueIsNotSigned) {
    const ZoneContents zone = signed_zone(1'000'000);
    EXPECT_EQ(ask(zone, {.name = "x.sub.c.example"}).authority,
              (Lines{"sub.c.example. NS", "sub.c.example. NSEC", "sub.c.example. RRSIG"}));
    EXPECT_EQ(ask(zone, {.name = "x.safe.c.example"}).authority,
              (Lines{"safe.c.example. NS", "safe.c.example. DS", "safe.c.example. RRSIG"}));
    EXPECT_FALSE(ask(zone, {.name = "safe.c.example", .type = rr_type::kAny}).is_authoritative());
    EXPECT_EQ(ask(zone, {.name = "safe.c.example", .type = rr_type::kDs}).answer.size(), 2U);
    EXPECT_EQ(zone.find(*DomainName::parse("ns.sub.c.example"))->find(rr_type::kNsec), nullptr);
    EXPECT_TRUE(zone.find(*DomainName::parse("ns.sub.c.example"))->find(rr_type::kA)->signatures.empty());
    EXPECT_TRUE(zone.find(*DomainName::parse("sub.c.example"))->find(rr_type::kNs)->signatures.empty());
}

/// What the ldns of others makes of a name.
std::string hash_by_ldns(const DomainName& name) {
    ldns_rdf* read = nullptr;
    EXPECT_EQ(ldns_str2rdf_dname(&read, name.text().c_str()), LDNS_STATUS_OK);
    const LdnsName owned(read);
    const LdnsName hashed(ldns_nsec3_hash_name(read, 1, 0, 0, nullptr));
    return std::string(text_of(ByteView(ldns_rdf_data(hashed.get()), sizeof(HashedLabel))));
}

std::string hash_here(const DomainName& name) {
    const HashedLabel label = label_of(hash_of_name(name.wire()));
    return std::string(text_of(label));
}

TEST(HashedNames, AreThoseOfLdns_AtEveryLength) {
    DomainName name;
    for (std::size_t longest = 0; longest < 9; ++longest) {
        const DomainName parent = name;
        for (std::size_t size = 1; size <= kMostLabelBytes; ++size) {
            const auto child = parent.child(std::string(size, static_cast<char>('a' + size % 26)));
            if (!child) {
                ASSERT_EQ(name.size(), kMostNameBytes) << "all lengths were there";
                return;
            }
            ASSERT_EQ(hash_here(*child), hash_by_ldns(*child)) << child->size();
            name = *child;
        }
    }
}

class HashedSigning : public Signing {
protected:
    void SetUp() override {
        denial_ = Denial::kNsec3;
        Signing::SetUp();
    }
    /// "HASH.c.example. NSEC3" of the record that begins at `name`.
    static std::string proof_at(const std::string& name) {
        return hash_here(*DomainName::parse(name)).substr(1) + ".c.example. NSEC3";
    }
    static std::size_t proofs_in(const Lines& section) {
        return static_cast<std::size_t>(
            std::count_if(section.begin(), section.end(),
                          [](const std::string& line) { return line.ends_with(" NSEC3"); }));
    }
    static bool has(const Lines& section, const std::string& line) {
        return std::find(section.begin(), section.end(), line) != section.end();
    }
};

TEST_F(HashedSigning, Denials_ProveTheClosestEncloserTheNextCloserNameAndTheWildcard) {
    const ZoneContents zone = signed_zone(1'000'000);
    const Lines no_name = ask(zone, {.name = "x.y.www.c.example"}).authority;
    EXPECT_EQ(no_name[0], "c.example. SOA");
    EXPECT_TRUE(has(no_name, proof_at("www.c.example"))) << "the closest encloser";
    EXPECT_LE(proofs_in(no_name), 3U);
    EXPECT_GE(proofs_in(no_name), 2U) << "one gap may hold both names that are not there";

    const Lines no_type = ask(zone, {.name = "www.c.example", .type = rr_type::kTxt}).authority;
    EXPECT_TRUE(has(no_type, proof_at("www.c.example")));
    EXPECT_EQ(proofs_in(no_type), 1U);
    EXPECT_TRUE(has(ask(zone, {.name = "deep.c.example"}).authority, proof_at("deep.c.example")))
        << "an empty non-terminal has a record of its own";

    const Heard wild = ask(zone, {.name = "x.wild.c.example"});
    EXPECT_EQ(wild.answer, (Lines{"x.wild.c.example. A 192.0.2.5", "x.wild.c.example. RRSIG"}));
    EXPECT_EQ(proofs_in(wild.authority), 1U) << "no closer name";
    const Lines no_wild = ask(zone, {.name = "x.wild.c.example", .type = rr_type::kTxt}).authority;
    EXPECT_TRUE(has(no_wild, proof_at("wild.c.example")) && has(no_wild, proof_at("*.wild.c.example")));

    EXPECT_TRUE(has(ask(zone, {.name = "x.sub.c.example"}).authority, proof_at("sub.c.example"))) << "no DS";
    EXPECT_EQ(proofs_in(ask(zone, {.name = "x.safe.c.example"}).authority), 0U);
    const Lines alias =
        ask(signed_zone(1'000'000, "lost CNAME a.b.www\n"), {.name = "lost.c.example"}).authority;
    EXPECT_TRUE(has(alias, proof_at("www.c.example"))) << "of the alias's end";
}

TEST_F(HashedSigning, Any_GetsASetAndNotItsSignatures) {
    const ZoneContents zone = signed_zone(1'000'000, "long TXT \"" + std::string(250, 'x') + "\"\n");
    EXPECT_EQ(ask(zone, {.name = "long.c.example", .type = rr_type::kAny}).answer,
              (Lines{"long.c.example. TXT", "long.c.example. RRSIG"}));
}

/// Of a name all of whose sets depend on the client: those of the client's own.
TEST_F(HashedSigning, SignaturesAsAQuestion_FollowTheClass) {
    ZoneContents zone = zone_of(kZone, "c.example");
    const auto variant = [](std::uint8_t last) {
        return ClassRrset::Variant{{rr_type::kA, 5, {Bytes{192, 0, 2, last}}, {}}};
    };
    const ClassRrset::Variant undecided{{}, Rcode::kServFail, extended_error::kNotReady};
    zone.owners[*DomainName::parse("svc.c.example")].class_sets.insert(
        {rr_type::kA, ClassSet({variant(11), variant(12), undecided}, {0, 1, 2})});
    ASSERT_TRUE(signer_->sign(zone, {.now = 1'000'000}));
    auto built = build_answers(zone, 0, [&](const DomainName& owner, ClassRrset& set) {
        return signer_->sign(owner, set, {.now = 1'000'000});
    });
    ASSERT_TRUE(built);
    const std::vector<std::pair<Prefix6, std::uint16_t>> prefixes{{*Prefix6::parse("10.1.0.0/16"), 1},
                                                                  {*Prefix6::parse("10.2.0.0/16"), 2}};
    const Snapshot snapshot(std::move(built->owners), {built->denials},
                            std::make_shared<ClientClasses>(prefixes));
    RespondCounters counters;
    const auto asked_from = [&](const char* client, std::uint16_t type) {
        Bytes out(kMostUdpBytes);
        const Bytes query =
            query_of({.name = "svc.c.example", .type = type, .has_edns = true, .is_dnssec_ok = true});
        out.resize(respond(snapshot, query, {*Ip6::parse(client)}, out, counters));
        return out;
    };
    for (const char* client : {"198.51.100.1", "10.1.0.1"}) {
        const Bytes signatures = asked_from(client, rr_type::kRrsig);
        EXPECT_EQ(read_answer(signatures).answer, (Lines{"svc.c.example. RRSIG"}));
        const Bytes whole = asked_from(client, rr_type::kA);
        constexpr std::ptrdiff_t kOpt = 11;
        constexpr std::ptrdiff_t kSignature = 64;
        EXPECT_TRUE(std::equal(signatures.end() - kOpt - kSignature, signatures.end() - kOpt,
                               whole.end() - kOpt - kSignature))
            << "that of the address which this client gets";
    }
    EXPECT_EQ(read_answer(asked_from("10.2.0.1", rr_type::kRrsig)).rcode, 2U);
}

TEST_F(HashedSigning, Chain_IsClosedAndIsNoNameOfTheZone) {
    const ZoneContents zone = signed_zone(1'000'000);
    const Rrset& parameters = *zone.find(zone.apex)->find(rr_type::kNsec3Param);
    EXPECT_EQ(parameters.rdatas, (std::vector<Bytes>{{1, 0, 0, 0, 0}})) << "RFC 9276 section 3.1";
    std::vector<const OwnerRecords*> chain;
    std::vector<std::string> owners;
    for (const auto& [owner, records] : zone.owners) {
        EXPECT_EQ(records.find(rr_type::kNsec), nullptr);
        if (records.is_proof_only()) {
            chain.push_back(&records);
            owners.emplace_back(text_of(owner.wire().subspan(1, 32)));
        }
    }
    EXPECT_EQ(chain.size(), 9U) << "seven names with data, and deep and wild above two of them";
    for (std::size_t i = 0; i < chain.size(); ++i) {
        NameHash next;
        std::copy_n(chain[i]->find(rr_type::kNsec3)->rdatas[0].begin() + 6, next.size(), next.begin());
        EXPECT_EQ(text_of(label_of(next)).substr(1), owners[(i + 1) % owners.size()]);
    }
    const Heard asked = ask(zone, {.name = owners[0] + ".c.example", .type = rr_type::kNsec3});
    EXPECT_EQ(asked.rcode, 3U);
    ZoneContents again = zone;
    ASSERT_TRUE(signer_->sign(again, {.now = 1'000'060}));
    EXPECT_EQ(again.owners, zone.owners) << "signing what is signed changes nothing";
}

TEST_F(Signing, KeyOfTheRfc_HasItsKeyTag) {
    // RFC 8080 section 6.1: example.com. DS 3613 15 2 ...
    auto signer = Signer::open(KeyList::of_one(path_), *DomainName::parse("example.com"));
    ASSERT_TRUE(signer);
    EXPECT_NE(signer->ds_texts().at(0).find("DS\t3613 15 2 "), std::string::npos);
}

TEST(SignerFile, WhatIsNoKey_IsRefused) {
    EXPECT_EQ(Signer::open(KeyList::of_one("/nonexistent"), {}).error().code, Errc::kNotFound);
    EXPECT_FALSE(Signer::open(KeyList::of_one("/dev/null"), {}));
}

TEST(SignerFile, KeyBeforeOrAfterItsTime_IsRefused) {
    const std::string path = ::testing::TempDir() + "suanlu-key-times";
    const auto error_of = [&](const std::string& lines) {
        std::ofstream(path) << "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\n" << lines;
        const Status status = check_key_times(path, 1'700'000'000); // 2023-11-14 22:13:20
        return status ? std::string() : status.error().detail.substr(path.size());
    };
    EXPECT_EQ(error_of("Created: 20230101000000\nPublish: 20230101000000\nActivate: 20231114221320\n"), "");
    EXPECT_EQ(error_of("Inactive: 20231114221321\nDelete: 20250101000000\n"), "");
    EXPECT_TRUE(error_of("Activate: 20231114221321\n").starts_with(": its time has not come, Activate"));
    EXPECT_TRUE(error_of("Inactive: 20231114221320\n").starts_with(": its time is over, Inactive"));
    EXPECT_TRUE(error_of("Delete: 20000101000000\n").starts_with(": its time is over, Delete"));
    EXPECT_EQ(check_key_times("/nonexistent", 0).error().code, Errc::kNotFound);
}

} // namespace
