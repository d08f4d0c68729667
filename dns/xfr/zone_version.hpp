// SPDX-License-Identifier: Apache-2.0
// What secondaries hold of a zone: its records at one serial, the differences between serials, and a bounded
// journal of them (RFC 1995). Immutable once made, so that transfers of any age go on reading. Pure.
#pragma once

#include <memory>
#include <optional>

#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// RFC 1982 section 3.2: `a` comes after `b`. Serials that are 2^31 apart have no order.
constexpr bool is_later_serial(std::uint32_t a, std::uint32_t b) {
    return a != b && a - b < 0x80000000U;
}

/// The zone as everybody may have it: what differs between clients is as the first class of clients has it,
/// or as the first class that has an answer.
ZoneContents canonical_zone(const ZoneContents& zone);

/// Records of one owner, in order; at least one.
using VersionPart = std::shared_ptr<const std::vector<Record>>;

struct ZoneVersion {
    Record soa;
    /// All others, RRSIGs among them, in the order of their owners; versions share what did not change.
    std::vector<VersionPart> parts;
    /// As a transfer sends them, uncompressed.
    std::size_t bytes = 0;

    [[nodiscard]] std::uint32_t serial() const { return serial_of(soa.rdata); }
};

/// `zone` has no sets that depend on the client.
ZoneVersion version_of(const ZoneContents& zone);
/// `before`, when of its owners only `changed` are others, with what `part` says of them now: a canonical
/// zone of these alone. Records of denial stay, for the names and types do; nothing where they do not.
std::optional<ZoneVersion> updated(const ZoneVersion& before, const ZoneContents& part,
                                   const std::vector<DomainName>& changed);
/// The same records, serials and what signs them apart.
bool is_same_but_serial(const ZoneVersion& a, const ZoneVersion& b);
/// The same records, serials and all signatures apart.
bool is_same_but_signatures(const ZoneVersion& a, const ZoneVersion& b);

struct ZoneDifference {
    Record from;
    std::vector<Record> removed;
    Record to;
    std::vector<Record> added;
    std::size_t bytes = 0;
};

ZoneDifference difference(const ZoneVersion& from, const ZoneVersion& to);
/// The order of records in a version and in a difference: by owner, type, TTL, rdata.
bool is_before(const Record& a, const Record& b);
/// As a transfer sends it, uncompressed.
std::size_t transfer_bytes(const Record& record);
std::size_t transfer_bytes(const ZoneDifference& step);

struct ZoneHistory {
    std::shared_ptr<const ZoneVersion> newest;
    /// Oldest first, each from where the one before leads; the last leads to `newest`.
    std::vector<std::shared_ptr<const ZoneDifference>> differences;

    /// The differences from `serial` on; null when there are none, or more of them than the zone is large.
    [[nodiscard]] const std::shared_ptr<const ZoneDifference>* since(std::uint32_t serial) const;
};

/// The serial under which `candidate` follows `history` (may be null): its own where that is later; the
/// newest one where nothing else differs; else the newest one's successor, for a change that kept its serial,
/// such as new signatures, would reach no secondary. Of serials whose bits say something the next one that
/// has `kept_bits` of the candidate's.
std::uint32_t serial_after(const ZoneHistory* history, const ZoneVersion& candidate,
                           std::uint32_t kept_bits = 0);

/// The last of `steps` that `most_bytes` hold, and no more of them than a journal keeps.
std::vector<std::shared_ptr<const ZoneDifference>>
newest_of(std::vector<std::shared_ptr<const ZoneDifference>> steps, std::size_t most_bytes);

/// `history` (may be null) with `next` on top. The journal keeps at most `most_bytes`, the newest ones.
std::shared_ptr<const ZoneHistory> extend(const ZoneHistory* history, ZoneVersion next,
                                          std::size_t most_bytes);

} // namespace suanlu::dns
