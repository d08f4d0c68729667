// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "dns/record/octet_text.hpp"
#include "dns/record/records.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

struct Example {
    std::string name;
    std::uint16_t key;
    std::string text;
};

/// The examples of docs/reference/dns-keys.md.
std::vector<Example> examples() {
    return {
#define SL_COMPUTE_KEY(name, key, type, value, example) {#name, key, example},
#include "dns/record/compute_keys.def"
#undef SL_COMPUTE_KEY
    };
}

ComputeKeys all_keys() {
    ComputeKeys keys;
    for (const Example& example : examples()) {
        const Status status = read_compute_text(example.name + "=" + example.text, keys);
        EXPECT_TRUE(status) << example.name << ": " << status.error().detail;
    }
    return keys;
}

TEST(ComputeKeys, DocumentedExamples_AsTextAndOctets_ComeBack) {
    for (const Example& example : examples()) {
        ComputeKeys keys;
        ASSERT_TRUE(read_compute_text(example.name + "=" + example.text, keys)) << example.name;
        EXPECT_EQ(compute_texts(keys), std::vector{example.name + "=" + example.text});
        SvcParams params;
        put_compute_keys(params, keys);
        ASSERT_EQ(params.size(), 1U);
        EXPECT_EQ(params[0].key, example.key);
        EXPECT_EQ(*compute_keys_of(params), keys) << example.name;
    }
}

TEST(ComputeKeys, Octets_AreAsDocumented) {
    const std::map<std::string, std::string> wanted{
        {"sid", "fc00000000e1f0060000000000000000"},
        {"colour", "0000006420010db8000000000000000000000001"},
        {"level", "0101010100030602"
                  "00002ee0"},
        {"cap", "01a400030000000c"},
        {"tps", "00014c0800b4"},
        {"price", "000005dc009c01"},
        {"energy", "00000136005f50"},
        {"net", "010017000186a0"},
        {"region", "6762612d737a"},
        {"gen", "000012676afd86c0001e"},
        {"cats", "0802"},
    };
    SvcParams params;
    put_compute_keys(params, all_keys());
    ASSERT_EQ(params.size(), wanted.size());
    std::uint16_t key = 65280;
    for (const Example& example : examples()) {
        EXPECT_EQ(example.key, key);
        EXPECT_EQ(hex_text(find_param(params, key++)->value), wanted.at(example.name)) << example.name;
    }
}

TEST(ComputeKeys, Values_CutLongOrOutOfRange_AreRefused) {
    SvcParams params;
    put_compute_keys(params, all_keys());
    for (SvcParam param : params) {
        param.value.pop_back();
        const bool may_be_short = param.key == 65288; // a region is any text
        EXPECT_EQ(compute_keys_of(SvcParams{param}).has_value(), may_be_short) << param.key;
        param.value.push_back('a');
        param.value.push_back('a');
        EXPECT_EQ(compute_keys_of(SvcParams{param}).has_value(), may_be_short) << param.key;
        EXPECT_FALSE(compute_keys_of(SvcParams{{param.key, {}}})) << param.key;
    }
    EXPECT_FALSE(compute_keys_of(SvcParams{{65283, {0x03, 0xe9, 0, 0, 0, 0, 0, 0}}}));       // 1001 permille
    EXPECT_FALSE(compute_keys_of(SvcParams{{65282, {1, 1, 9, 1, 0, 3, 6, 2, 0, 0, 0, 1}}})); // no size 9
    EXPECT_FALSE(compute_keys_of(SvcParams{{65280, Bytes(16 * 7)}}));                        // seven SIDs
    EXPECT_FALSE(compute_keys_of(SvcParams{{65288, {'a', ' '}}}));
}

TEST(ComputeKeys, Texts_ThatAreWrong_AreRefused) {
    for (const char* text :
         {"cap=free_permille:1001,queue:0,free_units:0", "cap=queue:0",
          "cap=", "cap=free_permille:1,queue:0,free_units:0,", "cap=free_permille:-1,queue:0,free_units:0",
          "cap=free_permille:1,queue:65536,free_units:0", "net=grade:,delay_100us:1,access_mbps:1",
          "price=micro:1,currency:1,basis:", "sid=", "sid=fc00::,", "sid=x",
          "region=", "colour=colour:1,endpoint:x"}) {
        ComputeKeys keys;
        EXPECT_FALSE(read_compute_text(text, keys)) << text;
        EXPECT_EQ(keys, ComputeKeys{}) << text;
    }
    ComputeKeys keys;
    EXPECT_EQ(read_compute_text("cpu=7", keys).error().code, Errc::kNotFound);
    EXPECT_TRUE(read_compute_text("colour=colour:7", keys));
    EXPECT_EQ(read_compute_text("colour=colour:8", keys).error().code, Errc::kConflict);
    EXPECT_EQ(keys.colour->colour, 7U);
}

} // namespace
