// SPDX-License-Identifier: Apache-2.0
// The key-value list of SVCB and HTTPS rdata (RFC 9460 section 2.2): keys in strictly ascending order, so
// each at most once. Values are octets; who knows a key reads them. The same list ends a CMP record. Pure.
#pragma once

#include "dns/record/wire.hpp"

namespace suanlu::dns {

namespace svc_key {
inline constexpr std::uint16_t kMandatory = 0;
inline constexpr std::uint16_t kAlpn = 1;
inline constexpr std::uint16_t kNoDefaultAlpn = 2;
inline constexpr std::uint16_t kPort = 3;
inline constexpr std::uint16_t kIpv4Hint = 4;
inline constexpr std::uint16_t kEch = 5;
inline constexpr std::uint16_t kIpv6Hint = 6;
/// "Invalid key" of the registry.
inline constexpr std::uint16_t kInvalid = 65535;
} // namespace svc_key

struct SvcParam {
    std::uint16_t key = 0;
    Bytes value;

    bool operator==(const SvcParam&) const = default;
};

using SvcParams = std::vector<SvcParam>;

/// Reads to the end of the reader. kBadInput with the offset: out of order, doubled, cut short, key 65535.
Result<SvcParams> read_params(WireReader& reader);
/// `params` must be in ascending order.
void write_params(Bytes& out, const SvcParams& params);
/// Keeps the order; replaces a value that is there.
void set_param(SvcParams& params, SvcParam param);
const SvcParam* find_param(const SvcParams& params, std::uint16_t key);

} // namespace suanlu::dns
