// SPDX-License-Identifier: Apache-2.0
// Records between ldns and octets. Edge of ldns inside dns/zone.
#pragma once

#include "dns/record/rrset.hpp"
#include "dns/zone/ldns.hpp"

namespace suanlu::dns {

/// Uncompressed octets of `rr`. Values that ldns lets pass although the RFC forbids them (SVCB keys twice,
/// key 65535) are refused here.
Result<Record> record_of(const ldns_rr& rr);

/// kBadInput: "<context>: <ldns's words>".
Error ldns_error(ldns_status status, std::string_view context);

} // namespace suanlu::dns
