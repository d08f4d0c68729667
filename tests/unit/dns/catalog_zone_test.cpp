// SPDX-License-Identifier: Apache-2.0
#include "dns/xfr/catalog_zone.hpp"

#include <gtest/gtest.h>

#include "dns/answer/hashed_name.hpp"
#include "dns/record/rr_type.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;

DomainName name_of(const char* text) {
    return *DomainName::parse(text);
}

DomainName member_of(const char* zone) {
    const HashedLabel label = label_of(hash_of_name(name_of(zone).wire()));
    return *name_of("zones.catalog.example").child(text_of(label).substr(1));
}

TEST(CatalogZones, HaveTheSchemaAndTheirMembers) {
    const auto zone = catalog_zone(name_of("catalog.example"),
                                   {{name_of("A.example"), "signed"}, {name_of("b.example"), ""}}, 77);
    ASSERT_TRUE(zone);
    EXPECT_TRUE(check_zone(*zone));
    EXPECT_EQ(serial_of(*zone), 77U);
    const auto rdata = [&](const DomainName& owner, std::uint16_t type) {
        return zone->find(owner)->find(type)->rdatas.at(0);
    };
    EXPECT_EQ(rdata(name_of("version.catalog.example"), rr_type::kTxt), (dns::Bytes{1, '2'}));
    EXPECT_EQ(text_of(rdata(member_of("a.example"), rr_type::kPtr)), text_of(name_of("a.example").wire()))
        << "the label does not depend on the case of the name";
    EXPECT_EQ(text_of(rdata(*member_of("a.example").child("group"), rr_type::kTxt)), "\6signed");
    EXPECT_EQ(zone->find(*member_of("b.example").child("group")), nullptr);
    EXPECT_EQ(zone->owners.size(), 5U);
}

TEST(CatalogZones, NamesThatHaveNoRoom_AreRefused) {
    const std::string label(60, 'x');
    const std::string longest = label + "." + label + "." + label + "." + label.substr(30) + ".example";
    EXPECT_EQ(catalog_zone(name_of(longest.c_str()), {{name_of("a.example"), ""}}, 1).error().code,
              Errc::kOutOfRange);
}

} // namespace
