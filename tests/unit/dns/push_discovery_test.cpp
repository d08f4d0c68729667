// SPDX-License-Identifier: Apache-2.0
// From a name to the servers that tell its changes, over a resolver that answers from a list.
#include <gtest/gtest.h>

#include "dns/push/push_discovery.hpp"
#include "dns/record/rr_type.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

DomainName name(const std::string& text) {
    return *DomainName::parse(text);
}

Bytes srv(std::uint16_t priority, std::uint16_t weight, std::uint16_t port, const std::string& target) {
    Bytes out;
    for (const std::uint16_t value : {priority, weight, port}) {
        put_integer(out, value);
    }
    put_bytes(out, name(target).wire());
    return out;
}

class PushDiscovery : public ::testing::Test {
protected:
    void SetUp() override {
        said_["a.b.c.example. SOA"].authority = {soa("c.example")};
        said_["_dns-push-tls._tcp.c.example. SRV"].answers = {place(srv(0, 0, 8853, "dns.c.example"))};
        said_["dns.c.example. AAAA"].answers = {{name("dns.c.example"), rr_type::kAaaa, 5, Bytes(16, 1)}};
        said_["dns.c.example. A"].answers = {{name("dns.c.example"), rr_type::kA, 5, {192, 0, 2, 1}}};
    }
    static Record soa(const std::string& zone) { return {name(zone), rr_type::kSoa, 5, {}}; }
    static Record place(Bytes rdata) {
        return {name("_dns-push-tls._tcp.c.example"), rr_type::kSrv, 5, std::move(rdata)};
    }
    Result<std::vector<PushHost>> discover(const std::string& of = "a.b.c.example", std::uint32_t seed = 1) {
        return discover_push(
            name(of),
            [&](const ResolverQuestion& question) -> Result<ResolverAnswer> {
                asked_.push_back(question.text());
                if (question.text() == silent_) {
                    return Error{Errc::kUnreachable, "silent"};
                }
                return said_[question.text()];
            },
            seed);
    }
    std::string refusal() {
        const auto found = discover();
        EXPECT_FALSE(found);
        return found ? "" : found.error().detail;
    }

    std::map<std::string, ResolverAnswer> said_;
    std::vector<std::string> asked_;
    std::string silent_;
};

TEST_F(PushDiscovery, GoesFromTheNameToItsZoneToItsServerToItsAddresses) {
    const auto found = discover();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().name, name("dns.c.example"));
    ASSERT_EQ(found->front().addresses.size(), 2U);
    EXPECT_EQ(found->front().addresses[0].text(), "[101:101:101:101:101:101:101:101]:8853");
    EXPECT_EQ(found->front().addresses[1].text(), "192.0.2.1:8853");
    EXPECT_EQ(asked_.front(), "a.b.c.example. SOA");
    EXPECT_EQ(asked_.size(), 4U);
}

TEST_F(PushDiscovery, SoaThatSaysAnotherZone_IsAskedForFurtherUp) {
    said_["a.b.c.example. SOA"].authority = {soa("elsewhere.example")}; // where an alias leads
    said_["c.example. SOA"].answers = {soa("c.example")};
    EXPECT_TRUE(discover());
    EXPECT_EQ(asked_[1], "b.c.example. SOA");
    EXPECT_EQ(asked_[2], "c.example. SOA");
}

TEST_F(PushDiscovery, EachStepSaysWhyItFailed) {
    silent_ = "dns.c.example. A";
    EXPECT_EQ(refusal(), "silent");
    silent_.clear();
    said_["dns.c.example. A"] = said_["dns.c.example. AAAA"] = {};
    EXPECT_EQ(refusal(), "dns.c.example., the server of DNS Push for c.example., has no address");
    said_["_dns-push-tls._tcp.c.example. SRV"].answers = {place(srv(0, 0, 0, "."))};
    EXPECT_EQ(refusal(), "the zone c.example. names no server of DNS Push: _dns-push-tls._tcp.c.example. has "
                         "SRV of \".\"");
    said_["_dns-push-tls._tcp.c.example. SRV"].answers = {place({0, 0, 0})};
    EXPECT_EQ(refusal().substr(0, 9), "offset 2:");
    said_["_dns-push-tls._tcp.c.example. SRV"].answers.clear();
    EXPECT_EQ(refusal(),
              "the zone c.example. names no server of DNS Push: _dns-push-tls._tcp.c.example. has no SRV");
    said_.clear();
    EXPECT_EQ(refusal(), "a.b.c.example.: the resolver says no SOA of a zone that it is in");
}

TEST_F(PushDiscovery, Servers_ByPriorityThenByChanceAndWeight) {
    auto& servers = said_["_dns-push-tls._tcp.c.example. SRV"].answers;
    servers = {place(srv(2, 0, 3, "dns.c.example")), place(srv(1, 90, 1, "dns.c.example")),
               place(srv(1, 10, 2, "dns.c.example"))};
    int heavy_first = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        const auto found = discover("a.b.c.example", seed);
        ASSERT_TRUE(found);
        ASSERT_EQ(found->size(), 3U);
        EXPECT_EQ((*found)[2].addresses[0].port, 3);
        heavy_first += (*found)[0].addresses[0].port == 1 ? 1 : 0;
    }
    EXPECT_GT(heavy_first, 150);
    EXPECT_LT(heavy_first, 200);
}

/// A query, made the answer to itself with `records` in the answer section.
Bytes answer_of(const ResolverQuestion& question, std::uint8_t count, const Bytes& records) {
    Bytes out = resolver_query(7, question);
    out.erase(out.end() - 11, out.end()); // the OPT
    out[2] |= 0x80;
    out[7] = count;
    out[11] = 0;
    put_bytes(out, records);
    return out;
}

TEST(ResolverAnswers, AreOfTheQueryAndWithinTheirBounds) {
    const ResolverQuestion question{name("c.example"), rr_type::kA};
    const Bytes record{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1};
    const Bytes whole = answer_of(question, 1, record);
    const auto read = read_resolver_answer(whole, 7, question);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->answers, (std::vector<Record>{{question.name, rr_type::kA, 5, {192, 0, 2, 1}}}));
    EXPECT_FALSE(read_resolver_answer(whole, 8, question));
    EXPECT_FALSE(read_resolver_answer(whole, 7, {question.name, rr_type::kAaaa}));
    EXPECT_FALSE(read_resolver_answer(whole, 7, {name("d.example"), rr_type::kA}));
    EXPECT_FALSE(read_resolver_answer(resolver_query(7, question), 7, question)) << "a query";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = read_resolver_answer(ByteView(whole).first(size), 7, question);
        ASSERT_FALSE(cut) << size;
        EXPECT_EQ(cut.error().detail.substr(0, 7), "offset ");
    }
    Bytes to_tcp = whole;
    to_tcp[2] |= 2;
    EXPECT_TRUE(read_resolver_answer(to_tcp, 7, question)->is_cut);
}

} // namespace
