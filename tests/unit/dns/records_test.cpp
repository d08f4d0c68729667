// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dns/record/octet_text.hpp"
#include "dns/record/record_view.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/record_text.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

SvcbRecord service() {
    SvcbRecord record{2, *DomainName::parse("sz.gba.site.compute.example"), {}};
    ComputeKeys keys;
    EXPECT_TRUE(read_compute_text("cap=free_permille:420,queue:3,free_units:12", keys));
    EXPECT_TRUE(read_compute_text("region=gba-sz", keys));
    put_compute_keys(record.params, keys);
    set_param(record.params, {svc_key::kPort, {0x1f, 0x90}});
    set_param(record.params, {svc_key::kAlpn, {2, 'h', '3'}});
    return record;
}

Status svcb_status(std::string_view hex) {
    const auto read = read_svcb(*parse_hex(hex));
    return read ? Status{} : Status{read.error()};
}

TEST(Svcb, Record_WrittenAndRead_IsTheSame) {
    const Bytes rdata = write_svcb(service());
    EXPECT_EQ(*read_svcb(rdata), service());
    for (std::size_t cut = 0; cut < rdata.size(); ++cut) {
        const auto read = read_svcb(ByteView(rdata).first(cut));
        const std::size_t target = 2 + service().target.size();
        const bool is_whole = cut == target || cut == target + 7 || cut == target + 13 || cut == target + 25;
        EXPECT_EQ(read.has_value(), is_whole) << cut;
    }
}

TEST(Svcb, ParamsOutOfOrderDoubledOrInvalid_AreRefusedWithTheirOffset) {
    EXPECT_TRUE(svcb_status("0001 00 ff00 0001 61 ff01 0001 62"));
    EXPECT_EQ(svcb_status("0001 00 ff01 0001 61 ff00 0001 62").error().detail,
              "offset 8: key 65280 behind key 65281, keys must ascend");
    EXPECT_FALSE(svcb_status("0001 00 ff00 0001 61 ff00 0001 61"));
    EXPECT_FALSE(svcb_status("0001 00 ffff 0000"));
    EXPECT_FALSE(svcb_status("0001 00 ff00 0002 61"));
    EXPECT_FALSE(svcb_status("0001 c000"));
    EXPECT_FALSE(svcb_status("00"));
}

TEST(Svcb, RegisteredKeys_MustBeWellFormed) {
    EXPECT_TRUE(svcb_status("0001 00 0000 0002 0003 0003 0002 01bb"));
    EXPECT_FALSE(svcb_status("0001 00 0000 0002 0001 0003 0002 01bb")) << "mandatory names a missing key";
    EXPECT_FALSE(svcb_status("0001 00 0000 0000"));
    EXPECT_FALSE(svcb_status("0001 00 0000 0002 0000")) << "mandatory names itself";
    EXPECT_FALSE(svcb_status("0001 00 0001 0002 0361")) << "alpn leads beyond its value";
    EXPECT_FALSE(svcb_status("0001 00 0003 0001 01"));
    EXPECT_FALSE(svcb_status("0001 00 0004 0003 010203"));
    EXPECT_FALSE(svcb_status("0001 00 0006 0004 01020304"));
}

TEST(Cmp, Record_WrittenAndRead_IsTheSame) {
    CmpRecord record{CmpRecord::kDraining, 17, 4711, {}};
    ComputeKeys keys;
    ASSERT_TRUE(read_compute_text("cats=score:8,level:2", keys));
    put_compute_keys(record.params, keys);
    EXPECT_EQ(hex_text(write_cmp(record)), "010100000000001100001267ff0a00020802");
    EXPECT_EQ(*read_cmp(write_cmp(record)), record);
    EXPECT_EQ(read_cmp(*parse_hex("02")).error().code, Errc::kUnsupported);
    EXPECT_FALSE(read_cmp(*parse_hex("0100000000000011000012")));
}

TEST(Txt, Mirror_HoldsTheKeysAndThoseOfTheDraft) {
    ComputeKeys keys;
    ASSERT_TRUE(read_compute_text("cap=free_permille:420,queue:3,free_units:12", keys));
    ASSERT_TRUE(read_compute_text("net=grade:1,delay_100us:23,access_mbps:1000", keys));
    const auto strings = *read_txt(write_txt(keys));
    EXPECT_EQ(strings, (std::vector<std::string>{"txtvers=1", "load=58", "lat=2.3",
                                                 "cap=free_permille:420,queue:3,free_units:12",
                                                 "net=grade:1,delay_100us:23,access_mbps:1000"}));
    EXPECT_EQ(*compute_keys_of(strings), keys);
    EXPECT_FALSE(read_txt(*parse_hex("0361")));
    EXPECT_FALSE(read_txt({}));
    EXPECT_FALSE(compute_keys_of(std::vector<std::string>{"cap=", "x=y"}));
}

TEST(RecordView, AnythingPrintable_IsShownAndNothingElse) {
    const auto view = view_record(rr_type::kTxt, *parse_hex("05 61 3d 1b 5b 6d"));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->others[0].text, "\\x1b[m");
    EXPECT_EQ(view_record(rr_type::kA, *parse_hex("01020304")).error().code, Errc::kUnsupported);
    EXPECT_FALSE(view_record(rr_type::kCmp, *parse_hex("0100 0000 0000 0001 0000 0001 0003 0002 0050")));
}

TEST(OctetText, Forms_RoundTripAndRefuse) {
    EXPECT_EQ(*parse_hex("0 0fF"), (Bytes{0x00, 0xff}));
    EXPECT_FALSE(parse_hex("0"));
    EXPECT_FALSE(parse_hex("0g"));
    EXPECT_EQ(*parse_base64("AAH/\n"), (Bytes{0, 1, 255}));
    EXPECT_EQ(*parse_base64("AA=="), (Bytes{0}));
    EXPECT_FALSE(parse_base64("AB==")) << "bits beyond the last octet";
    EXPECT_FALSE(parse_base64("A"));
    EXPECT_FALSE(parse_base64("AA=A"));
}

TEST(RecordText, LinesOfDig_BecomeOctets) {
    const auto svcb =
        parse_record("_compute.x.svc.c.example. 5 IN SVCB 1 sz.c.example. alpn=h3 port=8080 key65288=gba-sz");
    ASSERT_TRUE(svcb);
    EXPECT_EQ(svcb->ttl, 5U);
    EXPECT_EQ(read_svcb(svcb->rdata)->params.back().key, 65288);
    const auto cmp = parse_record("sz.c.example. 300 IN TYPE65280 \\# 12 010000000000001100001267");
    ASSERT_TRUE(cmp);
    EXPECT_EQ(read_cmp(cmp->rdata)->site_id, 17U);
    EXPECT_FALSE(parse_record("a. 5 IN SVCB 1 . alpn=h2 alpn=h3")) << "ldns lets a doubled key pass";
    EXPECT_FALSE(parse_record("a. 5 IN SVCB 1 . key65535=x"));
    EXPECT_FALSE(parse_record("a. 5 CH TXT x"));
    EXPECT_FALSE(parse_record(""));
    EXPECT_FALSE(parse_record("a. 5 IN A 1.2.3"));
}

} // namespace
