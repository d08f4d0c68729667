// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::testing::Asked;
using suanlu::dns::testing::option;
using suanlu::dns::testing::query_of;
using suanlu::dns::testing::query_without_question;

QueryFault fault_of(const Bytes& bytes) {
    Query query;
    return parse_query(bytes, query);
}

QueryFault fault_of_option(std::uint16_t code, const Bytes& value) {
    return fault_of(query_of({.name = "a", .has_edns = true, .options = option(code, value)}));
}

TEST(Query, WellFormed_IsReadAndLowered) {
    Query query;
    ASSERT_EQ(parse_query(query_of({.name = "WwW.Example",
                                    .type = 64,
                                    .has_edns = true,
                                    .is_dnssec_ok = true,
                                    .udp_bytes = 100,
                                    .options = option(8, {0, 1, 20, 0, 10, 77, 16})}),
                          query),
              QueryFault::kNone);
    EXPECT_EQ(text_of(query.name_view()), text_of(DomainName::parse("www.example")->wire()));
    EXPECT_EQ(query.labels, 2);
    EXPECT_EQ(query.type, 64);
    EXPECT_TRUE(query.is_dnssec_ok);
    EXPECT_EQ(query.udp_bytes, 512) << "RFC 6891 section 6.2.3: less counts as 512";
    EXPECT_EQ(query.subnet.address.text(), "10.77.16.0");
    EXPECT_EQ(query.subnet.source_bits, 20);
}

TEST(Query, EveryCut_IsAFaultAndNeverReadsBeyond) {
    const Bytes whole = query_of({.name = "a.b", .has_edns = true, .options = option(10, Bytes(8, 1))});
    ASSERT_EQ(fault_of(whole), QueryFault::kNone);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_NE(fault_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
                  QueryFault::kNone);
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_EQ(fault_of(longer), QueryFault::kAdditional);
}

TEST(Query, Header_Faults) {
    Bytes bytes = query_of({.name = "a"});
    bytes[2] = 0x80;
    EXPECT_EQ(fault_of(bytes), QueryFault::kResponse);
    bytes[2] = 0x28; // UPDATE
    EXPECT_EQ(fault_of(bytes), QueryFault::kOpcode);
    for (const std::size_t count : {4U, 5U, 7U, 9U}) {
        bytes = query_of({.name = "a"});
        bytes[count] = 2;
        EXPECT_EQ(fault_of(bytes), QueryFault::kQuestionCount) << count;
    }
    bytes = query_of({.name = "a"});
    bytes[12] = 0xc0;
    EXPECT_EQ(fault_of(bytes), QueryFault::kQuestion);
}

TEST(Query, WithoutQuestion_IsForACookieOnly) {
    EXPECT_EQ(fault_of(query_without_question({})), QueryFault::kQuestionCount);
    EXPECT_EQ(fault_of(query_without_question(option(3, {}))), QueryFault::kQuestionCount);
    EXPECT_EQ(fault_of(query_without_question(option(10, Bytes(8, 1)))), QueryFault::kNone);
}

TEST(Query, ClientSubnet_IsCheckedAsTheRfcSays) {
    EXPECT_EQ(fault_of_option(8, {0, 1, 0, 0}), QueryFault::kNone);
    EXPECT_EQ(fault_of_option(8, {0, 0, 0, 0}), QueryFault::kNone) << "opts out of any family";
    EXPECT_EQ(fault_of_option(8, {0, 0, 0, 24}), QueryFault::kClientSubnet);
    EXPECT_EQ(fault_of_option(8, {0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0}), QueryFault::kNone);
    for (const Bytes& bad :
         {Bytes{0, 3, 0, 0}, Bytes{0, 3, 8, 0, 10}, Bytes{0, 0, 8, 0, 10}, Bytes{0, 1, 33, 0, 1, 2, 3, 4, 5},
          Bytes{0, 1, 24, 0, 1, 2}, Bytes{0, 1, 24, 0, 1, 2, 3, 4}, Bytes{0, 1, 20, 0, 1, 2, 0x1f},
          Bytes{0, 1, 24, 24, 1, 2, 3}, Bytes{0, 1, 24}, Bytes{}}) {
        EXPECT_EQ(fault_of_option(8, bad), QueryFault::kClientSubnet);
    }
}

TEST(Query, CookiesVersionsAndDoubledOpt) {
    for (const std::size_t size : {8U, 16U, 40U}) {
        EXPECT_EQ(fault_of_option(10, Bytes(size)), QueryFault::kNone);
    }
    for (const std::size_t size : {0U, 7U, 9U, 15U, 41U}) {
        EXPECT_EQ(fault_of_option(10, Bytes(size)), QueryFault::kCookie) << size;
    }
    EXPECT_EQ(fault_of_option(4711, Bytes(3)), QueryFault::kNone) << "unknown options are passed over";
    Bytes bytes = query_of({.name = "a", .has_edns = true});
    bytes[bytes.size() - 5] = 1;
    EXPECT_EQ(fault_of(bytes), QueryFault::kVersion);
    bytes = query_of({.name = "a", .has_edns = true});
    const Bytes opt(bytes.end() - 11, bytes.end());
    put_bytes(bytes, opt);
    bytes[11] = 2;
    EXPECT_EQ(fault_of(bytes), QueryFault::kOpt);
    bytes = query_of({.name = "a", .has_edns = true});
    bytes.back() = 1;
    EXPECT_EQ(fault_of(bytes), QueryFault::kAdditional);
}

TEST(ClientClasses, LongestPrefixDecides_AndTheScopeIsMinimal) {
    const auto prefix = [](const char* text) { return *Prefix6::parse(text); };
    const ClientClasses classes({{prefix("203.0.113.0/24"), 1},
                                 {prefix("203.0.113.128/25"), 2},
                                 {prefix("10.0.0.0/8"), 3},
                                 {prefix("2001:db8::/32"), 4},
                                 {prefix("2001:db8:1::/48"), 4},
                                 {prefix("2001:db8:2::/48"), 5}});
    const auto find = [&](const char* text) { return classes.find(*Ip6::parse(text)); };
    EXPECT_EQ(find("203.0.113.1").number, 1);
    EXPECT_EQ(find("203.0.113.1").scope_bits, 25);
    EXPECT_EQ(find("203.0.113.200").number, 2);
    EXPECT_EQ(find("10.1.2.3").number, 3);
    EXPECT_EQ(find("10.1.2.3").scope_bits, 8);
    EXPECT_EQ(find("192.0.2.1").number, 0);
    EXPECT_EQ(find("192.0.2.1").scope_bits, 5) << "11000/5 holds no prefix of another class";
    EXPECT_EQ(find("2001:db8:1::1").number, 4);
    EXPECT_EQ(find("2001:db8:1::1").scope_bits, 47) << "the /48 within its own class makes no difference";
    EXPECT_EQ(find("2001:db8:2::1").number, 5);
    EXPECT_EQ(ClientClasses().find(*Ip6::parse("192.0.2.1")).scope_bits, 0);
}

TEST(ClientClasses, MappedAddressInAnIpv6Subnet_HasItsScopeAmong128Bits) {
    const ClientClasses classes({{*Prefix6::parse("10.0.0.0/8"), 3}});
    Query query;
    query.subnet = {*Ip6::parse("10.1.2.0"), 2, 120};
    const ClientClass found = class_of(classes, query, {});
    EXPECT_EQ(found.number, 3);
    EXPECT_EQ(found.scope_bits, 104);
    query.subnet = {*Ip6::parse("10.1.2.0"), 1, 24};
    EXPECT_EQ(class_of(classes, query, {}).scope_bits, 8);
}

TEST(ClientClasses, AgainstALinearSearch_RandomPrefixesAgree) {
    std::uint32_t state = 1;
    const auto random = [&] { return state = state * 1664525U + 1013904223U, state >> 8U; };
    std::vector<std::pair<Prefix6, std::uint16_t>> prefixes;
    for (int i = 0; i < 300; ++i) {
        Ip6 address = *Ip6::parse("10.0.0.0");
        address.bytes[13] = static_cast<std::uint8_t>(random() % 4);
        address.bytes[14] = static_cast<std::uint8_t>(random());
        const auto length = static_cast<std::uint8_t>(96 + 8 + random() % 17);
        for (unsigned bit = length; bit < 128; ++bit) {
            address.bytes[bit / 8] = static_cast<std::uint8_t>(address.bytes[bit / 8] & ~(0x80U >> bit % 8));
        }
        prefixes.emplace_back(Prefix6{address, length}, static_cast<std::uint16_t>(1 + random() % 5));
    }
    const ClientClasses classes(prefixes);
    const auto by_search = [&](const Ip6& address) {
        std::uint16_t number = 0;
        int length = -1;
        for (const auto& [prefix, its] : prefixes) {
            if (prefix.contains(address) && prefix.length >= length) {
                length = prefix.length;
                number = its;
            }
        }
        return number;
    };
    for (int i = 0; i < 20000; ++i) {
        Ip6 address = *Ip6::parse("10.0.0.0");
        address.bytes[13] = static_cast<std::uint8_t>(random() % 8);
        address.bytes[14] = static_cast<std::uint8_t>(random());
        address.bytes[15] = static_cast<std::uint8_t>(random());
        const ClientClass found = classes.find(address);
        ASSERT_EQ(found.number, by_search(address)) << address.text();
        Ip6 neighbour = address; // any other address of the scope is in the same class
        for (unsigned bit = 96U + found.scope_bits; bit < 128; ++bit) {
            neighbour.bytes[bit / 8] =
                static_cast<std::uint8_t>(neighbour.bytes[bit / 8] ^ (random() & 0x80U >> bit % 8));
        }
        ASSERT_EQ(found.number, by_search(neighbour));
    }
}

TEST(ClientClasses, Leaves_SayOfTheirAddressesWhatTheSearchSays) {
    const auto prefix = [](const char* text) { return *Prefix6::parse(text); };
    const ClientClasses classes({{prefix("10.0.0.0/8"), 1},
                                 {prefix("10.1.2.0/23"), 2},
                                 {prefix("10.1.3.7/32"), 3},
                                 {prefix("2001:db8::/33"), 1},
                                 {prefix("2001:db8:1:8000::/50"), 2},
                                 {prefix("2001:db8::7/128"), 3}});
    std::map<Prefix6, ClientClass> leaves;
    classes.for_each([&](const Prefix6& leaf, const ClientClass& found) {
        leaves[leaf] = found;
        Ip6 last = leaf.address;
        for (unsigned bit = leaf.length; bit < 128; ++bit) {
            last.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80U >> bit % 8);
        }
        for (const Ip6& address : {leaf.address, last}) {
            const ClientClass said = classes.find(address);
            if (address.is_mapped_v4() == (leaf.length >= 96)) {
                EXPECT_EQ(said.number, found.number) << leaf.text();
                EXPECT_EQ(said.scope_bits, found.scope_bits) << leaf.text();
            }
        }
    });
    // One leaf for each address: they fill the space of their family.
    double v4 = 0;
    double v6 = 0;
    for (const auto& [leaf, found] : leaves) {
        const bool is_v4 = leaf.length >= 96 && leaf.address.is_mapped_v4();
        (is_v4 ? v4 : v6) += std::ldexp(1.0, is_v4 ? 96 - leaf.length : -leaf.length);
    }
    EXPECT_EQ(v4, 1.0);
    EXPECT_EQ(v6, 1.0);
}

} // namespace
