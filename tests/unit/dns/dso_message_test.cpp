// SPDX-License-Identifier: Apache-2.0
// Octets of DSO and DNS Push messages, written here by hand from RFC 8490 and RFC 8765.
#include "dns/push/dso_message.hpp"
#include "dns/record/rr_type.hpp"
#include "dso_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

/// The message behind its length.
Bytes unframed(const Bytes& framed) {
    return {framed.begin() + 2, framed.end()};
}

std::vector<DsoTlv> tlvs_of(const Bytes& message) {
    const auto tlvs = read_dso_tlvs(message);
    EXPECT_TRUE(tlvs) << tlvs.error().detail;
    return tlvs.value_or({});
}

TEST(DsoMessages, Requests_AreWrittenAsTheRfcDrawsThem) {
    EXPECT_EQ(unframed(DsoWriter({7}).keepalive({0x01020304, 0x05060708}).finish()),
              dso(7, tlv(1, {1, 2, 3, 4, 5, 6, 7, 8})));
    EXPECT_EQ(unframed(DsoWriter({9}).subscribe({*DomainName::parse("a.b"), 1, 1}).finish()),
              dso(9, tlv(0x40, {1, 'a', 1, 'b', 0, 0, 1, 0, 1})));
    EXPECT_EQ(unframed(DsoWriter(DsoHead{}).unsubscribe(9).finish()), dso(0, tlv(0x42, {0, 9})));
    EXPECT_EQ(unframed(DsoWriter({9, true, Rcode::kServFail}).retry_delay(5000).finish()),
              dso(9, tlv(2, {0, 0, 0x13, 0x88}), 0xb0, 2));
}

TEST(DsoMessages, Requests_ComeBack) {
    const Bytes message = dso(3, tlv(0x40, {1, 'a', 0, 0, 255, 0, 1}) + tlv(0xfff0, {1}));
    ASSERT_TRUE(is_dso(message));
    const DsoHead head = read_dso_head(message);
    EXPECT_EQ(head.id, 3);
    EXPECT_FALSE(head.is_response);
    const auto tlvs = tlvs_of(message);
    ASSERT_EQ(tlvs.size(), 2U) << "the additional one is passed over by those who do not know it";
    EXPECT_EQ(*read_subscribe(message, tlvs[0]),
              (PushQuestion{*DomainName::parse("A."), rr_type::kAny, rr_class::kIn}));
}

TEST(DsoMessages, WhatMakesNoSense_IsRefusedWithItsOffset) {
    EXPECT_FALSE(is_dso(Bytes(12, 0))) << "a query";
    EXPECT_FALSE(is_dso(Bytes{0, 0, 0x30})) << "no header";
    const auto why = [](const Bytes& message) {
        const auto tlvs = read_dso_tlvs(message);
        return tlvs ? std::string() : tlvs.error().detail;
    };
    Bytes counted = dso(1, tlv(1, Bytes(8)));
    counted[7] = 1;
    EXPECT_TRUE(why(counted).starts_with("offset 7:")) << why(counted);
    EXPECT_TRUE(why(dso(1, {0, 1, 0, 9, 0})).starts_with("offset 16:")) << why(dso(1, {0, 1, 0, 9, 0}));
    EXPECT_TRUE(why(dso(1, {0, 1, 0})).starts_with("offset 14:")) << why(dso(1, {0, 1, 0}));
    Bytes many;
    for (int i = 0; i < 17; ++i) {
        put_bytes(many, tlv(3, {}));
    }
    EXPECT_TRUE(why(dso(1, many)).starts_with("offset 76:")) << why(dso(1, many));
}

TEST(DsoMessages, Values_HaveTheirLengthAndNoPointers) {
    const auto error_of = [](const Bytes& value, const auto& read) {
        const Bytes message = dso(1, tlv(1, value));
        const auto got = read(message, tlvs_of(message).at(0));
        return got ? std::string() : got.error().detail;
    };
    EXPECT_TRUE(error_of(Bytes(7), read_keepalive).starts_with("offset 20:"));
    EXPECT_TRUE(error_of(Bytes(9), read_keepalive).starts_with("offset 24:"));
    EXPECT_TRUE(error_of(Bytes(5), read_retry_delay).starts_with("offset 20:"));
    EXPECT_TRUE(error_of(Bytes(1), read_unsubscribe).starts_with("offset 16:"));
    EXPECT_TRUE(error_of({0xc0, 0x10, 0, 1, 0, 1}, read_subscribe).starts_with("offset 1"));
    EXPECT_TRUE(error_of({0, 0, 1, 0, 1, 0}, read_subscribe).starts_with("offset 21:"));
    EXPECT_FALSE(error_of({0, 0, 255, 0, 1}, read_reconfirm).empty()) << "ANY is no record";
    EXPECT_TRUE(error_of({0, 0, 1, 0, 1, 192, 0, 2, 1}, read_reconfirm).empty());
}

TEST(PushMessages, Changes_ComeBackWithTheirOwnersWrittenOnce) {
    PushWriter writer;
    const std::vector<PushChange> changes{
        change("a.c.example", rr_type::kA, PushChange::kAllRemoved, {}),
        change("a.c.example", rr_type::kAaaa, PushChange::kRemoved, Bytes(16)),
        change("b.c.example", rr_type::kTxt, 5, {1, 'x'}), change("b.c.example", rr_type::kTxt, 5, {1, 'y'})};
    for (const PushChange& each : changes) {
        EXPECT_EQ(writer.add(each), PushWriter::Room::kTaken);
    }
    const Bytes message = unframed(std::move(writer).finish(false));
    EXPECT_EQ(message.size(), 12U + 4 + (13 + 10) + (2 + 10 + 16) + (13 + 10 + 2) + (2 + 10 + 2));
    const auto tlvs = tlvs_of(message);
    ASSERT_EQ(tlvs.size(), 1U);
    EXPECT_EQ(*read_push(message, tlvs[0]), changes);
}

TEST(PushMessages, NamesOfOthers_MayBeCompressed) {
    const Bytes message = dso(0, tlv(0x41, {1, 'a', 0, 0, 5, 0, 1, 0, 0, 0, 5, 0, 2, 0xc0, 16}));
    const auto changes = read_push(message, tlvs_of(message).at(0));
    ASSERT_TRUE(changes) << changes.error().detail;
    EXPECT_EQ(*changes, (std::vector{change("a", rr_type::kCname, 5, {1, 'a', 0})}));
}

TEST(PushMessages, LinesThatContradictThemselves_AreRefused) {
    const auto is_refused = [](const Bytes& line) {
        const Bytes message = dso(0, tlv(0x41, line));
        return !read_push(message, tlvs_of(message).at(0));
    };
    EXPECT_FALSE(is_refused({0, 0, 1, 0, 1, 0x80, 0, 0, 0, 0, 0})) << "a TTL of 2^31: ignored";
    EXPECT_TRUE(is_refused({0, 0, 1, 0, 1, 0x80, 0, 0, 0, 0, 1})) << "which must be whole for that";
    EXPECT_TRUE(is_refused({0, 0, 1, 0, 1, 0xff, 0xff, 0xff, 0xfe, 0, 1, 0})) << "rdata of a whole set";
    EXPECT_TRUE(is_refused({0, 0, 255, 0, 1, 0, 0, 0, 5, 0, 0})) << "a record of type ANY";
    EXPECT_TRUE(is_refused({0, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 1, 2}));
    EXPECT_FALSE(is_refused({0, 0, 255, 0, 255, 0xff, 0xff, 0xff, 0xfe, 0, 0})) << "all of a name";
}

TEST(PushMessages, Limit_Is16382OctetsPaddingIncluded) {
    PushWriter writer;
    std::size_t taken = 0;
    while (writer.add(change("a", rr_type::kTxt, 5, Bytes(200, static_cast<std::uint8_t>(taken)))) ==
           PushWriter::Room::kTaken) {
        ++taken;
    }
    const Bytes framed = std::move(writer).finish(true);
    EXPECT_LE(framed.size() - 2, 16'382U);
    EXPECT_GT(framed.size(), 16'000U);
    EXPECT_EQ((framed.size() - 2) % 468, 0U);
    PushWriter alone;
    EXPECT_EQ(alone.add(change("a", rr_type::kTxt, 5, Bytes(16'350))), PushWriter::Room::kTaken);
    EXPECT_EQ(alone.add(change("a", rr_type::kTxt, 5, Bytes(1))), PushWriter::Room::kNextMessage);
    EXPECT_EQ(PushWriter().add(change("a", rr_type::kTxt, 5, Bytes(16'360))), PushWriter::Room::kNowhere);
}

} // namespace
