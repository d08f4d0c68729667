// SPDX-License-Identifier: Apache-2.0
// Any text as a view file: no crash, either complaints with their line or a view that holds together, and one
// that holds together makes a zone, twice the same, from which answers can be built.
#include <algorithm>

#include "dns/record/rr_type.hpp"
#include "dns/zone/answer_builder.hpp"
#include "dns/zone/computed_zone.hpp"
#include "dns/zone/view_file.hpp"
#include "message_check.hpp"

namespace {

using namespace suanlu;
using namespace suanlu::dns;
using suanlu::dns::fuzz::require;

void check(const DnsView& view) {
    require(!view.classes.empty() && !view.zone.empty());
    const auto is_known = [&](SiteId id) {
        return std::any_of(view.sites.begin(), view.sites.end(),
                           [&](const auto& site) { return site->id == id; });
    };
    for (const auto& service : view.services) {
        require(service->answers.size() == view.classes.size());
        for (const DnsAnswer& answer : service->answers) {
            for (const DnsRank& rank : answer.ranks) {
                require(is_known(rank.site));
            }
        }
        for (const DnsInstance& instance : service->instances) {
            require(is_known(instance.site));
        }
    }
}

/// What a master file has beside the computed names.
ZoneContents bare_zone(const DomainName& apex) {
    ZoneContents zone{apex, {}};
    dns::Bytes soa;
    put_bytes(soa, apex.wire());
    put_bytes(soa, apex.wire());
    put_bytes(soa, dns::Bytes(20, 1));
    zone.add({apex, rr_type::kSoa, 5, soa});
    zone.add({apex, rr_type::kNs, 5, {apex.wire().begin(), apex.wire().end()}});
    return zone;
}

void compute(const DnsView& view) {
    const auto apex = DomainName::parse(view.zone);
    if (!apex) {
        return;
    }
    ComputedZone computed;
    ZoneContents first = bare_zone(*apex);
    ZoneContents second = bare_zone(*apex);
    const Status added = computed.add_to(first, view);
    require(added.has_value() == computed.add_to(second, view).has_value());
    if (!added) {
        require(!added.error().detail.empty());
        return;
    }
    require(first.owners.size() == second.owners.size());
    for (const auto& [owner, sets] : first.owners) {
        require(owner.is_at_or_below(*apex));
    }
    require(build_answers(first, 0).owners.size() == build_answers(second, 0).owners.size());
    (void)classes_of(view);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto view = read_view_text({reinterpret_cast<const char*>(bytes), size}, "view.yaml");
    if (!view) {
        require(view.error().detail.find("view.yaml") != std::string::npos);
        return 0;
    }
    check(*view);
    compute(*view);
    return 0;
}
