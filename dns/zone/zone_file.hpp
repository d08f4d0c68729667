// SPDX-License-Identifier: Apache-2.0
// Master files (RFC 1035 section 5) by ldns: $ORIGIN, $TTL and parentheses; $INCLUDE is refused. Reads at
// start-up and on reload; errors as file:line. Nothing is kept of a file that fails.
#pragma once

#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// kBadInput with file:line, kNotFound, kUnsupported for records that a signer makes.
Result<ZoneContents> read_zone_text(std::string text, const std::string& name, const DomainName& apex);
Result<ZoneContents> read_zone_file(const std::string& path, const DomainName& apex);

} // namespace suanlu::dns
