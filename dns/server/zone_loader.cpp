// SPDX-License-Identifier: Apache-2.0
#include "dns/server/zone_loader.hpp"

#include <algorithm>
#include <random>

#include "core/support/whole_file.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/xfr/catalog_zone.hpp"
#include "dns/xfr/version_editor.hpp"
#include "dns/zone/view_file.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

Result<Signer*> ZoneLoader::signer_of(const DnsZoneConfig& wanted, const KeyList& keys,
                                      std::uint32_t unix_now) {
    const auto before = signers_.find(wanted.name);
    if (before != signers_.end() && before->second.keys() == keys) {
        return &before->second;
    }
    for (const ListedKey& key : keys.keys) {
        if (key.state == KeyState::kActive) {
            SL_TRY_VOID(check_key_times(keys.folder + "/" + key.file, unix_now));
        }
    }
    SL_TRY(Signer opened, Signer::open(keys, wanted.name, wanted.denial));
    if (before != signers_.end()) {
        opened.keep_signatures_of(before->second);
    }
    return &signers_.insert_or_assign(wanted.name, std::move(opened)).first->second;
}

Status ZoneLoader::sign(const Work& work, const std::vector<ZoneContents*>& forms) {
    return work.signer == nullptr ? Status{} : work.signer->sign(forms, {.now = work.unix_now});
}

SignClassSet ZoneLoader::class_signer(const Work& work) {
    if (work.signer == nullptr) {
        return {};
    }
    return [signer = work.signer, times = SignTimes{.now = work.unix_now}](
               const DomainName& owner, ClassRrset& set) { return signer->sign(owner, set, times); };
}

Status ZoneLoader::sign_and_publish(const Work& work, ZoneContents& zone) {
    const DnsZoneConfig& wanted = work.wanted;
    if (!wanted.transfer) {
        return sign(work, {&zone});
    }
    const ZoneHistory* history = history_of(work);
    // After a restart the signatures are new while a file's serial is not.
    if (history == nullptr && work.signer != nullptr && wanted.view.empty() && !wanted.is_followed &&
        is_later_serial(work.unix_now, serial_of(zone))) {
        set_serial(zone, work.unix_now);
    }
    ZoneContents canonical = canonical_zone(zone);
    SL_TRY_VOID(sign(work, {&zone, &canonical}));
    ZoneVersion version = version_of(canonical);
    history = joined_history(work, version);
    const std::uint32_t serial = serial_after(history, version, work.serial_bits());
    if (serial != version.serial()) {
        set_serial(zone, serial);
        set_serial(canonical, serial);
        SL_TRY_VOID(sign(work, {&zone, &canonical}));
        version = version_of(canonical);
    }
    publish_version(work, std::move(version));
    return {};
}

const ZoneHistory* ZoneLoader::history_of(const Work& work) {
    const DomainName& name = work.wanted.name;
    std::shared_ptr<const ZoneHistory>& history = histories_[name];
    if (!history && journals_ && work.wanted.transfer->journal_bytes > 0) {
        history = journals_->load(name, work.wanted.transfer->journal_bytes);
        if (history) {
            unjoined_.insert(name);
            if (work.signer != nullptr) {
                work.signer->keep_signatures_of(history->newest->soa, history->newest->parts);
            }
        }
    }
    return history.get();
}

const ZoneHistory* ZoneLoader::joined_history(const Work& work, const ZoneVersion& next) {
    const DomainName& name = work.wanted.name;
    std::shared_ptr<const ZoneHistory>& history = histories_.at(name);
    if (unjoined_.erase(name) == 0) {
        return history.get();
    }
    const std::uint32_t saved = history->newest->serial();
    // The saved view may be a few seconds older than the journal, and the serial is the view's on every
    // server; any other zone, and the same view, goes on from where secondaries are.
    const auto view_of = [&](std::uint32_t serial) { return serial / (2 * kEndedSerialBit); };
    if (!work.wanted.is_followed || !is_later_serial(saved, next.serial()) ||
        view_of(saved) == view_of(next.serial()) || is_same_but_signatures(*history->newest, next)) {
        journals_->count(JournalOutcome::kJoined);
        return history.get();
    }
    history = cut_back(*history, next.serial());
    const std::string why = "it leads to serial " + std::to_string(saved) + ", what is served has " +
                            std::to_string(next.serial());
    journals_->complain(history ? JournalOutcome::kCutBack : JournalOutcome::kDropped, name, why);
    return history.get();
}

void ZoneLoader::publish_version(const Work& work, ZoneVersion version) {
    std::shared_ptr<const ZoneHistory>& history = histories_[work.wanted.name];
    if (!history || version.serial() != history->newest->serial()) {
        history = extend(history.get(), std::move(version), work.wanted.transfer->journal_bytes);
        if (journals_ && work.wanted.transfer->journal_bytes > 0) {
            journals_->save(work.wanted.name, history);
        }
    }
}

namespace {

ZoneContents part_of(const ZoneContents& zone, const std::vector<DomainName>& owners) {
    ZoneContents part{zone.apex, {}};
    for (const DomainName& owner : owners) {
        part.owners.insert(*zone.owners.find(owner));
    }
    return part;
}

} // namespace

Result<bool> ZoneLoader::publish_changes(const Work& work, ZoneContents& zone,
                                         std::vector<DomainName>& changed) {
    const SignTimes times{.now = work.unix_now};
    const auto sign_changes = [&](ZoneContents& form) {
        return work.signer == nullptr ? Status{} : work.signer->sign(form, changed, times);
    };
    SL_TRY_VOID(sign_changes(zone));
    if (!work.wanted.transfer) {
        return true;
    }
    const ZoneHistory& history = *histories_.at(work.wanted.name);
    const auto next_version = [&]() -> Result<std::optional<ZoneVersion>> {
        ZoneContents part = canonical_zone(part_of(zone, changed));
        SL_TRY_VOID(sign_changes(part));
        return updated(*history.newest, part, changed);
    };
    SL_TRY(auto version, next_version());
    if (!version) {
        return false;
    }
    const std::uint32_t serial = serial_after(&history, *version, work.serial_bits());
    if (serial != version->serial()) {
        set_serial(zone, serial);
        if (std::find(changed.begin(), changed.end(), zone.apex) == changed.end()) {
            changed.push_back(zone.apex);
        }
        SL_TRY_VOID(sign_changes(zone));
        SL_TRY(version, next_version());
    }
    publish_version(work, *std::move(version));
    return true;
}

std::shared_ptr<const StreamAnswerer> ZoneLoader::transfer_service(const DnsConfig& config) const {
    std::map<DomainName, TransferZone> zones;
    for (const DnsZoneConfig& zone : config.zones) {
        if (zone.transfer) {
            const auto history = histories_.find(zone.name);
            zones[zone.name] = {zone.transfer->allow,
                                history == histories_.end() ? nullptr : history->second};
        }
    }
    if (config.catalog) {
        zones[config.catalog->name] = {config.catalog->transfer.allow, histories_.at(config.catalog->name),
                                       true};
    }
    return std::make_shared<const TransferService>(std::move(zones), config.keys, transfers_);
}

Status ZoneLoader::publish_catalog(const DnsConfig& config, std::uint32_t unix_now) {
    if (!config.catalog || histories_.contains(config.catalog->name)) {
        return {}; // members are those of the configuration, which is read once
    }
    std::vector<CatalogMember> members;
    for (const DnsZoneConfig& zone : config.zones) {
        if (zone.transfer) {
            members.push_back({zone.name, zone.group});
        }
    }
    // The serial is that of the start which brought other members.
    const DomainName& name = config.catalog->name;
    const std::size_t most_bytes = config.catalog->transfer.journal_bytes;
    const bool is_kept = journals_ && most_bytes > 0;
    auto saved = is_kept ? journals_->load(name, most_bytes) : nullptr;
    SL_TRY(ZoneContents zone, catalog_zone(name, members, unix_now));
    ZoneVersion version = version_of(zone);
    if (saved && is_same_but_serial(*saved->newest, version)) {
        histories_[name] = std::move(saved);
        return {};
    }
    set_serial(zone, serial_after(saved.get(), version));
    histories_[name] = extend(saved.get(), version_of(zone), most_bytes);
    if (is_kept) {
        journals_->save(name, histories_[name]);
    }
    return {};
}

std::vector<std::string> ZoneLoader::delegation_signers() const {
    std::vector<std::string> out;
    for (const auto& [zone, signer] : signers_) {
        const std::vector<std::string> texts = signer.ds_texts();
        out.insert(out.end(), texts.begin(), texts.end());
    }
    return out;
}

namespace {

constexpr std::uint32_t kPushPlaceTtl = 300;

Result<KeyList> read_keys(const DnsZoneConfig& zone) {
    if (!zone.keys.empty()) {
        return KeyList::read(zone.keys);
    }
    return zone.key.empty() ? KeyList() : KeyList::of_one(zone.key);
}

/// Where the zone's changes can be subscribed to; a file that says it says the same.
Status add_push_place(ZoneContents& zone, const PushPlace& place) {
    SL_TRY(const DomainName transport, zone.apex.child("_tcp"));
    SL_TRY(DomainName owner, transport.child("_dns-push-tls"));
    Bytes srv(4, 0); // priority, weight
    put_integer(srv, place.port);
    put_bytes(srv, place.name.wire());
    zone.add({std::move(owner), rr_type::kSrv, kPushPlaceTtl, std::move(srv)});
    return {};
}

SipKey random_key() {
    std::random_device source;
    SipKey key;
    std::generate(key.begin(), key.end(), [&] { return static_cast<std::uint8_t>(source()); });
    return key;
}

} // namespace

Result<ServerOptions> ZoneLoader::read_options(const DnsConfig& config) {
    ServerOptions options{.nsid = config.nsid, .chaos = chaos_names(config.chaos_id, config.chaos_version)};
    if (!config.cookies.secrets.empty()) {
        SL_TRY(const std::string text, read_whole_file(config.cookies.secrets));
        SL_TRY(options.cookies, CookieSecrets::parse(text, config.cookies.secrets));
        options.is_cookie_required = config.cookies.is_required;
    }
    if (config.rate_limits && !rate_limiter_) {
        rate_limiter_ = std::make_shared<RateLimiter>(*config.rate_limits, random_key());
    }
    options.fronts = config.fronts;
    options.rate_limiter = rate_limiter_;
    return options;
}

Result<ZoneLoader::Sources> ZoneLoader::read(const DnsConfig& config) {
    Sources out;
    SL_TRY(out.options, read_options(config));
    for (const DnsZoneConfig& wanted : config.zones) {
        SL_TRY(ZoneContents contents, read_zone_file(wanted.file, wanted.name));
        SL_TRY(KeyList keys, read_keys(wanted));
        if (config.tls.push && (wanted.is_followed || !wanted.view.empty())) {
            SL_TRY_VOID(add_push_place(contents, *config.tls.push));
        }
        out.zones.push_back({std::move(contents), nullptr, std::move(keys)});
        if (!wanted.view.empty()) {
            SL_TRY(DnsView view, read_view_file(wanted.view));
            out.zones.back().view = std::make_shared<const DnsView>(std::move(view));
        }
    }
    return out;
}

Result<ZoneContents> ZoneLoader::compute(const Work& work) {
    const DnsZoneConfig& wanted = work.wanted;
    ZoneContents zone = work.source.contents;
    if (work.view != nullptr) {
        const std::string origin = wanted.is_followed ? "the controller's view" : wanted.view;
        SL_TRY_VOID(computed_[wanted.name].add_to(zone, *work.view, work.serial()).map_error([&](Error e) {
            return std::move(e).with(origin);
        }));
    }
    SL_TRY_VOID(sign_and_publish(work, zone));
    return zone;
}

Result<ZoneLoader::Served> ZoneLoader::make_whole(const Work& work) {
    if (work.wanted.is_followed && work.view == nullptr) {
        return Served{{}, not_ready_answers(work.source.contents, work.number)};
    }
    SL_TRY(ZoneContents zone, compute(work));
    SL_TRY(BuiltZone built, build_answers(zone, work.number, class_signer(work)));
    if (work.signer != nullptr) {
        work.signer->forget_unused();
    }
    return Served{work.wanted.is_followed ? std::move(zone) : ZoneContents(), std::move(built)};
}

Result<std::optional<BuiltZone>> ZoneLoader::update(const Work& work, Served& served) {
    auto changed =
        computed_[work.wanted.name].update(served.contents, work.source.contents, *work.view, work.serial());
    if (!changed) {
        return std::optional<BuiltZone>();
    }
    SL_TRY(const bool is_published, publish_changes(work, served.contents, *changed));
    if (!is_published) {
        return std::optional<BuiltZone>();
    }
    SL_TRY(BuiltZone built,
           update_answers(served.built, served.contents, work.number, *changed, class_signer(work)));
    if (work.signer != nullptr) {
        work.signer->forget_unused(*changed);
    }
    return std::optional(std::move(built));
}

Result<BuiltZone> ZoneLoader::serve(const Work& work, Extent extent) {
    const auto served = served_.find(work.wanted.name);
    const bool goes_on = extent == Extent::kView && served != served_.end();
    if (goes_on && !work.wanted.is_followed) {
        return served->second.built;
    }
    if (goes_on && served->second.built.names != nullptr) {
        SL_TRY(auto built, update(work, served->second));
        if (built) {
            served->second.built = *std::move(built);
            return served->second.built;
        }
    }
    served_.erase(work.wanted.name);
    SL_TRY(Served next, make_whole(work));
    return served_.emplace(work.wanted.name, std::move(next)).first->second.built;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::build(const DnsConfig& config, const Sources& sources,
                                                          std::uint32_t unix_now, Extent extent) {
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> zones;
    auto classes = std::make_shared<const ClientClasses>();
    signatures_made_ = 0;
    for (const Source& source : sources.zones) {
        const DnsZoneConfig& wanted = config.zones[zones.size()];
        Work work{wanted, source, nullptr, static_cast<std::uint16_t>(zones.size()), unix_now, nullptr};
        work.view = wanted.is_followed && followed_ ? followed_.get() : source.view.get();
        if (!source.keys.is_empty()) {
            SL_TRY(work.signer,
                   signer_of(wanted, source.keys, unix_now)); // a wrong key is found at the start
        }
        const std::size_t made = work.signer == nullptr ? 0 : work.signer->made();
        auto built = serve(work, extent);
        signatures_made_ += work.signer == nullptr ? 0 : work.signer->made() - made;
        if (!built) {
            served_.clear(); // of which a part may be of other files, or half of another view
            return built.error();
        }
        if (work.view != nullptr) {
            classes = std::make_shared<const ClientClasses>(classes_of(*work.view));
        }
        owners.insert(owners.end(), built->owners.begin(), built->owners.end());
        zones.push_back(std::move(built->denials));
    }
    if (const Status published = publish_catalog(config, unix_now); !published) {
        served_.clear();
        return published.error();
    }
    return std::make_shared<const Snapshot>(std::move(owners), std::move(zones), std::move(classes),
                                            sources.options, transfer_service(config));
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::load(const DnsConfig& config, std::uint32_t unix_now) {
    SL_TRY(Sources sources, read(config));
    SL_TRY(auto snapshot, build(config, sources, unix_now, Extent::kAll));
    sources_ = std::move(sources);
    return snapshot;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::renew(const DnsConfig& config, std::uint32_t unix_now) {
    return build(config, sources_, unix_now, Extent::kAll);
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::follow(const DnsConfig& config, std::uint32_t unix_now,
                                                           std::shared_ptr<const DnsView> view) {
    auto before = std::exchange(followed_, std::move(view));
    auto snapshot = build(config, sources_, unix_now, Extent::kView);
    if (!snapshot) {
        followed_ = std::move(before);
    }
    return snapshot;
}

} // namespace suanlu::dns
