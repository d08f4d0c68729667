// SPDX-License-Identifier: Apache-2.0
#include "dns/answer/opt_record.hpp"
#include "respond_fixture.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

TEST_F(Respond, Edns_NsidAndSubnetComeBack) {
    const Heard nsid = ask({.name = "www.c.example", .has_edns = true, .options = {0, 3, 0, 0}});
    EXPECT_EQ(nsid.opt_options, (Bytes{0, 3, 0, 3, 'n', 's', '1'}));
    const Heard subnet =
        ask({.name = "www.c.example", .has_edns = true, .options = {0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2}});
    EXPECT_EQ(subnet.opt_options, (Bytes{0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2}))
        << "scope 0: the same for everybody";
}

TEST_F(Respond, Cookies_AreAnsweredAndAskedForWhereRequired) {
    const Bytes client_cookie{1, 2, 3, 4, 5, 6, 7, 8};
    Asked asked{.name = "www.c.example", .has_edns = true, .options = option(10, client_cookie)};
    EXPECT_TRUE(ask(asked).opt_options.empty()) << "without secrets the option means nothing";
    options_.cookies = CookieSecrets({SipKey{7}});
    serve(zone_of(kZone, "c.example"));
    const Bytes cookie = ask(asked).option_of(10);
    ASSERT_EQ(cookie.size(), 24U);
    EXPECT_TRUE(std::equal(client_cookie.begin(), client_cookie.end(), cookie.begin()));

    options_.is_cookie_required = true;
    serve(zone_of(kZone, "c.example"));
    const Heard refused = ask(asked);
    EXPECT_EQ(refused.rcode, 23U);
    EXPECT_TRUE(refused.answer.empty());
    EXPECT_EQ(read_answer(respond_to(query_of(asked), "198.51.100.1", DnsTransport::kTcp)).rcode, 0U)
        << "TCP proves the address";
    asked.options = option(10, refused.option_of(10));
    EXPECT_EQ(ask(asked).rcode, 0U);
    EXPECT_EQ(ask(asked, "198.51.100.2").rcode, 23U);
    EXPECT_EQ(ask({.name = "www.c.example"}).rcode, 0U) << "without a cookie nothing is asked for";
    EXPECT_EQ(counters_.of(QueryFault::kNoValidCookie), 2U);
    EXPECT_EQ(counters_.of(CookieOutcome::kClientOnly), 3U);
    EXPECT_EQ(counters_.of(CookieOutcome::kValid), 1U);
    EXPECT_EQ(counters_.of(CookieOutcome::kWrong), 1U);
}

TEST_F(Respond, QueryForACookieAlone_GetsItWithoutAQuestion) {
    const Bytes bare = query_without_question(option(10, Bytes(8, 1)));
    EXPECT_EQ(read_answer(respond_to(bare)).rcode, 1U) << "nobody to answer it";
    options_.cookies = CookieSecrets({SipKey{7}});
    serve(zone_of(kZone, "c.example"));
    const Heard heard = read_answer(respond_to(bare));
    EXPECT_EQ(heard.rcode, 0U);
    EXPECT_EQ(heard.option_of(10).size(), 24U);
    EXPECT_EQ(read_answer(respond_to(query_without_question(option(10, heard.option_of(10))))).rcode, 0U);
    EXPECT_EQ(read_answer(respond_to(query_without_question(option(10, Bytes(24, 1))))).rcode, 23U);
}

TEST_F(Respond, RateLimit_CutsAndDropsButNotForThoseWithACookieOrTcp) {
    options_.cookies = CookieSecrets({SipKey{7}});
    options_.rate_limiter =
        std::make_shared<RateLimiter>(RateLimits{.per_second = 2, .burst_seconds = 1, .slip = 2}, SipKey{});
    serve(zone_of(kZone, "c.example"));
    const Asked asked{
        .name = "www.c.example", .has_edns = true, .options = option(10, Bytes(8, 1)) + option(3, {})};
    const Bytes query = query_of(asked);
    const Bytes cookie = ask(asked).option_of(10);
    EXPECT_EQ(ask(asked).answer.size(), 2U);
    EXPECT_TRUE(respond_to(query).empty());
    const Bytes slipped = respond_to(query);
    EXPECT_TRUE(read_answer(slipped).is_cut());
    EXPECT_TRUE(read_answer(slipped).answer.empty());
    EXPECT_EQ(slipped.size(), query.size() - 4 + 16) << "a cookie to come back with, no NSID";
    EXPECT_EQ(read_answer(respond_to(query, "198.51.100.1", DnsTransport::kTcp)).answer.size(), 2U);
    EXPECT_EQ(ask({.name = "www.c.example", .has_edns = true, .options = option(10, cookie)}).answer.size(),
              2U);
    EXPECT_EQ(ask({.name = "no.c.example"}).rcode, 3U) << "another kind of answer, another bucket";
    EXPECT_EQ(counters_.of(RateLimitAction::kDropped), 1U);
    EXPECT_EQ(counters_.of(RateLimitAction::kSlipped), 1U);
    EXPECT_EQ(counters_.of(RateLimitAction::kExempt), 1U);
    EXPECT_EQ(counters_.of(QueryFault::kTruncated), 0U);
    EXPECT_EQ(counters_.of(Rcode::kNoError), 5U) << "what is dropped is no answer";
}

TEST_F(Respond, Chaos_IsAnsweredWhereItIsConfigured) {
    Asked asked{.name = "Id.Server", .type = rr_type::kTxt, .has_edns = true, .rr_class = rr_class::kChaos};
    EXPECT_EQ(ask(asked).rcode, 5U);
    EXPECT_EQ(ask(asked).option_of(15), (Bytes{0, 21})) << "not supported";
    options_.chaos = chaos_names("here", "");
    serve(zone_of(kZone, "c.example"));
    EXPECT_EQ(ask(asked).answer, Lines{"Id.Server. TXT"});
    asked.name = "hostname.bind";
    EXPECT_EQ(ask(asked).answer, Lines{"hostname.bind. TXT"});
    asked.type = rr_type::kA;
    EXPECT_EQ(ask(asked).rcode, 0U);
    EXPECT_TRUE(ask(asked).answer.empty());
    asked.name = "version.bind";
    EXPECT_EQ(ask(asked).rcode, 5U) << "no version, no name";
}

TEST_F(Respond, ExtendedErrors_SayWhy) {
    const auto error_of = [&](const Asked& asked) { return ask(asked).option_of(15); };
    EXPECT_EQ(error_of({.name = "c.example", .type = rr_type::kAxfr, .has_edns = true}), (Bytes{0, 18}));
    EXPECT_EQ(error_of({.name = "www.c.example", .has_edns = true, .rr_class = 4}), (Bytes{0, 21}));
    EXPECT_EQ(error_of({.name = "www.c.example", .has_edns = true}), Bytes{});
    Asked asked{.name = "www.c.example", .has_edns = true, .options = option(8, {0})};
    EXPECT_EQ(text_of(error_of(asked)).substr(2), "client_subnet") << "other, with the fault as text";
    asked.options = option(10, {1});
    EXPECT_EQ(text_of(error_of(asked)).substr(2), "cookie");
}

TEST_F(Respond, Padding_OnTlsOnlyAndOnlyIfAskedFor) {
    const Bytes padded = query_of({.name = "www.c.example", .has_edns = true, .options = option(12, {})});
    EXPECT_EQ(respond_to(padded, "::1", DnsTransport::kTls).size(), 468U) << "RFC 8467 section 4.1";
    EXPECT_LT(respond_to(padded, "::1", DnsTransport::kTcp).size(), 100U);
    EXPECT_LT(
        respond_to(query_of({.name = "www.c.example", .has_edns = true}), "::1", DnsTransport::kTls).size(),
        100U);
    std::string text = kZone;
    for (int i = 0; i < 60; ++i) {
        text += "many A 198.51.100." + std::to_string(i) + "\n";
    }
    serve(zone_of(text, "c.example"));
    const Bytes many = query_of({.name = "many.c.example", .has_edns = true, .options = option(12, {})});
    EXPECT_EQ(respond_to(many, "::1", DnsTransport::kTls).size(), 3U * 468) << "1004 octets before";
    EXPECT_EQ(read_answer(respond_to(many, "::1", DnsTransport::kTls)).answer.size(), 60U);
}

TEST(OptRecord, Padding_NeverExceedsTheLimit) {
    for (std::size_t before = 0; before < 1000; ++before) {
        OptRecord opt;
        opt.pad(before, 1000);
        EXPECT_LE(before + opt.size(), std::max<std::size_t>(1000, before + 11)) << before;
    }
}

TEST_F(Respond, Edns_FlagsOtherThanDoAreNotEchoed) {
    Bytes query = query_of({.name = "www.c.example", .has_edns = true, .is_dnssec_ok = true});
    query[query.size() - 4] |= 0x7f; // CO (RFC 9824 section 5.1) and the rest of Z
    query[query.size() - 3] = 0xff;
    const Bytes answer = respond_to(query);
    EXPECT_EQ(answer[answer.size() - 4], 0x80);
    EXPECT_EQ(answer[answer.size() - 3], 0);
}

TEST_F(Respond, Edns_UnknownOptionsAreIgnored) {
    const Heard heard = ask({.name = "www.c.example",
                             .has_edns = true,
                             .options = option(65001, {1, 2, 3}) + option(4, {}) + option(65001, {})});
    EXPECT_EQ(heard.rcode, 0U);
    EXPECT_TRUE(heard.opt_options.empty());
}

TEST_F(Respond, Edns_AllOptionsFitTheSmallestAnswerOfTheLongestName) {
    options_ = {.nsid = std::string(128, 'n'), .cookies = CookieSecrets({SipKey{7}})};
    serve(zone_of(kZone, "c.example"));
    std::string name;
    for (int i = 0; i < 3; ++i) {
        name += std::string(63, 'x') + ".";
    }
    const Heard heard =
        ask({.name = name + std::string(61, 'y'),
             .has_edns = true,
             .udp_bytes = 0,
             .options = option(3, {}) + option(10, Bytes(8)) + option(8, Bytes{0, 2, 128, 0} + Bytes(16))});
    EXPECT_EQ(heard.rcode, 5U);
    EXPECT_LE(heard.size, 512U);
    EXPECT_EQ(heard.option_of(3).size(), 128U);
    EXPECT_EQ(heard.option_of(8).size(), 20U);
}

TEST_F(Respond, Keepalive_IsSaidByStreamsToWhoAsks) {
    const Bytes asking = query_of({.name = "www.c.example", .has_edns = true, .options = option(11, {})});
    const Bytes silent = query_of({.name = "www.c.example", .has_edns = true});
    EXPECT_EQ(read_answer(respond_to(asking, "::1", DnsTransport::kTcp)).opt_options, option(11, {0, 100}));
    EXPECT_EQ(read_answer(respond_to(asking, "::1", DnsTransport::kTls)).opt_options, option(11, {0, 100}));
    EXPECT_TRUE(read_answer(respond_to(silent, "::1", DnsTransport::kTcp)).opt_options.empty());
    EXPECT_TRUE(read_answer(respond_to(asking)).opt_options.empty()) << "RFC 7828 section 3.2.2: not by UDP";
}

} // namespace
