// SPDX-License-Identifier: Apache-2.0
// The inventory's section `dns`: what the operator says of names, client classes and sites that no report
// and no protocol tells. Read once at start-up (controller/app/inventory_dns.hpp), immutable. Pure values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/dns_view.hpp"

namespace suanlu {

struct DnsClassSettings {
    /// Its ingress is the router whose decision it follows: one that steers, or the place where the clients
    /// come in.
    DnsClientClass head;
    /// Nobody steers these clients but the DNS: the place is an ingress of the split without a data plane.
    bool is_place = false;
    /// Absent = each service's own mode.
    std::optional<SteeringMode> mode;
    /// Expected of each service, for a place: no agent counts there.
    PerSecond flows{0};
};

struct DnsSiteSettings {
    std::string region = "core";
    /// Empty = the site's address.
    std::vector<Ip6> addresses;
    std::optional<DnsAccess> access;
    /// What reports do not say: grade, price, energy, and of `inference` what one worker makes.
    DnsCompute stated;
};

struct DnsServiceSettings {
    std::vector<std::string> alpn;
    DnsFailPolicy fail = DnsFailPolicy::kOpen;
    /// By class; absent = the class's mode, then the service's.
    std::map<std::string, SteeringMode> modes;
};

struct DnsSettings {
    std::string zone;
    Seconds validity{30};
    std::vector<DnsClassSettings> classes;
    /// By name; absent = nothing but the defaults.
    std::map<std::string, DnsSiteSettings> sites;
    std::map<std::string, DnsServiceSettings> services;

    [[nodiscard]] SteeringMode mode(const Service& service, const DnsClassSettings& of) const {
        if (const auto row = services.find(service.name); row != services.end()) {
            if (const auto own = row->second.modes.find(of.head.name); own != row->second.modes.end()) {
                return own->second;
            }
        }
        return of.is_place ? SteeringMode::kDns : of.mode.value_or(service.steering);
    }
};

} // namespace suanlu
