// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/alias_chain.hpp"

#include <algorithm>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

constexpr std::size_t kMostAliases = 8;

DomainName target_of(const Rrset& alias) {
    WireReader reader(alias.rdatas[0]);
    return DomainName::read_plain(reader).value_or({});
}

} // namespace

AliasChain follow_aliases(const ZoneContents& zone, const DomainName& name) {
    AliasChain chain{{}, name, zone.find(name), false};
    auto& aliases = chain.aliases;
    while (chain.records != nullptr && chain.records->find(rr_type::kCname) != nullptr &&
           aliases.size() < kMostAliases) {
        const Rrset* const alias = chain.records->find(rr_type::kCname);
        if (std::find(aliases.begin(), aliases.end(), alias) != aliases.end()) {
            break; // a loop
        }
        aliases.push_back(alias);
        chain.end = target_of(*alias);
        chain.records = zone.cut_above(chain.end) == nullptr ? zone.find(chain.end) : nullptr;
    }
    chain.is_open = chain.records != nullptr && chain.records->find(rr_type::kCname) != nullptr;
    return chain;
}

DomainName add_aliases(RunWriter& writer, const DomainName& name, const std::vector<const Rrset*>& aliases,
                       bool is_floating, bool is_dnssec) {
    DomainName at = name;
    for (const Rrset* alias : aliases) {
        if (is_floating && alias == aliases.front()) {
            writer.add_at_question(Section::kAnswer, *alias, is_dnssec);
        } else {
            writer.add(Section::kAnswer, at, *alias, is_dnssec);
        }
        at = target_of(*alias);
    }
    return at;
}

} // namespace suanlu::dns
