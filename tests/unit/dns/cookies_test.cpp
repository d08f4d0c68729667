// SPDX-License-Identifier: Apache-2.0
// Octets of RFC 9018 appendix A and of the SipHash paper; the rest is the behaviour of RFC 7873 section 5.
#include "dns/answer/cookies.hpp"

#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

Bytes octets(std::string_view hex) {
    Bytes out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out.push_back(static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return out;
}

CookieSecrets secrets(const std::string& text) {
    auto parsed = CookieSecrets::parse(text, "secrets");
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return *std::move(parsed);
}

/// Client cookie and what the server adds to it.
Bytes answered(const CookieSecrets& secrets, const Bytes& asked, const char* client, std::uint32_t now) {
    const CookieCheck check = secrets.check(asked, *Ip6::parse(client), now);
    Bytes out(kClientCookieBytes + kServerCookieBytes);
    std::copy(check.next.begin(), check.next.end(),
              std::copy_n(asked.begin(), kClientCookieBytes, out.begin()));
    return out;
}

constexpr const char* kSecret = "e5e973e5a6b2a43f48e7dc849e37bfcf";

TEST(SipHash, PaperVector) {
    SipKey key;
    Bytes input;
    for (std::uint8_t i = 0; i < 16; ++i) {
        key[i] = i;
        if (i < 15) {
            input.push_back(i);
        }
    }
    EXPECT_EQ(siphash24(key, input), 0xa129ca6149be45e5ULL);
}

TEST(Cookies, NewClient_GetsTheCookieOfTheRfc) {
    EXPECT_EQ(answered(secrets(kSecret), octets("2464c4abcf10c957"), "198.51.100.100", 1559731985),
              octets("2464c4abcf10c957010000005cf79f111f8130c3eee29480"));
}

TEST(Cookies, OldButValid_IsRenewed) {
    const Bytes old = octets("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
    EXPECT_EQ(answered(secrets(kSecret), old, "198.51.100.100", 1559734385),
              octets("2464c4abcf10c957010000005cf7a871d4a564a1442aca77"));
    EXPECT_EQ(answered(secrets(kSecret), old, "198.51.100.100", 1559731985 + 1799), old)
        << "fresh: the client keeps its own";
}

TEST(Cookies, ReservedOctets_AreHashedAsTheyCome) {
    const Bytes asked = octets("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
    const auto check = secrets(kSecret).check(asked, *Ip6::parse("203.0.113.203"), 1559727985 + 10);
    EXPECT_EQ(check.outcome, CookieOutcome::kValid);
    EXPECT_EQ(answered(secrets(kSecret), asked, "203.0.113.203", 1559734700),
              octets("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"));
}

TEST(Cookies, Rollover_AcceptsTheOldSecretAndMakesByTheNew) {
    const CookieSecrets both =
        secrets("445536bcd2513298075a5d379663c962 # new\n\ndd3bdf9344b678b185a6f5cb60fca715\n");
    const Bytes asked = octets("22681ab97d52c298010000005cf7c57926556bd0934c72f8");
    const char* client = "2001:db8:220:1:59de:d0f4:8769:82b8";
    EXPECT_EQ(both.check(asked, *Ip6::parse(client), 1559741961).outcome, CookieOutcome::kValid);
    EXPECT_EQ(answered(both, asked, client, 1559741961),
              octets("22681ab97d52c298010000005cf7c609a6bb79d16625507a"));
    EXPECT_EQ(
        secrets("445536bcd2513298075a5d379663c962").check(asked, *Ip6::parse(client), 1559741961).outcome,
        CookieOutcome::kWrong);
}

TEST(Cookies, AgeAddressAndForm_Decide) {
    const CookieSecrets ours = secrets(kSecret);
    const Bytes cookie = octets("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
    const std::uint32_t made = 1559731985;
    const auto outcome = [&](const Bytes& asked, const char* client, std::uint32_t now) {
        return ours.check(asked, *Ip6::parse(client), now).outcome;
    };
    EXPECT_EQ(outcome(cookie, "198.51.100.100", made + 3600), CookieOutcome::kValid);
    EXPECT_EQ(outcome(cookie, "198.51.100.100", made + 3601), CookieOutcome::kExpired);
    EXPECT_EQ(outcome(cookie, "198.51.100.100", made - 300), CookieOutcome::kValid);
    EXPECT_EQ(outcome(cookie, "198.51.100.100", made - 301), CookieOutcome::kExpired);
    EXPECT_EQ(outcome(cookie, "198.51.100.101", made), CookieOutcome::kWrong);
    EXPECT_EQ(outcome(octets("2464c4abcf10c957"), "198.51.100.100", made), CookieOutcome::kClientOnly);
    EXPECT_EQ(outcome(octets("2464c4abcf10c957010000005cf79f11"), "198.51.100.100", made),
              CookieOutcome::kWrong);
    for (std::size_t place = 0; place < cookie.size(); ++place) {
        Bytes changed = cookie;
        changed[place] ^= 1U;
        EXPECT_EQ(outcome(changed, "198.51.100.100", made), CookieOutcome::kWrong) << place;
    }
}

TEST(Cookies, Secrets_ErrorsNameTheLine) {
    const auto error_of = [](std::string_view text) {
        const auto parsed = CookieSecrets::parse(text, "f");
        return parsed ? std::string() : parsed.error().detail;
    };
    const std::string good = std::string(kSecret) + "\n";
    EXPECT_EQ(error_of("# none\n"), "f: no cookie secret");
    EXPECT_TRUE(error_of(good + "e5e9\n").starts_with("f:2: ")) << error_of(good + "e5e9\n");
    EXPECT_TRUE(error_of(good + "\nx5e973e5a6b2a43f48e7dc849e37bfcf\n").starts_with("f:3: "));
    EXPECT_TRUE(error_of(good + good + good + good + good).starts_with("f:5: "));
    EXPECT_EQ(error_of(good + good + good + good), "");
}

} // namespace
