// SPDX-License-Identifier: Apache-2.0
// What a service name answers to each client class: which sites or anycast addresses, in which order, and
// what is said when there is no decision or nothing healthy (docs/dns.md). Pure.
#pragma once

#include "core/model/dns_view.hpp"
#include "dns/record/records.hpp"
#include "dns/zone/zone_contents.hpp"

namespace suanlu::dns {

/// Most records of an SVCB or HTTPS set: with an Ed25519 signature they fit into 1232 octets.
inline constexpr std::size_t kMostSvcbRecords = 3;

using SitesById = std::map<std::uint16_t, std::shared_ptr<const DnsSite>>;

class ServiceAnswers final : public ClassSource {
public:
    /// kBadInput for a service without an answer for any class, and for names that do not fit.
    static Result<std::shared_ptr<const ServiceAnswers>> make(std::shared_ptr<const DnsService> service,
                                                              const SitesById& sites, const DomainName& zone,
                                                              std::uint32_t ttl_s);

    /// NAME.svc.ZONE.
    [[nodiscard]] const DomainName& owner() const { return owner_; }
    /// Of the sets at owner(): HTTPS, and A or AAAA where the service or any of its sites has such an
    /// address.
    [[nodiscard]] std::vector<std::uint16_t> types() const;
    /// SVCB is at `_compute.NAME.svc.ZONE`; the others at owner().
    [[nodiscard]] ClassRrset set(std::uint16_t type) const override;

    /// Made of these parts, or of equal ones.
    [[nodiscard]] bool is_of(const std::shared_ptr<const DnsService>& service, const SitesById& sites) const;

private:
    struct Site {
        std::shared_ptr<const DnsSite> site;
        DomainName name;
    };
    /// One way to reach the service; without a site it is the anycast addresses.
    struct Option {
        const Site* site = nullptr;
        DnsRank rank;
    };
    using Options = std::vector<Option>;
    /// What tells one set of records of the service from another.
    struct Choice;

    ServiceAnswers(std::shared_ptr<const DnsService> service, DomainName owner, std::uint32_t ttl_s)
        : service_(std::move(service)), owner_(std::move(owner)), ttl_s_(ttl_s) {}

    [[nodiscard]] const Site* find(SiteId id) const;
    /// Best first; empty = there is no answer.
    [[nodiscard]] Options options_of(const DnsAnswer& answer) const;
    [[nodiscard]] Options healthy(const std::vector<DnsRank>& ranks) const;
    /// Those that are up before the others.
    [[nodiscard]] Options by_fail_policy() const;
    [[nodiscard]] bool is_undecided(const DnsAnswer& answer) const;
    /// Those that records of the type are made of.
    [[nodiscard]] Options used(std::uint16_t type, Options options) const;
    [[nodiscard]] ClassRrset::Variant outcome(const DnsAnswer& answer, const Options& options,
                                              std::uint16_t type) const;
    /// Of SVCB records to each site, with a delay of their own and without: classes differ in little else.
    class Patterns;
    [[nodiscard]] std::vector<Bytes> rdatas(std::uint16_t type, const Options& options,
                                            Patterns& patterns) const;
    [[nodiscard]] SvcbRecord svcb_record(std::uint16_t type, const Option& option) const;
    [[nodiscard]] std::vector<Bytes> addresses_of(const Option& option, std::uint16_t type) const;
    /// Whoever has the type for one class has it for all: then any address of the family will do.
    [[nodiscard]] std::vector<Bytes> any_addresses(std::uint16_t type) const;

    std::shared_ptr<const DnsService> service_;
    DomainName owner_;
    std::uint32_t ttl_s_;
    /// All that are named, by id.
    std::vector<Site> sites_;
};

/// Octets of the addresses of the family that `type` (A or AAAA) asks for, each once.
std::vector<Bytes> octets_of(const std::vector<Ip6>& addresses, std::uint16_t type);

/// NAME.REGION.site.ZONE.
/// `labels`, first to last, in front of `name`.
Result<DomainName> below(const DomainName& name, std::initializer_list<std::string_view> labels);
Result<DomainName> site_name(const DnsSite& site, const DomainName& zone);

} // namespace suanlu::dns
