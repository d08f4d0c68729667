// SPDX-License-Identifier: Apache-2.0
// Hashed owner names of NSEC3 (RFC 5155 section 5) with the one set of parameters that RFC 9276 section 3.1
// leaves: SHA-1 once, no salt. SHA-1 stands here (FIPS 180-4 section 6.1) because OpenSSL's allocates, and a
// denial costs a hash on the query path; it protects nothing but the list of names. Pure.
#pragma once

#include <array>

#include "dns/record/wire.hpp"

namespace suanlu::dns {

inline constexpr std::size_t kNameHashBytes = 20;
using NameHash = std::array<std::uint8_t, kNameHashBytes>;
/// Length octet and base32hex (RFC 4648 section 7) in lower case: sorts as the hash does.
using HashedLabel = std::array<std::uint8_t, 1 + kNameHashBytes * 8 / 5>;

/// Of a name in wire form, lower case, at most 255 octets.
NameHash hash_of_name(ByteView name);
HashedLabel label_of(const NameHash& hash);

} // namespace suanlu::dns
