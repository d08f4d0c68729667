// SPDX-License-Identifier: Apache-2.0
// The parts of dns.yaml about secondaries: TSIG keys, who may transfer a zone, who is notified. Read at
// start-up; what is wrong becomes a complaint at its place.
#pragma once

#include "core/support/yaml_walk.hpp"
#include "dns/server/dns_config.hpp"

namespace suanlu::dns {

TsigKeys read_tsig_keys(YamlNode node);
/// Nothing when the zone is not transferred.
std::optional<TransferConfig> read_transfer(YamlNode node, const TsigKeys& keys);

} // namespace suanlu::dns
