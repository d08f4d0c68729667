// SPDX-License-Identifier: Apache-2.0
// What a service name answers to each client class: which sites or anycast addresses, in which order, and
// what is said when there is no decision or nothing healthy (docs/dns.md). Pure.
#pragma once

#include "core/model/dns_view.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// Most records of an SVCB or HTTPS set: with an Ed25519 signature they fit into 1232 octets.
inline constexpr std::size_t kMostSvcbRecords = 3;

class ServiceAnswers {
public:
    /// `sites` by id. All must outlive this object.
    ServiceAnswers(const DnsService& service, const std::map<std::uint16_t, const DnsSite*>& sites,
                   const DomainName& zone, std::uint32_t ttl_s);

    /// SVCB at `_compute.SERVICE.svc`, HTTPS at `SERVICE.svc`: one set for each class.
    [[nodiscard]] Result<ClassRrset> svcb(std::uint16_t type) const;
    /// A or AAAA; nothing when neither the service nor any of its sites has such an address.
    [[nodiscard]] std::optional<ClassRrset> addresses(std::uint16_t type) const;

private:
    /// One way to reach the service; without a site it is the anycast addresses.
    struct Option {
        const DnsSite* site = nullptr;
        DnsRank rank;
    };
    using Options = std::vector<Option>;

    /// Best first; empty = there is no answer.
    [[nodiscard]] Options options_of(const DnsAnswer& answer) const;
    [[nodiscard]] Options healthy(const std::vector<DnsRank>& ranks) const;
    [[nodiscard]] Options by_fail_policy() const;
    [[nodiscard]] Result<Rrset> svcb_set(std::uint16_t type, const Options& options) const;
    [[nodiscard]] std::vector<Bytes> addresses_of(const Option& option, std::uint16_t type) const;
    template <class MakeSet>
    Result<ClassRrset> for_each_class(std::uint16_t type, const MakeSet& make_set) const;

    const DnsService& service_;
    const std::map<std::uint16_t, const DnsSite*>& sites_;
    const DomainName& zone_;
    std::uint32_t ttl_s_;
};

/// Octets of the addresses of the family that `type` (A or AAAA) asks for, each once.
std::vector<Bytes> octets_of(const std::vector<Ip6>& addresses, std::uint16_t type);

/// NAME.REGION.site.ZONE and NAME.svc.ZONE.
Result<DomainName> site_name(const DnsSite& site, const DomainName& zone);
Result<DomainName> service_name(const DnsService& service, const DomainName& zone);

} // namespace suanlu::dns
