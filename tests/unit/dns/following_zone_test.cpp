// SPDX-License-Identifier: Apache-2.0
// A zone that follows views makes anew what changed. Whatever the views say, it answers octet for octet as a
// zone that is made as a whole from the last of them, signed and unsigned, and its journal leads there too.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "dns/server/zone_loader.hpp"
#include "dns/zone/ended_view.hpp"
#include "dns_messages.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using namespace suanlu::dns::testing;

constexpr std::uint32_t kNow = 1'795'000'000;
constexpr std::size_t kSites = 4;
constexpr std::size_t kClasses = 3;
/// Aliases of computed names and of none, a wildcard, a delegation, sets that name sites.
constexpr const char* kFile = R"($ORIGIN c.example.
$TTL 300
@        SOA   ns1 admin 7 3600 600 86400 5
@        NS    ns1
ns1      A     192.0.2.1
direct   CNAME n1.svc
nowhere  CNAME gone.svc
*.alias  CNAME n2.svc
mail     MX    10 s1.r.site
sub      NS    s2.r.site
)";
constexpr const char* kOther =
    "$ORIGIN d.example.\n@ 60 SOA n. a. 1 2 3 4 5\n@ 60 NS n.\nwww 60 A 192.0.2.9\n";
constexpr const char* kKey = "Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\n"
                             "PrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n";

/// Views that follow each other as a controller's do: what did not change is the same object.
class Views {
public:
    Views() {
        view_.stamp = {"test", 1, 1, std::uint64_t{kNow} * 1000};
        view_.zone = "c.example.";
        for (std::size_t c = 0; c < kClasses; ++c) {
            DnsClientClass part{"c" + std::to_string(c), {}, {}};
            if (c > 0) {
                part.prefixes = {{*Ip6::parse("10." + std::to_string(c) + ".0.0"), 96 + 16}};
            }
            view_.classes.push_back(std::make_shared<const DnsClientClass>(part));
        }
        for (std::uint16_t s = 0; s < kSites; ++s) {
            view_.sites.push_back(site(s));
        }
        for (std::uint16_t k = 0; k < 5; ++k) {
            view_.services.push_back(service(k));
        }
    }
    [[nodiscard]] std::shared_ptr<const DnsView> view() const {
        return std::make_shared<const DnsView>(view_);
    }

    /// What a second may bring, most of it little.
    void change() {
        ++view_.stamp.generation;
        view_.stamp.made_unix_ms += draw(3) * 500; // now and then twice in a second
        switch (draw(8)) {
        case 0: { // of a site: load, health
            const auto s = static_cast<std::uint16_t>(draw(kSites));
            DnsSite next = *view_.sites[s];
            next.compute.score = static_cast<std::uint8_t>(draw(10));
            next.is_up = draw(3) > 0;
            view_.sites[s] = std::make_shared<const DnsSite>(next);
            break;
        }
        case 1: { // another address
            const auto s = static_cast<std::uint16_t>(draw(kSites));
            DnsSite next = *view_.sites[s];
            next.addresses = {*Ip6::parse("198.51.100." + std::to_string(draw(200)))};
            view_.sites[s] = std::make_shared<const DnsSite>(next);
            break;
        }
        case 2: // one more, or one less
            if (draw(2) == 0 && view_.services.size() > 2) {
                view_.services.pop_back();
            } else {
                view_.services.push_back(service(static_cast<std::uint16_t>(view_.services.size())));
            }
            break;
        case 3: // told anew as a whole: equal, but no more the same
            for (auto& each : view_.services) {
                each = std::make_shared<const DnsService>(*each);
            }
            break;
        default: {
            const auto k = static_cast<std::uint16_t>(draw(view_.services.size()));
            view_.services[k] = service(k);
        }
        }
    }

    std::size_t draw(std::size_t below) { return random_() % below; }

private:
    static std::shared_ptr<const DnsSite> site(std::uint16_t s) {
        DnsSite out;
        out.id = {static_cast<std::uint16_t>(s + 1)};
        out.name = "s" + std::to_string(s);
        out.region = "r";
        out.addresses = {*Ip6::parse("192.0.2." + std::to_string(10 + s)), *Ip6::parse("2001:db8::1")};
        out.is_up = true;
        return std::make_shared<const DnsSite>(out);
    }
    std::shared_ptr<const DnsService> service(std::uint16_t k) {
        DnsService out;
        out.id = {static_cast<std::uint16_t>(k + 1)};
        out.name = "n" + std::to_string(k);
        out.port = 443;
        if (draw(6) > 0) {
            out.addresses = {*Ip6::parse("203.0.113.1")}; // without any it loses no type: sites have both
        }
        for (std::uint16_t s = 0; s < kSites; ++s) {
            out.instances.push_back({{static_cast<std::uint16_t>(s + 1)}, {}});
        }
        for (std::size_t c = 0; c < kClasses; ++c) {
            DnsAnswer answer{static_cast<SteeringMode>(draw(3)), static_cast<DnsBasis>(draw(3)), {}};
            if (answer.basis == DnsBasis::kApplied) {
                const auto first = static_cast<std::uint16_t>(draw(kSites));
                answer.ranks = {
                    {{static_cast<std::uint16_t>(first + 1)}, 600'000, Microseconds{1000}},
                    {{static_cast<std::uint16_t>((first + 1) % kSites + 1)}, 400'000, std::nullopt}};
            }
            out.answers.push_back(std::move(answer));
        }
        return std::make_shared<const DnsService>(std::move(out));
    }

    DnsView view_;
    std::minstd_rand random_{7};
};

struct Kind {
    bool is_signed;
    bool is_transferred;
    Denial denial = Denial::kNsec;
};

class FollowingZone : public ::testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("suanlu-follow-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "c.zone") << kFile;
        std::ofstream(folder_ / "d.zone") << kOther;
        std::ofstream(folder_ / "key") << kKey;
        DnsZoneConfig zone;
        zone.name = *DomainName::parse("c.example");
        zone.file = folder_ / "c.zone";
        zone.is_followed = true;
        zone.key = GetParam().is_signed ? (folder_ / "key").string() : "";
        zone.denial = GetParam().denial;
        if (GetParam().is_transferred) {
            zone.transfer.emplace();
        }
        DnsZoneConfig other;
        other.name = *DomainName::parse("d.example");
        other.file = folder_ / "d.zone";
        config_.zones = {zone, other};
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    static dns::Bytes answer(const Snapshot& snapshot, const Asked& asked, const char* source) {
        RespondCounters counters;
        dns::Bytes out(kMostTcpBytes);
        const Asker asker{*Ip6::parse(source), DnsTransport::kTcp};
        const std::size_t size = respond(snapshot, query_of(asked), asker, out, counters);
        out.resize(size == kHandedOver ? 0 : size);
        return out;
    }

    static void expect_same(const Snapshot& followed, const Snapshot& made, std::size_t turn) {
        for (const auto& owner : made.owners()) {
            WireReader reader(owner->name());
            const std::string name = DomainName::read_plain(reader)->text();
            for (const std::string& asked : {name, "x." + name}) {
                for (const std::uint16_t type : {1, 2, 6, 16, 28, 47, 64, 65, 255, 65280}) {
                    for (const char* source : {"192.0.2.200", "10.1.0.1", "10.2.0.1"}) {
                        for (const bool is_dnssec_ok : {false, true}) {
                            const Asked query{
                                .name = asked, .type = type, .has_edns = true, .is_dnssec_ok = is_dnssec_ok};
                            ASSERT_EQ(answer(followed, query, source), answer(made, query, source))
                                << turn << ": " << asked << " " << type << " of " << source;
                        }
                    }
                }
            }
        }
    }

    using Records = std::vector<std::pair<std::string, dns::Bytes>>;
    static void add(const Record& record, Records& out) {
        out.emplace_back(record.owner.text() + " " + type_text(record.type) + " " +
                             std::to_string(record.ttl),
                         record.rdata);
    }
    static Records records_of(const ZoneVersion& version) {
        Records out;
        for (const VersionPart& part : version.parts) {
            for (const Record& record : *part) {
                add(record, out);
            }
        }
        std::sort(out.begin(), out.end());
        add(version.soa, out);
        return out;
    }
    /// What a secondary has that held `before` and got the difference.
    static Records applied(const ZoneVersion& before, const ZoneDifference& difference) {
        Records held = records_of(before);
        held.pop_back();
        Records removed;
        for (const Record& record : difference.removed) {
            add(record, removed);
        }
        std::sort(removed.begin(), removed.end());
        Records out;
        std::set_difference(held.begin(), held.end(), removed.begin(), removed.end(),
                            std::back_inserter(out));
        EXPECT_EQ(out.size() + removed.size(), held.size()) << "only what is there is removed";
        for (const Record& record : difference.added) {
            add(record, out);
        }
        std::sort(out.begin(), out.end());
        add(difference.to, out);
        return out;
    }

    std::filesystem::path folder_;
    DnsConfig config_;
};

TEST_P(FollowingZone, AnswersAndTransfers_AsIfItWereMadeWhole) {
    Views views;
    ZoneLoader following;
    ZoneLoader whole; // it hears the same, and then makes all anew
    ASSERT_TRUE(following.load(config_, kNow));
    ASSERT_TRUE(whole.load(config_, kNow));
    std::shared_ptr<const ZoneHistory> before;
    for (std::size_t turn = 0; turn < 60; ++turn, views.change()) {
        const auto view =
            turn % 13 == 12 ? std::make_shared<const DnsView>(ended(*views.view())) : views.view();
        const auto followed = following.follow(config_, kNow, view);
        ASSERT_TRUE(followed) << followed.error().detail;
        ASSERT_TRUE(whole.follow(config_, kNow, view));
        ASSERT_NO_FATAL_FAILURE(expect_same(**followed, **whole.renew(config_, kNow), turn));
        if (GetParam().is_transferred) {
            const auto history = following.histories().at(config_.zones[0].name);
            ASSERT_EQ(records_of(*history->newest),
                      records_of(*whole.histories().at(config_.zones[0].name)->newest));
            if (before && before->newest->serial() != history->newest->serial()) {
                ASSERT_EQ(applied(*before->newest, *history->differences.back()),
                          records_of(*history->newest));
            }
            before = history;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FollowingZone,
                         ::testing::Values(Kind{false, false}, Kind{false, true}, Kind{true, false},
                                           Kind{true, true}, Kind{true, true, Denial::kNsec3}),
                         [](const auto& kind) {
                             return std::string(kind.param.is_signed ? "Signed" : "Unsigned") +
                                    (kind.param.is_transferred ? "Transferred" : "Alone") +
                                    (kind.param.denial == Denial::kNsec3 ? "Hashed" : "");
                         });

class FollowingCost : public FollowingZone {};

TEST_P(FollowingCost, AViewMakesNothingNew_ButWhatItChanged) {
    Views views;
    ZoneLoader loader;
    loader.follow(views.view());
    const auto first = loader.load(config_, kNow);
    ASSERT_TRUE(first);
    DnsView next = *views.view();
    auto service = std::make_shared<DnsService>(*next.services[0]);
    service->port = 444;
    next.services[0] = service;
    ++next.stamp.generation;
    next.stamp.made_unix_ms += 1000;
    const auto second = loader.follow(config_, kNow, std::make_shared<const DnsView>(next));
    ASSERT_TRUE(second);
    std::size_t made = 0;
    for (std::size_t i = 0; i < (*second)->owners().size(); ++i) {
        made += (*second)->owners()[i] != (*first)->owners()[i] ? 1 : 0;
    }
    EXPECT_EQ(made, 7U)
        << "the apex, two names of the service, two aliases, and the wildcard with what it is below";
    EXPECT_LT(loader.signatures_made(), 10U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, FollowingCost, ::testing::Values(Kind{true, true}));

} // namespace
