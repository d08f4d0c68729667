// SPDX-License-Identifier: Apache-2.0
// The journal of a zone as a file: octets and back. A head, then frames: the zone at some serial, then
// differences, each from where the one before leads; those behind the zone's serial were added later. Every
// frame has its length and a checksum, so that of a file whose end is torn or damaged what stands before it
// is good. Integers in network order, names uncompressed. Pure.
//
//   "suanlu-zone-journal 1\n"
//   frame: kind u8 ('Z' zone, 'D' difference), length u32, checksum u64 of the payload, payload
//   'Z': SOA, all other records          'D': SOA before, records removed, SOA after, records added
//   record: owner, type u16, TTL u32, length u16, rdata
#pragma once

#include "dns/xfr/zone_version.hpp"

namespace suanlu::dns {

/// A whole file.
Bytes write_history(const ZoneHistory& history);
/// What is added to a file that leads to where `step` begins.
Bytes write_step(const ZoneDifference& step);

struct ReadHistory {
    std::shared_ptr<const ZoneHistory> history;
    /// What could not be used behind it, if there is something: "offset 17: ...".
    std::optional<Error> rest;
};

/// Of the zone `apex`, with the newest differences that `most_bytes` hold. kBadInput with the offset where
/// not even the zone can be read. A file that is larger than what is written here is refused by who reads it.
Result<ReadHistory> read_history(ByteView file, const DomainName& apex, std::size_t most_bytes);

} // namespace suanlu::dns
