// SPDX-License-Identifier: Apache-2.0
#include "dns/app/zone_loader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "dns/zone/answer_builder.hpp"
#include "dns/zone/view_file.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

Status ZoneLoader::sign(const DnsZoneConfig& wanted, ZoneContents& contents, std::uint32_t unix_now) {
    const std::pair which(wanted.name, wanted.key);
    auto signer = signers_.find(which);
    if (signer == signers_.end()) {
        SL_TRY(Signer opened, Signer::open(wanted.key, wanted.name));
        signer = signers_.emplace(which, std::move(opened)).first;
    }
    SL_TRY_VOID(signer->second.sign(contents, {.now = unix_now}));
    signatures_made_ += signer->second.made();
    return {};
}

std::vector<std::string> ZoneLoader::delegation_signers() const {
    std::vector<std::string> out;
    for (const auto& [which, signer] : signers_) {
        out.push_back(signer.ds_text());
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
    options.rate_limiter = rate_limiter_;
    return options;
}

Result<ZoneLoader::Contents> ZoneLoader::read(const DnsConfig& config) {
    Contents out;
    SL_TRY(out.options, read_options(config));
    for (const DnsZoneConfig& wanted : config.zones) {
        SL_TRY(ZoneContents contents, read_zone_file(wanted.file, wanted.name));
        if (!wanted.view.empty()) {
            SL_TRY(const DnsView view, read_view_file(wanted.view));
            SL_TRY_VOID(computed_[wanted.name].add_to(contents, view).map_error([&](Error e) {
                return std::move(e).with(wanted.view);
            }));
            out.classes = std::make_shared<const ClientClasses>(classes_of(view));
        }
        out.zones.push_back(std::move(contents));
    }
    return out;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::build(const DnsConfig& config, const Contents& contents,
                                                          std::uint32_t unix_now) {
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> zones;
    signatures_made_ = 0;
    for (ZoneContents zone : contents.zones) { // a copy: signatures are this build's
        const DnsZoneConfig& wanted = config.zones[zones.size()];
        if (!wanted.key.empty()) {
            SL_TRY_VOID(sign(wanted, zone, unix_now));
        }
        BuiltZone built = build_answers(zone, static_cast<std::uint16_t>(zones.size()));
        owners.insert(owners.end(), built.owners.begin(), built.owners.end());
        zones.push_back(std::move(built.denials));
    }
    return std::make_shared<const Snapshot>(std::move(owners), std::move(zones), contents.classes,
                                            contents.options);
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::load(const DnsConfig& config, std::uint32_t unix_now) {
    SL_TRY(Contents contents, read(config));
    SL_TRY(auto snapshot, build(config, contents, unix_now));
    last_ = std::move(contents);
    return snapshot;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::renew(const DnsConfig& config, std::uint32_t unix_now) {
    return build(config, last_, unix_now);
}

} // namespace suanlu::dns
