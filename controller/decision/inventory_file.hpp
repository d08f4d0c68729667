// SPDX-License-Identifier: Apache-2.0
// Reads and cross-checks the inventory file. Strict: unknown or duplicate keys, wrong units, names nobody
// has, ids used twice, a SID outside its egress's locator, weights that do not sum to one: the first error
// comes back with file:line and nothing is kept. Used at start-up, before any strand runs.
#pragma once

#include <string>

#include "controller/decision/inventory.hpp"
#include "core/support/result.hpp"

namespace suanlu {

/// kNotFound when the file cannot be read, kBadInput with file:line otherwise.
Result<Inventory> load_inventory(const std::string& path);
/// The same from a text; `name` stands for the file in errors.
Result<Inventory> parse_inventory(const std::string& text, const std::string& name);

} // namespace suanlu
