// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/service_answers.hpp"

#include <algorithm>

#include "dns/record/records.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/compute_values.hpp"

namespace suanlu::dns {

std::vector<Bytes> octets_of(const std::vector<Ip6>& addresses, std::uint16_t type) {
    std::vector<Bytes> out;
    for (const Ip6& address : addresses) {
        if (address.is_mapped_v4() == (type == rr_type::kA)) {
            Bytes octets(address.bytes.begin() + (type == rr_type::kA ? 12 : 0), address.bytes.end());
            if (std::find(out.begin(), out.end(), octets) == out.end()) {
                out.push_back(std::move(octets));
            }
        }
    }
    return out;
}

namespace {

void put_hint(SvcParams& params, std::uint16_t key, const std::vector<Bytes>& addresses) {
    Bytes all;
    for (const Bytes& address : addresses) {
        put_bytes(all, address);
    }
    if (!all.empty()) {
        set_param(params, {key, std::move(all)});
    }
}

Result<DomainName> below(const DomainName& zone, std::initializer_list<std::string_view> labels) {
    DomainName name = zone;
    for (auto label = labels.end(); label != labels.begin();) {
        SL_TRY(name, name.child(*--label));
    }
    return name;
}

} // namespace

Result<DomainName> site_name(const DnsSite& site, const DomainName& zone) {
    return below(zone, {site.name, site.region, "site"});
}

Result<DomainName> service_name(const DnsService& service, const DomainName& zone) {
    return below(zone, {service.name, "svc"});
}

ServiceAnswers::ServiceAnswers(const DnsService& service,
                               const std::map<std::uint16_t, const DnsSite*>& sites, const DomainName& zone,
                               std::uint32_t ttl_s)
    : service_(service), sites_(sites), zone_(zone), ttl_s_(ttl_s) {
}

ServiceAnswers::Options ServiceAnswers::healthy(const std::vector<DnsRank>& ranks) const {
    Options out;
    for (const DnsRank& rank : ranks) {
        const auto site = sites_.find(rank.site.value);
        if (site != sites_.end() && site->second->is_up) {
            out.push_back({site->second, rank});
        }
    }
    return out;
}

ServiceAnswers::Options ServiceAnswers::by_fail_policy() const {
    Options out;
    for (const DnsInstance& instance : service_.instances) {
        const auto site = sites_.find(instance.site.value);
        if (service_.fail == DnsFailPolicy::kOpen && site != sites_.end()) {
            out.push_back({site->second, {instance.site, 0, std::nullopt}});
        }
    }
    return out;
}

ServiceAnswers::Options ServiceAnswers::options_of(const DnsAnswer& answer) const {
    const bool has_anycast = answer.mode != SteeringMode::kDns && !service_.addresses.empty();
    Options out;
    if (has_anycast) {
        out.push_back({});
    }
    if (answer.mode == SteeringMode::kNetwork && has_anycast) {
        return out;
    }
    Options sites;
    if (answer.basis == DnsBasis::kApplied) {
        sites = healthy(answer.ranks);
    } else if (answer.basis != DnsBasis::kNoShare) {
        sites = healthy(service_.static_ranks);
    }
    // Without a decision and without static sites nothing is known yet: that is no failure of the sites.
    const bool is_undecided = answer.basis == DnsBasis::kUndecided && service_.static_ranks.empty();
    if (sites.empty() && !is_undecided) {
        sites = by_fail_policy();
    }
    out.insert(out.end(), sites.begin(), sites.end());
    return out;
}

template <class MakeSet>
Result<ClassRrset> ServiceAnswers::for_each_class(std::uint16_t type, const MakeSet& make_set) const {
    ClassRrset out;
    for (const DnsAnswer& answer : service_.answers) {
        const Options options = options_of(answer);
        const bool has_ended = answer.basis == DnsBasis::kEnded;
        ClassRrset::Variant variant{{type, ttl_s_, {}, {}}, Rcode::kServFail, extended_error::kNotReady};
        if (!options.empty()) {
            SL_TRY(variant.rrset, make_set(options));
            variant.rcode = Rcode::kNoError;
            const bool has_sites = options.back().site != nullptr; // anycast addresses do not age
            variant.extended_error =
                has_ended && has_sites ? extended_error::kStaleAnswer : extended_error::kNone;
        } else if (has_ended) {
            variant.extended_error = extended_error::kInvalidData; // "too old" (RFC 8914 section 4.25)
        }
        auto same = std::find(out.variants.begin(), out.variants.end(), variant);
        if (same == out.variants.end()) {
            same = out.variants.insert(same, std::move(variant));
        }
        out.variant_of_class.push_back(static_cast<std::uint16_t>(same - out.variants.begin()));
    }
    if (out.variants.empty()) {
        return Error{Errc::kBadInput, "service " + service_.name + " has no answer for any class"};
    }
    return out;
}

Result<ClassRrset> ServiceAnswers::svcb(std::uint16_t type) const {
    return for_each_class(type, [&](const Options& options) { return svcb_set(type, options); });
}

Result<Rrset> ServiceAnswers::svcb_set(std::uint16_t type, const Options& options) const {
    Rrset set{type, ttl_s_, {}, {}};
    for (std::size_t i = 0; i < std::min(options.size(), kMostSvcbRecords); ++i) {
        const Option& option = options[i];
        SvcbRecord record{static_cast<std::uint16_t>(i + 1), {}, {}};
        if (option.site != nullptr) {
            SL_TRY(record.target, site_name(*option.site, zone_));
            const auto instance =
                std::find_if(service_.instances.begin(), service_.instances.end(),
                             [&](const DnsInstance& at) { return at.site == option.site->id; });
            put_compute_keys(record.params,
                             keys_of(*option.site,
                                     instance == service_.instances.end() ? DnsCompute{} : instance->compute,
                                     option.rank));
        } else if (type == rr_type::kSvcb) {
            SL_TRY(record.target, service_name(service_, zone_)); // of HTTPS it is the owner itself: "."
        }
        if (service_.port != 0) {
            Bytes port;
            put_integer(port, service_.port);
            set_param(record.params, {svc_key::kPort, std::move(port)});
        }
        Bytes alpn;
        for (const std::string& protocol : service_.alpn) {
            alpn.push_back(static_cast<std::uint8_t>(protocol.size()));
            put_bytes(alpn, view_of(protocol));
        }
        if (!alpn.empty()) {
            set_param(record.params, {svc_key::kAlpn, std::move(alpn)});
        }
        put_hint(record.params, svc_key::kIpv4Hint, addresses_of(option, rr_type::kA));
        put_hint(record.params, svc_key::kIpv6Hint, addresses_of(option, rr_type::kAaaa));
        set.rdatas.push_back(write_svcb(record));
    }
    return set;
}

std::vector<Bytes> ServiceAnswers::addresses_of(const Option& option, std::uint16_t type) const {
    return octets_of(option.site == nullptr ? service_.addresses : option.site->addresses, type);
}

std::optional<ClassRrset> ServiceAnswers::addresses(std::uint16_t type) const {
    // Whoever has the type for one class has it for all: then any address of the family will do.
    std::vector<Bytes> any = octets_of(service_.addresses, type);
    const bool has_network =
        std::any_of(service_.answers.begin(), service_.answers.end(),
                    [](const auto& answer) { return answer.mode == SteeringMode::kNetwork; });
    if (any.empty() && has_network && !service_.addresses.empty()) {
        return std::nullopt; // a site's own address would lead those clients past the network's choice
    }
    for (const bool wants_up : {true, false}) {
        for (const DnsInstance& instance : service_.instances) {
            const auto site = sites_.find(instance.site.value);
            if (any.empty() && site != sites_.end() && (site->second->is_up || !wants_up)) {
                any = octets_of(site->second->addresses, type);
            }
        }
    }
    if (any.empty()) {
        return std::nullopt;
    }
    auto out = for_each_class(type, [&](const Options& options) -> Result<Rrset> {
        for (const Option& option : options) {
            if (std::vector<Bytes> found = addresses_of(option, type); !found.empty()) {
                return Rrset{type, ttl_s_, std::move(found), {}};
            }
        }
        return Rrset{type, ttl_s_, any, {}};
    });
    return out ? std::optional(*std::move(out)) : std::nullopt;
}

} // namespace suanlu::dns
