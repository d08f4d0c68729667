// SPDX-License-Identifier: Apache-2.0
// The keys of an inventory that say which packets are a service's and what it takes of them. Stateless;
// mistakes are complaints of the node they stand at.
#pragma once

#include <vector>

#include "core/model/service.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu {

/// Of one service; its port is read already.
ServiceTraffic read_traffic(YamlNode node, std::uint16_t port);
std::vector<TenantTag> read_tenants(YamlNode list);

} // namespace suanlu
