// SPDX-License-Identifier: Apache-2.0
// One record in master-file form, by ldns: what dig prints, what people write. Pure.
#pragma once

#include "dns/record/rrset.hpp"

namespace suanlu::dns {

/// "name [ttl] [class] type rdata". kBadInput says what ldns says of it; kRefused for a class other than IN.
Result<Record> parse_record(const std::string& line);

} // namespace suanlu::dns
