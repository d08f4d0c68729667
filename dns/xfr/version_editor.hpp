// SPDX-License-Identifier: Apache-2.0
// A version of a zone, taken along the differences of a journal, each of which must begin where the one
// before ended: what a journal on disk says is checked by that. Pure.
#pragma once

#include <map>

#include "dns/xfr/zone_version.hpp"

namespace suanlu::dns {

class VersionEditor {
public:
    /// A zone with nothing but its SOA.
    explicit VersionEditor(Record soa) { version_.soa = std::move(soa); }
    explicit VersionEditor(const ZoneVersion& version);

    /// kConflict for one that is there.
    Status add(const Record& record);
    /// kConflict where it is not one of this version; what is here is of no use then.
    Status apply(const ZoneDifference& step);
    /// From where `step` leads to where it came from.
    Status take_back(const ZoneDifference& step);
    [[nodiscard]] ZoneVersion version() const;

private:
    using Part = std::shared_ptr<std::vector<Record>>;
    Status remove(const Record& record);
    Status change(const Record& from, const std::vector<Record>& removed, const Record& to,
                  const std::vector<Record>& added);
    /// The records of the owner, not shared with the version that this one began as.
    std::vector<Record>& own_part(const DomainName& owner);

    /// Without its parts.
    ZoneVersion version_;
    std::map<DomainName, VersionPart> shared_;
    std::map<DomainName, Part> own_;
};

/// `history` as it was at `serial`; null when it was never there.
std::shared_ptr<const ZoneHistory> cut_back(const ZoneHistory& history, std::uint32_t serial);

} // namespace suanlu::dns
