// SPDX-License-Identifier: Apache-2.0
// Addresses of the names that records lead to, which go along in the additional section. Sets of many client
// classes name the same few sites: each is looked for and written once. Pure; one owner.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "dns/zone/run_writer.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// The names in rdata that additional records are about, of types that have such; never the root.
std::vector<DomainName> targets_of(const Rrset& set);

class TargetAddresses {
public:
    /// In answers to questions for `name`, which outlives it as the zone does.
    TargetAddresses(const ZoneContents& zone, const DomainName& name) : zone_(zone), name_(name) {}

    /// Adds the addresses of the targets of `set`, each once, as records that may be left out.
    void append(RunWriter& writer, const Rrset& set, bool is_dnssec);

private:
    struct Target {
        /// Null = nothing is known here.
        const OwnerRecords* records = nullptr;
        Run run;
    };
    [[nodiscard]] Target make(std::string_view target, bool is_dnssec) const;

    const ZoneContents& zone_;
    const DomainName& name_;
    /// Without and with signatures; by target in wire form.
    std::array<std::map<std::string, Target, std::less<>>, 2> targets_;
};

} // namespace suanlu::dns
