// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/alias_path.hpp"

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

AliasPath follow_aliases(const ZoneContents& zone, const DomainName& name) {
    AliasPath path{{}, name, zone.find(name), false};
    auto& aliases = path.aliases;
    while (path.records != nullptr && path.records->find(rr_type::kCname) != nullptr &&
           aliases.size() < kMostAliases) {
        const Rrset* const alias = path.records->find(rr_type::kCname);
        if (std::find(aliases.begin(), aliases.end(), alias) != aliases.end()) {
            break; // a loop
        }
        aliases.push_back(alias);
        path.end = target_of(*alias);
        path.records = zone.cut_above(path.end) == nullptr ? zone.find(path.end) : nullptr;
    }
    path.is_open = path.records != nullptr && path.records->find(rr_type::kCname) != nullptr;
    return path;
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
