// SPDX-License-Identifier: Apache-2.0
// Records in master-file form (RFC 1035 section 5.1), as dig prints them. Octets may come from anywhere: what
// is not of its type's form, and all types without a form here, is shown as RFC 3597 section 5 says. Pure.
#pragma once

#include "dns/record/rrset.hpp"

namespace suanlu::dns {

std::string rdata_text(std::uint16_t type, ByteView rdata);
/// "owner ttl IN type rdata".
std::string record_line(const Record& record);

} // namespace suanlu::dns
