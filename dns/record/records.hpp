// SPDX-License-Identifier: Apache-2.0
// The three records that carry compute keys: SVCB and HTTPS (RFC 9460), CMP (TYPE65280) and the TXT mirror
// (RFC 6763 section 6), rdata both ways. Readers take one rdata in uncompressed form, as caches and RFC 3597
// hand it on, and refuse what the RFC tells receivers to refuse. Pure values.
#pragma once

#include "dns/record/compute_keys.hpp"
#include "dns/record/domain_name.hpp"

namespace suanlu::dns {

/// SVCB and HTTPS. Priority 0 is AliasMode, whose parameters nobody reads (RFC 9460 section 2.4.2).
struct SvcbRecord {
    std::uint16_t priority = 1;
    DomainName target;
    SvcParams params;

    bool operator==(const SvcbRecord&) const = default;
};

Result<SvcbRecord> read_svcb(ByteView rdata);
Bytes write_svcb(const SvcbRecord& record);

/// What a site says of itself. `params` holds compute keys and keys to come, in SvcParam form.
struct CmpRecord {
    static constexpr std::uint8_t kVersion = 1;
    static constexpr std::uint8_t kDraining = 1;

    /// Bits: kDraining = takes no new flows, draining or down. Others are sent as 0 and ignored.
    std::uint8_t flags = 0;
    std::uint32_t site_id = 0;
    std::uint32_t generation = 0;
    SvcParams params;

    bool operator==(const CmpRecord&) const = default;
};

/// kUnsupported for another version: its layout is unknown.
Result<CmpRecord> read_cmp(ByteView rdata);
Bytes write_cmp(const CmpRecord& record);

/// The TXT mirror for clients that read nothing newer: "txtvers=1", the keys of
/// draft-liu-cats-dns-service-discovery-01 as far as they follow from the compute keys (load, lat, accel,
/// cost), then the compute keys as text.
Bytes write_txt(const ComputeKeys& keys);
/// Character strings of any TXT rdata. kBadInput when a length leads beyond the end or there is none.
Result<std::vector<std::string>> read_txt(ByteView rdata);
/// The compute keys among them; strings of others are passed over.
Result<ComputeKeys> compute_keys_of(const std::vector<std::string>& strings);

} // namespace suanlu::dns
