// SPDX-License-Identifier: Apache-2.0
#include "dns/app/zone_loader.hpp"

#include "dns/zone/answer_builder.hpp"
#include "dns/zone/zone_file.hpp"

namespace suanlu::dns {

Result<std::shared_ptr<const Snapshot>> ZoneLoader::load(const DnsConfig& config) {
    std::vector<Snapshot::Owner> owners;
    std::vector<std::shared_ptr<const ZoneDenials>> zones;
    for (const DnsZoneConfig& wanted : config.zones) {
        SL_TRY(const ZoneContents contents, read_zone_file(wanted.file, wanted.name));
        BuiltZone built = build_answers(contents, static_cast<std::uint16_t>(zones.size()));
        owners.insert(owners.end(), built.owners.begin(), built.owners.end());
        zones.push_back(std::move(built.denials));
    }
    return std::make_shared<const Snapshot>(std::move(owners), std::move(zones),
                                            std::make_shared<const ClientClasses>(), config.nsid);
}

} // namespace suanlu::dns
