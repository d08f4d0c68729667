// SPDX-License-Identifier: Apache-2.0
// A server that starts again goes on from the journals that it left: secondaries get differences, serials go
// on, signatures stay. What does not lead to what is served is dropped, and said so.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "dns/server/zone_loader.hpp"
#include "dns/zone/ended_view.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

constexpr std::uint32_t kNow = 1'795'000'000;
constexpr const char* kKey = "Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\n"
                             "PrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n";

class KeptJournal : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("suanlu-kept-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "key") << kKey;
        zone_.name = *DomainName::parse("c.example");
        zone_.file = folder_ / "zone";
        zone_.transfer.emplace();
        write_zone(7, "192.0.2.3");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void write_zone(unsigned serial, const char* address) const {
        std::ofstream(folder_ / "zone")
            << "$ORIGIN c.example.\n$TTL 300\n@ SOA ns1 admin " << serial
            << " 3600 600 86400 5\n@ NS ns1\nns1 A 192.0.2.1\nwww A " << address << "\n";
        std::ofstream more(folder_ / "zone", std::ios::app);
        for (unsigned i = 0; i < 10; ++i) {
            more << "big" << i << " TXT " << std::string(200, 'x') << "\n";
        }
    }
    [[nodiscard]] DnsConfig config() const {
        DnsConfig out;
        out.zones = {zone_};
        return out;
    }
    [[nodiscard]] std::string journal() const { return folder_ / "c.example.journal"; }
    /// Before its first load.
    [[nodiscard]] std::unique_ptr<ZoneLoader> start() const {
        auto loader = std::make_unique<ZoneLoader>();
        loader->keep_in(*ZoneJournals::open(folder_));
        return loader;
    }
    static std::shared_ptr<const DnsView> view(std::uint64_t generation, bool is_up = true) {
        auto view = std::make_shared<DnsView>();
        view->stamp = {"test", 1, generation, (kNow + generation) * 1000};
        view->zone = "c.example.";
        view->classes.push_back(std::make_shared<const DnsClientClass>());
        DnsSite site;
        site.id = {1};
        site.name = "s";
        site.region = "r";
        site.addresses = {*Ip6::parse("192.0.2.9")};
        site.is_up = is_up;
        site.changed = static_cast<std::uint32_t>(generation);
        site.compute.score = 5; // which ends with the view
        view->sites.push_back(std::make_shared<const DnsSite>(site));
        return view;
    }
    static std::shared_ptr<const DnsView> view_of_service(std::uint64_t generation) {
        auto out = std::make_shared<DnsView>(*view(generation));
        DnsService service;
        service.id = {1};
        service.name = "a";
        service.port = 443;
        service.instances = {{{1}, {}}};
        service.answers = {{SteeringMode::kDns, DnsBasis::kApplied, {{{1}, 1'000'000, std::nullopt}}}};
        out->services.push_back(std::make_shared<const DnsService>(service));
        return std::shared_ptr<const DnsView>(out);
    }
    [[nodiscard]] const ZoneHistory& history(const ZoneLoader& loader) const {
        return *loader.histories().at(zone_.name);
    }

    std::filesystem::path folder_;
    DnsZoneConfig zone_;
};

TEST_F(KeptJournal, AfterARestart_DifferencesAreThere) {
    for (unsigned serial = 7; serial < 10; ++serial) { // a start for each, the second with a reload
        const auto loader = start();
        write_zone(serial, "192.0.2.3");
        ASSERT_TRUE(loader->load(config(), kNow));
        if (serial == 8) {
            write_zone(8, "192.0.2.8"); // a change that kept its serial
            ASSERT_TRUE(loader->load(config(), kNow));
            EXPECT_EQ(history(*loader).newest->serial(), 9U);
        }
    }
    const auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow));
    EXPECT_EQ(history(*loader).newest->serial(), 10U) << "the file says 9, and something else";
    for (const std::uint32_t serial : {7U, 8U, 9U}) {
        EXPECT_NE(history(*loader).since(serial), nullptr) << serial;
    }
    EXPECT_EQ(loader->journals()->counted(JournalOutcome::kJoined), 1U);
}

TEST_F(KeptJournal, Catalog_GoesOnFromWhereItWas) {
    DnsConfig with = config();
    with.catalog.emplace();
    with.catalog->name = *DomainName::parse("catalog.example");
    const auto catalog = [&](std::uint32_t now) {
        const auto loader = start();
        EXPECT_TRUE(loader->load(with, now));
        return loader->histories().at(with.catalog->name);
    };
    EXPECT_EQ(catalog(kNow)->newest->serial(), kNow);
    EXPECT_EQ(catalog(kNow + 60)->newest->serial(), kNow) << "the same members";
    with.zones[0].group = "edge";
    const auto changed = catalog(kNow + 120);
    EXPECT_EQ(changed->newest->serial(), kNow + 120);
    EXPECT_NE(changed->since(kNow), nullptr);
    with.zones[0].group = "core";
    EXPECT_EQ(catalog(kNow)->newest->serial(), kNow + 121) << "a clock that went back";
}

TEST_F(KeptJournal, SignaturesMade_CountThoseOfARaisedSerial) {
    zone_.key = folder_ / "key";
    const auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow));
    const std::size_t all = loader->signatures_made();
    ASSERT_TRUE(loader->renew(config(), kNow + 8 * 86400));
    EXPECT_EQ(loader->signatures_made(), all + 1)
        << "all are renewed, then SOA for the serial that this takes";
}

TEST_F(KeptJournal, SignedZone_IsTheSameAfterARestart) {
    zone_.key = folder_ / "key";
    std::uint32_t serial = 0;
    {
        const auto loader = start();
        ASSERT_TRUE(loader->load(config(), kNow));
        serial = history(*loader).newest->serial();
        EXPECT_GT(loader->signatures_made(), 5U);
    }
    const auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow + 100));
    EXPECT_EQ(history(*loader).newest->serial(), serial);
    EXPECT_EQ(loader->signatures_made(), 1U) << "of the SOA that the file has, to see that nothing changed";
    write_zone(8, "192.0.2.77");
    ASSERT_TRUE(loader->load(config(), kNow + 100));
    EXPECT_NE(history(*loader).since(serial), nullptr);
}

TEST_F(KeptJournal, OtherKeys_TakeOverNoSignatures) {
    zone_.key = folder_ / "key";
    std::uint32_t serial = 0;
    {
        const auto loader = start();
        ASSERT_TRUE(loader->load(config(), kNow));
        serial = history(*loader).newest->serial();
    }
    std::ofstream(folder_ / "key") << "Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\n"
                                      "PrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjM=\n";
    const auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow));
    EXPECT_EQ(history(*loader).newest->serial(), serial + 1);
    EXPECT_EQ(history(*loader).since(serial), nullptr) << "every signature is another: more than the zone";
}

TEST_F(KeptJournal, DamagedOrTorn_CostsTheWholeZoneOrItsEnd) {
    for (unsigned serial = 7; serial < 9; ++serial) {
        write_zone(serial, "192.0.2.3");
        const auto loader = start();
        ASSERT_TRUE(loader->load(config(), kNow));
        write_zone(serial, "192.0.2.4");
        ASSERT_TRUE(loader->load(config(), kNow));
    }
    std::filesystem::resize_file(journal(), std::filesystem::file_size(journal()) - 1);
    {
        const auto loader = start();
        ASSERT_TRUE(loader->load(config(), kNow));
        EXPECT_EQ(loader->journals()->counted(JournalOutcome::kShortened), 1U);
        EXPECT_NE(history(*loader).since(7), nullptr);
    }
    {
        std::fstream file(journal(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(60);
        file.put('x');
    }
    const auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow));
    EXPECT_EQ(loader->journals()->counted(JournalOutcome::kDamaged), 1U);
    EXPECT_EQ(history(*loader).since(7), nullptr);
    EXPECT_TRUE(history(*loader).differences.empty());
}

TEST_F(KeptJournal, AheadOfTheSavedView_IsCutBack_AndFarFromItDropped) {
    zone_.is_followed = true;
    std::uint32_t second = 0;
    {
        const auto loader = start();
        ASSERT_TRUE(loader->load(config(), kNow));
        for (std::uint64_t generation = 2; generation < 5; ++generation) {
            ASSERT_TRUE(loader->follow(config(), kNow, view(generation)));
            second = generation == 3 ? history(*loader).newest->serial() : second;
        }
    }
    {
        const auto loader = start();
        loader->follow(view(3));
        ASSERT_TRUE(loader->load(config(), kNow));
        EXPECT_EQ(history(*loader).newest->serial(), second) << "as on every server";
        EXPECT_EQ(loader->journals()->counted(JournalOutcome::kCutBack), 1U);
        EXPECT_EQ(history(*loader).differences.size(), 1U);
        ASSERT_TRUE(loader->follow(config(), kNow, view(4)));
        EXPECT_NE(history(*loader).since(second), nullptr);
    }
    const auto loader = start();
    loader->follow(view(1));
    ASSERT_TRUE(loader->load(config(), kNow));
    EXPECT_EQ(loader->journals()->counted(JournalOutcome::kDropped), 1U);
    EXPECT_TRUE(history(*loader).differences.empty());
}

TEST_F(KeptJournal, ServersThatFollowTheSameFeed_HaveTheSameSerials) {
    zone_.is_followed = true;
    zone_.key = folder_ / "key";
    const auto ended_of = [](const std::shared_ptr<const DnsView>& view) {
        return std::make_shared<const DnsView>(ended(*view));
    };
    auto one = start();
    ZoneLoader other; // without a journal, never started again
    ASSERT_TRUE(one->load(config(), kNow));
    ASSERT_TRUE(other.load(config(), kNow));
    std::uint32_t last = 0;
    const auto hear = [&](const std::shared_ptr<const DnsView>& view) {
        EXPECT_TRUE(one->follow(config(), kNow, view));
        EXPECT_TRUE(other.follow(config(), kNow, view));
        EXPECT_EQ(history(*one).newest->serial(), history(other).newest->serial());
        EXPECT_TRUE(last == 0 || is_later_serial(history(*one).newest->serial(), last));
        last = history(*one).newest->serial();
        return last;
    };
    const std::uint32_t first = hear(view_of_service(2));
    EXPECT_EQ(first, 4 * (kNow + 2)) << "modulo 2^32";
    EXPECT_EQ(hear(ended_of(view_of_service(2))), first + 2);
    EXPECT_EQ(hear(view_of_service(2)), first + 4) << "it holds again";
    EXPECT_EQ(hear(ended_of(view_of_service(2))), first + 6);
    one.reset();
    one = start(); // where it was
    one->follow(ended_of(view_of_service(2)));
    ASSERT_TRUE(one->load(config(), kNow));
    EXPECT_EQ(history(*one).newest->serial(), first + 6);
    EXPECT_EQ(hear(view_of_service(2)), first + 8);
    EXPECT_EQ(hear(view_of_service(9)), 4 * (kNow + 9));
}

TEST_F(KeptJournal, EndedTwiceThenSignedAnewAfterARestart_TheSerialGoesOn) {
    zone_.is_followed = true;
    zone_.key = folder_ / "key";
    const auto ended_view = std::make_shared<const DnsView>(ended(*view_of_service(2)));
    auto loader = start();
    ASSERT_TRUE(loader->load(config(), kNow));
    for (const auto& heard : {view_of_service(2), ended_view, view_of_service(2), ended_view}) {
        ASSERT_TRUE(loader->follow(config(), kNow, heard));
    }
    const std::uint32_t before = history(*loader).newest->serial();
    EXPECT_EQ(before, 4 * (kNow + 2) + 6);
    loader = start();
    loader->follow(ended_view);
    ASSERT_TRUE(loader->load(config(), kNow + 60 * 86'400)); // what was signed has run out
    EXPECT_EQ(history(*loader).newest->serial(), before + 1) << "which has the bit of an ended view, too";
    EXPECT_EQ(loader->journals()->counted(JournalOutcome::kJoined), 1U);
}

TEST_F(KeptJournal, File_StaysBounded) {
    zone_.transfer->journal_bytes = 2000;
    const auto loader = start();
    for (unsigned serial = 1; serial < 700; ++serial) {
        write_zone(serial, serial % 2 == 0 ? "192.0.2.3" : "192.0.2.4");
        ASSERT_TRUE(loader->load(config(), kNow));
    }
    EXPECT_LT(std::filesystem::file_size(journal()), 90'000U);
}

} // namespace
