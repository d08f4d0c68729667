// SPDX-License-Identifier: Apache-2.0
// The names that follow from a DnsView (docs/dns.md has the list), beside those of a master file. What
// differs between client classes is only the content of sets: each name and each type exists for everybody or
// for nobody. Quantities come quantised in the view, so that an equal part gives equal records. Pure; one
// owner.
#pragma once

#include "core/model/dns_view.hpp"
#include "dns/answer/client_classes.hpp"
#include "dns/zone/zone_contents.hpp"

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

private:
    /// When a site last said something else.
    struct SiteState {
        DnsSite site;
        std::uint32_t generation = 0;
    };

    ComputedTtls ttls_;
    std::map<std::uint16_t, SiteState> states_;
};

/// Prefixes of the view's classes, numbered in its order.
ClientClasses classes_of(const DnsView& view);

} // namespace suanlu::dns
