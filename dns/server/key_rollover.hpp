// SPDX-License-Identifier: Apache-2.0
// `suanlu-dns keys`: makes the keys of a zone, rolls them over step by step, and says where each stands.
// Works on the zone's list of keys and on nothing that runs: suanlu-dns reads the list on SIGHUP. A step that
// fails leaves the list as it was.
#pragma once

#include "dns/server/dns_config.hpp"
#include "dns/zone/key_list.hpp"

namespace suanlu::dns {

class KeyRollover {
public:
    /// `zone`: one of the configuration, with `keys`.
    static Result<KeyRollover> open(const DnsConfig& config, const std::string& zone);

    /// The first keys, active at once; a csk, or ksk and zsk (`is_split`). kConflict where there are some.
    Result<std::string> create(KeyAlgorithm algorithm, bool is_split, std::uint32_t unix_now);
    /// A new key of the algorithm of the others, announced.
    Result<std::string> begin(KeyRole role, std::uint32_t unix_now);
    Result<std::string> step(KeyRole role, const RolloverStep& step, std::uint32_t unix_now);
    /// New keys of another algorithm for all roles, which join.
    Result<std::string> begin_algorithm(KeyAlgorithm algorithm, std::uint32_t unix_now);
    Result<std::string> step_algorithm(const RolloverStep& step, std::uint32_t unix_now);
    /// A table, then the DS records that belong above.
    [[nodiscard]] Result<std::string> status(std::uint32_t unix_now) const;

private:
    KeyRollover(DnsZoneConfig zone, KeyList list) : zone_(std::move(zone)), list_(std::move(list)) {}
    [[nodiscard]] Status save() const;
    [[nodiscard]] Result<RolloverWaits> waits() const;

    DnsZoneConfig zone_;
    KeyList list_;
};

} // namespace suanlu::dns
