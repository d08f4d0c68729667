// SPDX-License-Identifier: Apache-2.0
// The part of the inventory file that is about the computing DNS: zone, client classes, what sites and
// services say of themselves in records. For inventory_file.cpp only. Complaints go to the YAML walk, with
// file:line. Used at start-up, before any strand runs.
#pragma once

#include "controller/decision/inventory.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu::inventory_yaml {

/// After routers, sites and services, whose names it uses; sets `out.dns`.
void read_dns(YamlNode dns, Inventory& out);

} // namespace suanlu::inventory_yaml
