// SPDX-License-Identifier: Apache-2.0
// The names that follow from a DnsView (docs/dns.md has the list), beside those of a master file. What
// differs between client classes is only the content of sets: each name and each type exists for everybody or
// for nobody. Quantities come quantised in the view, so that an equal part gives equal records. Pure; one
// owner.
#pragma once

#include "core/model/dns_view.hpp"
#include "dns/answer/client_classes.hpp"
#include "dns/zone/service_answers.hpp"

namespace suanlu::dns {

struct ComputedTtls {
    /// Never 0: some resolvers raise that to more (docs/dns.md).
    std::uint32_t dynamic_s = 5;
    std::uint32_t address_s = 300;
};

class ComputedZone {
public:
    explicit ComputedZone(ComputedTtls ttls = {}) : ttls_(ttls) {}

    /// Adds the names of `view` to `zone`, whose apex is the view's, and gives its SOA the serial of the
    /// view: the second in which the generation was made, the same on every server. kConflict when the master
    /// file has one of the names.
    Status add_to(ZoneContents& zone, const DnsView& view);

    /// Makes `zone`, which says the view before, say `view`; `file` is what it was before anything was added.
    /// Returns the owners that changed, without their old signatures. Nothing, and `zone` as it was, where
    /// the names, types or addresses of sites are others: then the zone is made anew as a whole.
    std::optional<std::vector<DomainName>> update(ZoneContents& zone, const ZoneContents& file,
                                                  const DnsView& view);

private:
    /// When a site last said something else.
    struct SiteState {
        DnsSite site;
        std::uint32_t generation = 0;
    };
    using Services = std::vector<std::shared_ptr<const ServiceAnswers>>;

    Status add_sites(ZoneContents& zone, const DnsView& view);
    [[nodiscard]] bool has_same_sites(const SitesById& sites) const;
    /// Those of the view, the same objects where nothing changed; nothing when their names or types did.
    [[nodiscard]] std::optional<Services> updated_services(const DomainName& apex, const DnsView& view,
                                                           const SitesById& sites) const;
    [[nodiscard]] std::optional<ZoneContents> updated_sites(const ZoneContents& zone,
                                                            const ZoneContents& file, const DnsView& view,
                                                            const SitesById& sites);

    ComputedTtls ttls_;
    std::map<std::uint16_t, SiteState> states_;
    /// Of the view that was added last.
    SitesById sites_;
    Services services_;
};

/// Prefixes of the view's classes, numbered in its order.
ClientClasses classes_of(const DnsView& view);

} // namespace suanlu::dns
