// SPDX-License-Identifier: Apache-2.0
// The inventory: what the operator declares and no protocol tells (routers with their locators, sites with
// their attachments, services). Read once at start-up (inventory_file.hpp) and immutable
// afterwards; a file that contradicts itself is refused as a whole with file:line. Pure values.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/decision/dns_settings.hpp"
#include "core/model/link.hpp"
#include "core/model/plan.hpp"
#include "core/model/service.hpp"
#include "core/model/site.hpp"

namespace suanlu {

/// Extras of one link, both directions; names are routers of the inventory. With a delay it is a static link
/// that needs no IGP to be known.
struct LinkExtra {
    std::string a;
    std::string b;
    Bytes mtu{1500};
    std::optional<Microseconds> delay;
    std::uint32_t igp_metric = 10;
    std::optional<std::uint32_t> te_metric;
    /// These four hold for the links that the IGP tells between the two routers as well.
    std::vector<std::uint32_t> srlgs;
    LinkLayer layer = LinkLayer::kUnknown;
    Protection protection = Protection::kNone;
    std::string legal_area;
};

struct Inventory {
    /// SR domain block, 32 bits long (format F3216).
    Prefix6 sid_block;
    std::vector<Router> routers;
    /// Ingress name -> client class behind it; empty when it has none.
    std::map<std::string, std::string> client_classes;
    /// MTU of links whose MTU nobody told.
    Bytes core_mtu{1500};
    std::vector<LinkExtra> links;
    std::vector<Site> sites;
    std::vector<Service> services;
    /// Whose traffic comes in where.
    std::vector<TenantTag> tenants;
    /// Ingresses that probe one site themselves; two paths each every 50 ms are 2000 probes a second.
    std::uint32_t probers_per_site = 50;
    /// Sites that start without new flows.
    std::set<SiteId> drained;
    /// Service name -> weights of the fail-static state, sum kWholeShare; absent = the latest shares serve.
    std::map<std::string, std::vector<SiteShare>> static_shares;
    /// What DNS servers are told; absent = there is no computing DNS.
    std::optional<DnsSettings> dns;
    /// Routers where clients come in whom only the DNS steers -> their new flows/s of each service. They are
    /// ingresses of the split without a data plane.
    std::map<std::string, PerSecond> places;

    /// Null when nobody has that name.
    [[nodiscard]] const Router* router(std::string_view name) const;
    [[nodiscard]] const Site* site(std::string_view name) const;
    [[nodiscard]] const Site* site(SiteId id) const;
    [[nodiscard]] const Service* service(std::string_view name) const;
    [[nodiscard]] bool is_place(const std::string& router) const { return places.contains(router); }
    /// New flows come in there: it is an ingress or a place.
    [[nodiscard]] bool is_entry(const Router& router) const {
        return router.is_ingress || is_place(router.name);
    }
    /// What the inventory expects of a service at a site; null when the site does not host it.
    [[nodiscard]] static const Site::Hosted* hosted(const Site& site, std::string_view service);
    /// SIDs that this router of ours must have: End on its locator and DX6/DX4 per attachment. Empty unless
    /// its SIDs belong to the agent.
    [[nodiscard]] std::vector<LocalSid> local_sids(const Router& router) const;
    /// MTU that the inventory gives the link between two routers, whatever the direction.
    [[nodiscard]] Bytes link_mtu(std::string_view from, std::string_view to) const;
};

} // namespace suanlu
