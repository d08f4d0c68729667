// SPDX-License-Identifier: Apache-2.0
#include "dns/server/zone_loader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "dns/xfr/catalog_zone.hpp"
#include "dns/zone/answer_builder.hpp"
#include "dns/zone/view_file.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

Result<Signer*> ZoneLoader::signer_of(const DnsZoneConfig& wanted, const KeyList& keys) {
    const auto before = signers_.find(wanted.name);
    if (before != signers_.end() && before->second.keys() == keys) {
        return &before->second;
    }
    SL_TRY(Signer opened, Signer::open(keys, wanted.name, wanted.denial));
    if (before != signers_.end()) {
        opened.keep_signatures_of(before->second);
    }
    return &signers_.insert_or_assign(wanted.name, std::move(opened)).first->second;
}

Status ZoneLoader::sign(const DnsZoneConfig& wanted, const KeyList& keys,
                        const std::vector<ZoneContents*>& forms, std::uint32_t unix_now) {
    if (!keys.is_empty()) {
        SL_TRY(Signer* const signer, signer_of(wanted, keys));
        SL_TRY_VOID(signer->sign(forms, {.now = unix_now}));
        signatures_made_ += signer->made();
    }
    return {};
}

Status ZoneLoader::sign_and_publish(const DnsZoneConfig& wanted, const KeyList& keys, ZoneContents& zone,
                                    std::uint32_t unix_now) {
    if (!wanted.transfer) {
        return sign(wanted, keys, {&zone}, unix_now);
    }
    std::shared_ptr<const ZoneHistory>& history = histories_[wanted.name];
    // After a restart the signatures are new while a file's serial is not.
    if (!history && !keys.is_empty() && wanted.view.empty() && !wanted.is_followed &&
        is_later_serial(unix_now, serial_of(zone))) {
        set_serial(zone, unix_now);
    }
    ZoneContents canonical = canonical_zone(zone);
    SL_TRY_VOID(sign(wanted, keys, {&zone, &canonical}, unix_now));
    ZoneVersion version = version_of(canonical);
    const std::uint32_t serial = serial_after(history.get(), version);
    if (serial != version.serial()) {
        set_serial(zone, serial);
        set_serial(canonical, serial);
        SL_TRY_VOID(sign(wanted, keys, {&zone, &canonical}, unix_now));
        version = version_of(canonical);
    }
    if (!history || serial != history->newest->serial()) {
        history = extend(history.get(), std::move(version), wanted.transfer->journal_bytes);
    }
    return {};
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
    SL_TRY(const ZoneContents zone, catalog_zone(config.catalog->name, members, unix_now));
    histories_[config.catalog->name] =
        extend(nullptr, version_of(zone), config.catalog->transfer.journal_bytes);
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

Result<std::string> read_whole(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        return Error{Errc::kNotFound, "cannot read " + path};
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<KeyList> read_keys(const DnsZoneConfig& zone) {
    if (!zone.keys.empty()) {
        return KeyList::read(zone.keys);
    }
    return zone.key.empty() ? KeyList() : KeyList::of_one(zone.key);
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
        SL_TRY(const std::string text, read_whole(config.cookies.secrets));
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
        out.zones.push_back({std::move(contents), nullptr, std::move(keys)});
        if (!wanted.view.empty()) {
            SL_TRY(DnsView view, read_view_file(wanted.view));
            out.zones.back().view = std::make_shared<const DnsView>(std::move(view));
        }
    }
    return out;
}

Result<ZoneContents> ZoneLoader::compute(const DnsZoneConfig& wanted, const Source& source,
                                         const DnsView* view, std::uint32_t unix_now) {
    ZoneContents zone = source.contents;
    if (view != nullptr) {
        const std::string origin = wanted.is_followed ? "the controller's view" : wanted.view;
        SL_TRY_VOID(computed_[wanted.name].add_to(zone, *view).map_error([&](Error e) {
            return std::move(e).with(origin);
        }));
    }
    SL_TRY_VOID(sign_and_publish(wanted, source.keys, zone, unix_now));
    return zone;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::build(const DnsConfig& config, const Sources& sources,
                                                          std::uint32_t unix_now) {
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> zones;
    auto classes = std::make_shared<const ClientClasses>();
    signatures_made_ = 0;
    for (const Source& source : sources.zones) {
        const DnsZoneConfig& wanted = config.zones[zones.size()];
        const auto number = static_cast<std::uint16_t>(zones.size());
        const DnsView* view = wanted.is_followed && followed_ ? followed_.get() : source.view.get();
        BuiltZone built = not_ready_answers(source.contents, number);
        if (!wanted.is_followed || view != nullptr) {
            SL_TRY(const ZoneContents zone, compute(wanted, source, view, unix_now));
            built = build_answers(zone, number);
        } else if (!source.keys.is_empty()) {
            SL_TRY_VOID(
                signer_of(wanted, source.keys)); // a wrong key is found at the start, not with the first view
        }
        if (view != nullptr) {
            classes = std::make_shared<const ClientClasses>(classes_of(*view));
        }
        owners.insert(owners.end(), built.owners.begin(), built.owners.end());
        zones.push_back(std::move(built.denials));
    }
    SL_TRY_VOID(publish_catalog(config, unix_now));
    return std::make_shared<const Snapshot>(std::move(owners), std::move(zones), std::move(classes),
                                            sources.options, transfer_service(config));
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::load(const DnsConfig& config, std::uint32_t unix_now) {
    SL_TRY(Sources sources, read(config));
    SL_TRY(auto snapshot, build(config, sources, unix_now));
    sources_ = std::move(sources);
    return snapshot;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::renew(const DnsConfig& config, std::uint32_t unix_now) {
    return build(config, sources_, unix_now);
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::follow(const DnsConfig& config, std::uint32_t unix_now,
                                                           std::shared_ptr<const DnsView> view) {
    auto before = std::exchange(followed_, std::move(view));
    auto snapshot = build(config, sources_, unix_now);
    if (!snapshot) {
        followed_ = std::move(before);
    }
    return snapshot;
}

} // namespace suanlu::dns
