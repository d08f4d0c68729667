// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/target_addresses.hpp"

#include <algorithm>
#include <optional>

#include "dns/record/rr_type.hpp"

namespace suanlu::dns {

namespace {

/// The octets of an uncompressed name at the beginning of `rdata`, which was read before.
std::string_view plain_name_of(ByteView rdata) {
    std::size_t end = 0;
    while (rdata[end] != 0) {
        end += rdata[end] + 1U;
    }
    return text_of(rdata.first(end + 1));
}

/// Where in rdata the name begins that additional records are about; nothing for other types.
std::optional<std::size_t> target_offset(std::uint16_t type) {
    switch (type) {
    case rr_type::kNs:
        return 0;
    case rr_type::kMx:
    case rr_type::kSvcb:
    case rr_type::kHttps:
        return 2;
    case rr_type::kSrv:
        return 6;
    default:
        return std::nullopt;
    }
}

} // namespace

std::vector<DomainName> targets_of(const Rrset& set) {
    std::vector<DomainName> out;
    const auto offset = target_offset(set.type);
    for (const Bytes& rdata : offset ? set.rdatas : std::vector<Bytes>{}) {
        WireReader reader(rdata, std::min(*offset, rdata.size()));
        if (auto name = DomainName::read_plain(reader); name && !name->is_root()) {
            out.push_back(*std::move(name));
        }
    }
    return out;
}

TargetAddresses::Target TargetAddresses::make(std::string_view target, bool is_dnssec) const {
    WireReader reader(view_of(target));
    const DomainName owner = DomainName::read_plain(reader).value_or({});
    RunWriter writer(zone_.apex, name_, false);
    const OwnerRecords* records = owner.is_root() ? nullptr : zone_.find(owner);
    for (const std::uint16_t type : {rr_type::kA, rr_type::kAaaa}) {
        const Rrset* addresses = records == nullptr ? nullptr : records->find(type);
        if (addresses != nullptr) {
            writer.add(Section::kAdditional, owner, *addresses, is_dnssec);
        }
    }
    return {records, std::move(writer).finish()};
}

void TargetAddresses::append(RunWriter& writer, const Rrset& set, bool is_dnssec) {
    const auto offset = target_offset(set.type);
    if (!offset) {
        return;
    }
    auto& targets = targets_[is_dnssec ? 1 : 0];
    std::vector<const OwnerRecords*> done;
    done.reserve(set.rdatas.size());
    for (const Bytes& rdata : set.rdatas) {
        const std::string_view name = plain_name_of(ByteView(rdata).subspan(*offset));
        auto target = targets.find(name);
        if (target == targets.end()) {
            target = targets.emplace(name, make(name, is_dnssec)).first;
        }
        const auto& [records, run] = target->second;
        if (records != nullptr && std::find(done.begin(), done.end(), records) == done.end()) {
            done.push_back(records);
            writer.append_optional(run);
        }
    }
}

} // namespace suanlu::dns
