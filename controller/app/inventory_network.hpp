// SPDX-License-Identifier: Apache-2.0
// The part of the inventory file that is about the network: SRv6 domain, routers and links. For
// inventory_file.cpp only. Complaints go to the YAML walk, with file:line. Used at start-up, before any
// strand runs.
#pragma once

#include <set>
#include <string>

#include "controller/decision/inventory.hpp"
#include "core/support/yaml_walk.hpp"

namespace suanlu::inventory_yaml {

inline constexpr std::uint64_t kLeastMtu = 1280; // RFC 8200 section 5
inline constexpr std::uint64_t kMostMtu = 65535;

/// What must be unique in one file; `claim` complains at the second use.
class UniqueValues {
public:
    void claim(YamlNode& at, const std::string& kind, const std::string& value) {
        if (!value.empty() && !seen_.insert(kind + '\n' + value).second) {
            at.complain(kind + " '" + value + "' is already used");
        }
    }

private:
    std::set<std::string> seen_;
};

std::string read_name(YamlNode node, UniqueValues& unique, const std::string& kind);
void read_domain(YamlNode srv6, Inventory& out);
void read_router(YamlNode node, UniqueValues& unique, Inventory& out);
/// After the routers, whose names it uses.
void read_link(YamlNode node, UniqueValues& unique, Inventory& out);

} // namespace suanlu::inventory_yaml
