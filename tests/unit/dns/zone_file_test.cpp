// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/zone_file.hpp"

#include <gtest/gtest.h>

#include "dns/zone/master_text.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

TEST(ZoneFile, Errors_NameFileAndLine) {
    const auto error_of = [](std::string text) {
        const auto zone = read_zone_text(std::move(text), "x.zone", *DomainName::parse("c.example"));
        return zone ? std::string() : zone.error().detail;
    };
    const std::string soa = "c.example. 5 SOA ns1 a 1 2 3 4 5\n";
    EXPECT_TRUE(error_of(soa + "c.example. NS ns1\nc.example. A 1.2.3\n").starts_with("x.zone:3: "));
    EXPECT_TRUE(error_of(soa + "d.example. A 192.0.2.1\n").starts_with("x.zone:2: d.example. is outside"));
    EXPECT_TRUE(error_of(soa + "a.c.example. SVCB 1 . alpn=h2 alpn=h3\n").starts_with("x.zone:2: "));
    EXPECT_EQ(error_of(soa), "x.zone: c.example. has no NS");
    EXPECT_EQ(error_of("c.example. NS ns1\n"), "x.zone: c.example. has not exactly one SOA");
    const std::string ns = soa + "c.example. NS n\n";
    EXPECT_EQ(error_of(ns + "w.c.example. CNAME x\nw.c.example. A 192.0.2.1\n"),
              "x.zone:4: w.c.example. has other data beside its CNAME");
    EXPECT_EQ(error_of(ns + "\nw.c.example. A 192.0.2.1\nw.c.example. CNAME x\n"),
              "x.zone:5: w.c.example. has other data beside its CNAME");
    EXPECT_EQ(error_of(ns + "c.example. 5 SOA ns1 a 2 2 3 4 5\n"), "x.zone:3: a second SOA");
    EXPECT_EQ(error_of(ns + "w.c.example. 5 SOA ns1 a 2 2 3 4 5\n"),
              "x.zone:3: an SOA that is not of c.example.");
    EXPECT_EQ(error_of(""), "x.zone: c.example. has not exactly one SOA");
}

TEST(ZoneFile, Dname_HasNothingBelowItAndNoSecond) {
    const auto error_of = [](const std::string& text) {
        const auto zone = read_zone_text("@ 5 SOA ns1 a 1 2 3 4 5\n@ NS ns1.d.example.\n" + text, "x.zone",
                                         *DomainName::parse("c.example"));
        return zone ? std::string() : zone.error().detail;
    };
    EXPECT_EQ(error_of("@ DNAME d.example.\n@ A 192.0.2.1\n"), "") << "of the apex";
    EXPECT_EQ(error_of("a DNAME d.example.\na TXT x\naa TXT x\n"), "");
    EXPECT_EQ(error_of("a DNAME d.example.\nx.b.a TXT x\n"),
              "x.zone:4: x.b.a.c.example. lies below the DNAME of a.c.example.");
    EXPECT_EQ(error_of("x.b.a TXT x\na DNAME d.example.\n"),
              "x.zone:4: x.b.a.c.example. lies below the DNAME of a.c.example.");
    EXPECT_EQ(error_of("a DNAME d.example.\na DNAME e.example.\n"), "x.zone:4: a.c.example. has two DNAMEs");
    EXPECT_EQ(error_of("a CNAME d.example.\na DNAME e.example.\n"),
              "x.zone:4: a.c.example. has other data beside its CNAME");
    for (const char* const both :
         {"a NS d.example.\na DNAME e.example.\n", "a DNAME e.example.\na NS d.example.\n"}) {
        EXPECT_EQ(error_of(both), "x.zone:4: a.c.example. has a DNAME beside its NS");
    }
    EXPECT_EQ(error_of("*.a DNAME d.example.\n"), "x.zone:3: a DNAME of a wildcard is not served");
}

TEST(ZoneFile, WhatLdnsReadsOver_IsFoundBefore) {
    const auto error_of = [](std::string_view text) {
        const Status status = check_master_text(text);
        return status ? std::string() : status.error().detail;
    };
    EXPECT_EQ(error_of("a A 192.0.2.1\nw ( A 192.0.2.1\n"), "2: a parenthesis that nothing closes");
    EXPECT_EQ(error_of("w A 192.0.2.1 )\n"), "1: a parenthesis closes that none opened");
    EXPECT_EQ(error_of("\n\nx TXT \"open\ny A 192.0.2.1\n"), "3: a quote that its line does not close");
    EXPECT_EQ(error_of("x TXT \"open"), "1: a quote that nothing closes");
    EXPECT_EQ(error_of(std::string_view("a A 192.0.2.1\nb\0 A 192.0.2.1\n", 29)),
              "2: an octet 0, which no text has");
    for (const char* const ttl : {"x", "-5", "99999999999", "2147483648", "1h1", "1y", "3551w", "", "5 6"}) {
        const bool is_good = std::string_view(ttl) == "1h1";
        EXPECT_EQ(error_of(std::string("$TTL ") + ttl + "\n").empty(), is_good) << ttl;
    }
    EXPECT_EQ(error_of("a 99999999999 A 192.0.2.1\n"), "1: 99999999999 is no TTL: at most 2147483647 s");
    EXPECT_EQ(error_of("a IN 4294967295 A 192.0.2.1\n"), "1: 4294967295 is no TTL: at most 2147483647 s");
    for (const char* const good :
         {"", "; only (a \" remark", "$TTL 1h30m\n", "$ORIGIN 2.0.192.in-addr.arpa.\n1 PTR a.\n",
          "1 300 IN PTR a.\n", "@ SOA ns a (1 2 ; one ) \"\n 3 4 5 )\n\tNS ns\n",
          "x TXT \"a ; ( \\\" b\" \\( \\\" c\n", "a\\\\ 2147483647 A 192.0.2.1\r\n  \n 0 A 192.0.2.2"}) {
        EXPECT_EQ(error_of(good), "") << good;
    }
}

} // namespace
