// SPDX-License-Identifier: Apache-2.0
#include "dns/app/zone_loader.hpp"

#include "dns/zone/answer_builder.hpp"
#include "dns/zone/view_file.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

Status ZoneLoader::sign(const DnsZoneConfig& wanted, ZoneContents& contents, std::uint32_t unix_now) {
    auto signer = signers_.find(wanted.key);
    if (signer == signers_.end()) {
        SL_TRY(Signer opened, Signer::open(wanted.key, wanted.name));
        signer = signers_.emplace(wanted.key, std::move(opened)).first;
    }
    SL_TRY_VOID(signer->second.sign(contents, {.now = unix_now}));
    signatures_made_ += signer->second.made();
    return {};
}

std::vector<std::string> ZoneLoader::delegation_signers() const {
    std::vector<std::string> out;
    for (const auto& [file, signer] : signers_) {
        out.push_back(signer.ds_text());
    }
    return out;
}

Result<std::shared_ptr<const Snapshot>> ZoneLoader::load(const DnsConfig& config, std::uint32_t unix_now) {
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> zones;
    auto classes = std::make_shared<const ClientClasses>();
    signatures_made_ = 0;
    for (const DnsZoneConfig& wanted : config.zones) {
        SL_TRY(ZoneContents contents, read_zone_file(wanted.file, wanted.name));
        if (!wanted.view.empty()) {
            SL_TRY(const DnsView view, read_view_file(wanted.view));
            SL_TRY_VOID(computed_[wanted.name].add_to(contents, view).map_error([&](Error e) {
                return std::move(e).with(wanted.view);
            }));
            classes = std::make_shared<const ClientClasses>(classes_of(view));
        }
        if (!wanted.key.empty()) {
            SL_TRY_VOID(sign(wanted, contents, unix_now));
        }
        BuiltZone built = build_answers(contents, static_cast<std::uint16_t>(zones.size()));
        owners.insert(owners.end(), built.owners.begin(), built.owners.end());
        zones.push_back(std::move(built.denials));
    }
    return std::make_shared<const Snapshot>(std::move(owners), std::move(zones), std::move(classes),
                                            config.nsid);
}

} // namespace suanlu::dns
