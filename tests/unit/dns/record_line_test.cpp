// SPDX-License-Identifier: Apache-2.0
// Records as text: what ldns reads out of it is the record again.
#include <gtest/gtest.h>

#include "dns/record/record_line.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/record_text.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

TEST(RecordLines, EveryKnownForm_IsReadBackAsItWas) {
    for (
        const char* line :
        {"a.example. 5 IN A 192.0.2.1", "a.example. 5 IN AAAA 2001:db8::1", "a.example. 5 IN NS ns.example.",
         "a.example. 5 IN CNAME b.example.", "a.example. 5 IN PTR b.example.",
         "a.example. 5 IN MX 10 m.example.", "a.example. 5 IN SRV 1 2 853 m.example.",
         "a.example. 5 IN SOA n.example. h.example. 7 3600 600 86400 5",
         R"(a.example. 5 IN TXT "one" "t\"w\\o" "\200\000")", "a.example. 5 IN SVCB 0 b.example.",
         R"(a.example. 5 IN HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 key65283="\001\164\000\003\000\000\000\012")",
         R"(a\.b.example. 5 IN TYPE65534 \# 3 01ff00)", "a.example. 5 IN TYPE65534 \\# 0"}) {
        const auto record = parse_record(line);
        ASSERT_TRUE(record) << line << ": " << record.error().detail;
        EXPECT_EQ(record_line(*record), line);
    }
}

TEST(RecordLines, WhatIsNotOfItsType_IsShownAsOctets) {
    EXPECT_EQ(rdata_text(rr_type::kA, Bytes{1, 2, 3}), "\\# 3 010203");
    EXPECT_EQ(rdata_text(rr_type::kMx, Bytes{0, 1}), "\\# 2 0001");
    EXPECT_EQ(rdata_text(rr_type::kCname, Bytes{0, 7}), "\\# 2 0007");
    EXPECT_EQ(rdata_text(rr_type::kTxt, Bytes{9, 'x'}), "\\# 2 0978");
    EXPECT_EQ(rdata_text(rr_type::kSvcb, Bytes{0}), "\\# 1 00");
}

} // namespace
