// SPDX-License-Identifier: Apache-2.0
// A DnsView as a YAML file (docs/reference/dns-view.yaml): what a server without a controller serves, and
// what tests write. Strict; errors as file:line with the field's path.
#pragma once

#include "core/model/dns_view.hpp"
#include "core/support/result.hpp"

namespace suanlu::dns {

Result<DnsView> read_view_file(const std::string& path);
/// `name` stands for the file in errors.
Result<DnsView> read_view_text(const std::string& text, const std::string& name);

} // namespace suanlu::dns
