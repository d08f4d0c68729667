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

/// The second in which the view was made.
std::uint32_t serial_of(const DnsView& view);

/// Serials of a zone that follows a controller are four to the second, so that every server that follows it
/// has the same one for the same records: a view begins at the first, what is left of it when it has ended
/// (ended_view.hpp) at the third, which still comes before the next view. The other two are for changes of
/// this server's own, such as new signatures. A view that holds again after its end takes the first of the
/// next second, in which no other view was made, for an end takes seconds.
inline constexpr std::uint32_t kEndedSerialBit = 2;
std::uint32_t followed_serial_of(const DnsView& view);

class ComputedZone {
public:
    explicit ComputedZone(ComputedTtls ttls = {}) : ttls_(ttls) {}

    /// Adds the names of `view` to `zone`, whose apex is the view's, and gives its SOA the serial. kConflict
    /// when the master file has one of the names.
    Status add_to(ZoneContents& zone, const DnsView& view, std::uint32_t serial);
    Status add_to(ZoneContents& zone, const DnsView& view) { return add_to(zone, view, serial_of(view)); }

    /// Makes `zone`, which says the view before, say `view`; `file` is what it was before anything was added.
    /// Returns the owners that changed, without their old signatures. Nothing, and `zone` as it was, where
    /// the names, types or addresses of sites are others: then the zone is made anew as a whole.
    std::optional<std::vector<DomainName>> update(ZoneContents& zone, const ZoneContents& file,
                                                  const DnsView& view, std::uint32_t serial);

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
