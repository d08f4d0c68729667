// SPDX-License-Identifier: Apache-2.0
// The journal of a zone on disk: what is written is read, what is torn is read as far as it is whole, and
// nothing that was damaged is believed.
#include "dns/xfr/history_codec.hpp"
#include "dns/xfr/version_editor.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

constexpr std::size_t kJournal = 1U << 20U;
using History = std::shared_ptr<const ZoneHistory>;

ZoneVersion version(unsigned serial, const std::string& more = {}) {
    return version_of(zone_of("$ORIGIN c.example.\n$TTL 300\n@ SOA ns1 admin " + std::to_string(serial) +
                                  " 3600 600 86400 5\n@ NS ns1\nns1 A 192.0.2.1\nWWW A 192.0.2.3\n" + more,
                              "c.example"));
}

DomainName apex() {
    return *DomainName::parse("c.example");
}

History three_steps() {
    History history = extend(nullptr, version(7), kJournal);
    history = extend(history.get(), version(8, "new A 192.0.2.8\n"), kJournal);
    history = extend(history.get(), version(9, "new A 192.0.2.9\nother A 192.0.2.9\n"), kJournal);
    return extend(history.get(), version(10, "other A 192.0.2.9\n"), kJournal);
}

void expect_same(const ZoneVersion& read, const ZoneVersion& written) {
    EXPECT_EQ(read.soa, written.soa);
    EXPECT_EQ(read.bytes, written.bytes);
    ASSERT_EQ(read.parts.size(), written.parts.size());
    for (std::size_t i = 0; i < read.parts.size(); ++i) {
        EXPECT_EQ(*read.parts[i], *written.parts[i]);
    }
}

std::vector<std::uint32_t> serials(const ZoneHistory& history) {
    std::vector<std::uint32_t> out;
    for (const auto& step : history.differences) {
        out.push_back(serial_of(step->from.rdata));
    }
    out.push_back(history.newest->serial());
    return out;
}

using Serials = std::vector<std::uint32_t>;

TEST(ZoneJournal, Written_IsReadAgain) {
    const History history = three_steps();
    const auto read = read_history(write_history(*history), apex(), kJournal);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_FALSE(read->rest);
    EXPECT_EQ(serials(*read->history), (Serials{7, 8, 9, 10}));
    expect_same(*read->history->newest, *history->newest);
    EXPECT_EQ(read->history->differences[1]->added, history->differences[1]->added);
    EXPECT_EQ(read->history->differences[1]->bytes, history->differences[1]->bytes);
}

TEST(ZoneJournal, StepsAddedBehindTheZone_LeadToTheNewest) {
    const History whole = three_steps();
    const History first = extend(nullptr, version(7), kJournal);
    dns::Bytes file = write_history(*first);
    for (const auto& step : whole->differences) {
        put_bytes(file, write_step(*step));
    }
    const auto read = read_history(file, apex(), kJournal);
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->rest);
    EXPECT_EQ(serials(*read->history), (Serials{7, 8, 9, 10}));
    expect_same(*read->history->newest, *whole->newest);
    EXPECT_EQ(serials(*read_history(file, apex(), whole->differences[2]->bytes)->history), (Serials{9, 10}))
        << "bounded as in memory";
}

TEST(ZoneJournal, TornAnywhere_IsReadAsFarAsItIsWhole) {
    const History whole = three_steps();
    const History first = extend(nullptr, version(7), kJournal);
    const dns::Bytes zone = write_history(*first);
    dns::Bytes file = zone;
    std::vector<std::size_t> ends{zone.size()};
    for (const auto& step : whole->differences) {
        put_bytes(file, write_step(*step));
        ends.push_back(file.size());
    }
    for (std::size_t size = 0; size < file.size(); ++size) {
        const auto read = read_history(ByteView(file).first(size), apex(), kJournal);
        if (size < zone.size()) {
            ASSERT_FALSE(read) << size;
            EXPECT_TRUE(read.error().detail.starts_with("offset ")) << read.error().detail;
            continue;
        }
        const auto frames = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin();
        ASSERT_TRUE(read) << size;
        EXPECT_EQ(read->history->newest->serial(), 6U + static_cast<unsigned>(frames)) << size;
        EXPECT_EQ(read->rest.has_value(), std::find(ends.begin(), ends.end(), size) == ends.end()) << size;
    }
}

TEST(ZoneJournal, AnyOctetChanged_IsNoticed) {
    const History history = three_steps();
    const dns::Bytes file = write_history(*history);
    for (std::size_t at = 0; at < file.size(); ++at) {
        dns::Bytes changed = file;
        changed[at] ^= 0x20U;
        const auto read = read_history(changed, apex(), kJournal);
        ASSERT_TRUE(!read || read->rest) << at;
        if (read) {
            EXPECT_EQ(serials(*read->history), Serials{10})
                << at << ": the steps that are left do not lead to the zone";
        }
    }
}

TEST(ZoneJournal, WhatDoesNotFit_IsNotTaken) {
    const History history = three_steps();
    EXPECT_FALSE(read_history(write_history(*history), *DomainName::parse("d.example"), kJournal));
    dns::Bytes gap = write_history(*extend(nullptr, version(7), kJournal));
    put_bytes(gap, write_step(*history->differences[0]));
    put_bytes(gap, write_step(*history->differences[2]));
    const auto read = read_history(gap, apex(), kJournal);
    ASSERT_TRUE(read && read->rest);
    EXPECT_EQ(serials(*read->history), (Serials{7, 8}));
    // Of another zone with the same serials: what it removes is not there.
    const History other =
        extend(extend(nullptr, version(7, "x A 192.0.2.9\n"), kJournal).get(), version(8), kJournal);
    dns::Bytes mixed = write_history(*extend(nullptr, version(7), kJournal));
    put_bytes(mixed, write_step(*other->differences[0]));
    const auto half = read_history(mixed, apex(), kJournal);
    ASSERT_TRUE(half && half->rest);
    EXPECT_EQ(half->rest->detail, "a difference is not of this zone: x.c.example. A: is not there");
    expect_same(*half->history->newest, version(7));
}

TEST(ZoneJournal, CutBack_IsTheZoneAsItWas) {
    const History history = three_steps();
    const History cut = cut_back(*history, 8);
    ASSERT_TRUE(cut);
    EXPECT_EQ(serials(*cut), (Serials{7, 8}));
    expect_same(*cut->newest, version(8, "new A 192.0.2.8\n"));
    EXPECT_EQ(serials(*cut_back(*history, 10)), serials(*history));
    EXPECT_EQ(cut_back(*history, 6), nullptr);
    EXPECT_EQ(cut_back(*history, 11), nullptr);
}

} // namespace
