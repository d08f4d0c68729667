// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "dns/record/domain_name.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

DomainName name(std::string_view text) {
    return *DomainName::parse(text);
}

Result<DomainName> read_at(const std::string& message, std::size_t offset) {
    WireReader reader(view_of(message), offset);
    return DomainName::read(view_of(message), reader);
}

using namespace std::string_literals;

TEST(DomainName, Text_EscapesAndCase_ComeBack) {
    for (const char* text :
         {".", "a.", "A.Example.", "a\\.b.c.", "\\000\\255x.y.", "_compute.s\\032t.z.", "\\*\\@.z."}) {
        const auto parsed = DomainName::parse(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*DomainName::parse(parsed->text()), *parsed);
    }
    EXPECT_EQ(name("a\\.b.c").text(), "a\\.b.c.");
    EXPECT_EQ(name("a\\046b").text(), "a\\.b.");
    EXPECT_EQ(name("x\\007").text(), "x\\007.");
}

TEST(DomainName, Limits_63And255_Hold) {
    const std::string label(63, 'a');
    EXPECT_TRUE(DomainName::parse(label));
    EXPECT_FALSE(DomainName::parse(label + "a"));
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    ASSERT_TRUE(DomainName::parse(longest));
    EXPECT_EQ(name(longest).size(), 255U);
    EXPECT_FALSE(DomainName::parse(longest + "b"));
    EXPECT_FALSE(name(longest).child("x"));
    for (const char* text : {"", "..", ".a", "a..b", "a\\", "a\\25", "a\\256"}) {
        EXPECT_FALSE(DomainName::parse(text)) << text;
    }
}

TEST(DomainName, Read_CompressedName_FollowsPointersBackward) {
    const std::string message = "\1a\7example\0\3www\xc0\x02\xc0\x0b"s;
    WireReader reader(view_of(message), 11);
    EXPECT_EQ(DomainName::read(view_of(message), reader)->text(), "www.example.");
    EXPECT_EQ(reader.offset(), 17U);
    EXPECT_EQ(DomainName::read(view_of(message), reader)->text(), "www.example.");
    EXPECT_TRUE(reader.is_at_end());
}

TEST(DomainName, Read_LoopsForwardPointersAndCutNames_AreRefusedWithTheirOffset) {
    EXPECT_EQ(read_at("\xc0\0"s, 0).error().detail, "offset 0: a compression pointer leads forward");
    EXPECT_FALSE(read_at("\1a\xc0\0"s, 0));
    EXPECT_FALSE(read_at("\xc0\2\xc0\0"s, 0));
    EXPECT_FALSE(read_at("\1a\xc0\0\xc0\0"s, 2));
    EXPECT_FALSE(read_at("\5abc"s, 0));
    EXPECT_FALSE(read_at("\1a"s, 0));
    EXPECT_FALSE(read_at("\x40", 0));
    EXPECT_FALSE(read_at("\x80", 0));
    std::string chain("\1a\0"s); // each link adds a label: the last name has more than 255 octets
    std::size_t before = 0;
    for (int i = 0; i < 127; ++i) {
        const std::size_t here = chain.size();
        chain += "\1a"s + static_cast<char>(0xc0 | before >> 8) + static_cast<char>(before);
        before = here;
    }
    EXPECT_TRUE(read_at(chain, before - 4));
    EXPECT_FALSE(read_at(chain, before));
}

TEST(DomainName, Order_IsCanonical) {
    // The example of RFC 4034 section 6.1.
    const std::vector<std::string> ordered{"example.",         "a.example.",      "yljkjljk.a.example.",
                                           "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
                                           "\\001.z.example.", "*.z.example.",    "\\200.z.example."};
    for (std::size_t i = 1; i < ordered.size(); ++i) {
        EXPECT_LT(name(ordered[i - 1]), name(ordered[i])) << ordered[i];
        EXPECT_GT(name(ordered[i]), name(ordered[i - 1]));
    }
    EXPECT_EQ(name("WWW.Example"), name("www.example."));
    EXPECT_NE(name("www.example"), name("ww.example"));
}

TEST(DomainName, Ancestors_CompareWholeLabels) {
    EXPECT_TRUE(name("a.B.c").is_at_or_below(name("b.C")));
    EXPECT_TRUE(name("b.c").is_at_or_below(name("b.c")));
    EXPECT_TRUE(name("b.c").is_at_or_below(DomainName()));
    EXPECT_FALSE(name("ab.c").is_at_or_below(name("b.c")));
    EXPECT_FALSE(name("c").is_at_or_below(name("b.c")));
    EXPECT_EQ(name("a.b.c").parent(), name("b.c"));
    EXPECT_EQ(name("a.b.c").labels(), 3U);
    EXPECT_TRUE(name("*.b").is_wildcard());
    EXPECT_FALSE(name("a.*.b").is_wildcard());
}

} // namespace
