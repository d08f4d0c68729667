// SPDX-License-Identifier: Apache-2.0
// The parts of a DnsView <-> protobuf, for dns_codec.cpp. Stateless, any thread; a refusal names the field.
#pragma once

#include <string>
#include <string_view>

#include "core/model/dns_view.hpp"
#include "core/support/result.hpp"

namespace suanlu::v1 {
class DnsClientClass;
class DnsService;
class DnsSite;
} // namespace suanlu::v1

namespace suanlu {

/// Lower-case labels, each with a dot behind it.
Status check_zone(std::string_view field, const std::string& text);

void encode(const DnsClientClass& from, v1::DnsClientClass& to);
void encode(const DnsSite& from, v1::DnsSite& to);
void encode(const DnsService& from, v1::DnsService& to);

Result<DnsClientClass> decode(const std::string& at, const v1::DnsClientClass& from);
Result<DnsSite> decode(const std::string& at, const v1::DnsSite& from);
/// Its sites are sites of `view`, and it has an answer for every class there.
Result<DnsService> decode(const std::string& at, const DnsView& view, const v1::DnsService& from);

} // namespace suanlu
