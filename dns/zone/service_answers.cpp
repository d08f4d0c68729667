// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/service_answers.hpp"

#include <algorithm>
#include <set>

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

bool is_address(std::uint16_t type) {
    return type == rr_type::kA || type == rr_type::kAaaa;
}

void put_hint(SvcParams& params, std::uint16_t key, const std::vector<Bytes>& addresses) {
    Bytes all;
    for (const Bytes& address : addresses) {
        put_bytes(all, address);
    }
    if (!all.empty()) {
        set_param(params, {key, std::move(all)});
    }
}

} // namespace

Result<DomainName> below(const DomainName& name, std::initializer_list<std::string_view> labels) {
    DomainName out = name;
    for (auto label = labels.end(); label != labels.begin();) {
        SL_TRY(out, out.child(*--label));
    }
    return out;
}

Result<DomainName> site_name(const DnsSite& site, const DomainName& zone) {
    return below(zone, {site.name, site.region, "site"});
}

Result<std::shared_ptr<const ServiceAnswers>> ServiceAnswers::make(std::shared_ptr<const DnsService> service,
                                                                   const SitesById& sites,
                                                                   const DomainName& zone,
                                                                   std::uint32_t ttl_s) {
    if (service->answers.empty()) {
        return Error{Errc::kBadInput, "service " + service->name + " has no answer for any class"};
    }
    SL_TRY(DomainName owner, below(zone, {service->name, "svc"}));
    std::set<std::uint16_t> named;
    for (const DnsInstance& instance : service->instances) {
        named.insert(instance.site.value);
    }
    const auto add_ranks = [&](const std::vector<DnsRank>& ranks) {
        for (const DnsRank& rank : ranks) {
            named.insert(rank.site.value);
        }
    };
    add_ranks(service->static_ranks);
    for (const DnsAnswer& answer : service->answers) {
        add_ranks(answer.ranks);
    }
    std::shared_ptr<ServiceAnswers> made(new ServiceAnswers(std::move(service), std::move(owner), ttl_s));
    for (const std::uint16_t id : named) {
        if (const auto site = sites.find(id); site != sites.end()) {
            SL_TRY(DomainName name, site_name(*site->second, zone));
            made->sites_.push_back({site->second, std::move(name)});
        }
    }
    return std::shared_ptr<const ServiceAnswers>(std::move(made));
}

bool ServiceAnswers::is_of(const std::shared_ptr<const DnsService>& service, const SitesById& sites) const {
    return (service_ == service || *service_ == *service) &&
           std::all_of(sites_.begin(), sites_.end(), [&](const Site& named) {
               const auto site = sites.find(named.site->id.value);
               return site != sites.end() && (site->second == named.site || *site->second == *named.site);
           });
}

const ServiceAnswers::Site* ServiceAnswers::find(SiteId id) const {
    const auto site = std::lower_bound(sites_.begin(), sites_.end(), id,
                                       [](const Site& each, SiteId than) { return each.site->id < than; });
    return site == sites_.end() || site->site->id != id ? nullptr : &*site;
}

ServiceAnswers::Options ServiceAnswers::healthy(const std::vector<DnsRank>& ranks) const {
    Options out;
    out.reserve(ranks.size());
    for (const DnsRank& rank : ranks) {
        const Site* site = find(rank.site);
        if (site != nullptr && site->site->is_up) {
            out.push_back({site, rank});
        }
    }
    return out;
}

ServiceAnswers::Options ServiceAnswers::by_fail_policy() const {
    Options out;
    for (const DnsInstance& instance : service_->instances) {
        const Site* site = find(instance.site);
        if (service_->fail == DnsFailPolicy::kOpen && site != nullptr) {
            out.push_back({site, {instance.site, 0, std::nullopt}});
        }
    }
    std::stable_partition(out.begin(), out.end(),
                          [](const Option& option) { return option.site->site->is_up; });
    return out;
}

/// Without a decision and without static sites nothing is known yet: that is no failure of the sites.
bool ServiceAnswers::is_undecided(const DnsAnswer& answer) const {
    return answer.basis == DnsBasis::kUndecided && service_->static_ranks.empty();
}

ServiceAnswers::Options ServiceAnswers::options_of(const DnsAnswer& answer) const {
    const bool has_anycast = answer.mode != SteeringMode::kDns && !service_->addresses.empty();
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
        sites = healthy(service_->static_ranks);
    }
    if (sites.empty() && !is_undecided(answer)) {
        sites = by_fail_policy();
    }
    if (out.empty()) {
        return sites;
    }
    out.insert(out.end(), sites.begin(), sites.end());
    return out;
}

ServiceAnswers::Options ServiceAnswers::used(std::uint16_t type, Options options) const {
    if (!is_address(type)) {
        options.resize(std::min(options.size(), kMostSvcbRecords));
        return options;
    }
    const auto first = std::find_if(options.begin(), options.end(), [&](const Option& option) {
        return !addresses_of(option, type).empty();
    });
    return first == options.end() ? Options() : Options{*first};
}

/// What is said to the class, but for the records.
ClassRrset::Variant ServiceAnswers::outcome(const DnsAnswer& answer, const Options& options,
                                            std::uint16_t type) const {
    ClassRrset::Variant out{{type, ttl_s_, {}, {}}, Rcode::kServFail, extended_error::kOther};
    const bool has_ended = answer.basis == DnsBasis::kEnded;
    if (!options.empty()) {
        out.rcode = Rcode::kNoError;
        const bool has_sites = options.back().site != nullptr; // anycast addresses do not age
        out.extended_error = has_ended && has_sites ? extended_error::kStaleAnswer : extended_error::kNone;
    } else if (has_ended) {
        out.extended_error = extended_error::kInvalidData; // "too old" (RFC 8914 section 4.25)
    } else if (is_undecided(answer)) {
        out.extended_error = extended_error::kNotReady;
    }
    return out;
}

struct ServiceAnswers::Choice {
    Rcode rcode = Rcode::kNoError;
    std::uint16_t extended_error = extended_error::kNone;
    /// Sites in their order, and what is said of the way there.
    std::vector<std::pair<const Site*, std::optional<std::uint16_t>>> sites;

    auto operator<=>(const Choice&) const = default;

    Choice(const ClassRrset::Variant& outcome, const Options& options, std::uint16_t type)
        : rcode(outcome.rcode), extended_error(outcome.extended_error) {
        sites.reserve(options.size());
        for (const Option& option : options) {
            const bool has_delay = option.rank.delay && !is_address(type);
            sites.emplace_back(option.site,
                               has_delay ? std::optional(tenths_of_ms(*option.rank.delay)) : std::nullopt);
        }
    }
};

class ServiceAnswers::Patterns {
public:
    Patterns(const ServiceAnswers& service, std::uint16_t type) : service_(service), type_(type) {}

    Bytes rdata(const Option& option, std::uint16_t priority) {
        const auto [known, is_new] = patterns_.try_emplace({option.site, option.rank.delay.has_value()});
        Pattern& pattern = known->second;
        if (is_new) {
            pattern = pattern_of(service_.svcb_record(type_, option));
        }
        Bytes out = pattern.rdata;
        put_u16(out.data(), priority);
        if (option.site != nullptr && option.rank.delay) {
            put_u16(out.data() + pattern.delay_at, tenths_of_ms(*option.rank.delay));
        }
        return out;
    }

private:
    struct Pattern {
        Bytes rdata;
        std::size_t delay_at = 0;
    };
    static Pattern pattern_of(const SvcbRecord& record) {
        constexpr std::size_t kHead = 4;        // key and length
        constexpr std::size_t kGradeOctets = 1; // in front of the delay
        Pattern out{write_svcb(record), 2 + record.target.size()};
        for (const SvcParam& param : record.params) {
            if (param.key == compute_key::net) {
                out.delay_at += kHead + kGradeOctets;
                break;
            }
            out.delay_at += kHead + param.value.size();
        }
        return out;
    }

    const ServiceAnswers& service_;
    std::uint16_t type_;
    std::map<std::pair<const Site*, bool>, Pattern> patterns_;
};

ClassRrset ServiceAnswers::set(std::uint16_t type) const {
    ClassRrset out;
    Patterns patterns(*this, type);
    std::map<Choice, std::uint16_t> known;
    for (const DnsAnswer& answer : service_->answers) {
        Options options = options_of(answer);
        ClassRrset::Variant variant = outcome(answer, options, type);
        options = used(type, std::move(options));
        const auto [choice, is_new] = known.try_emplace(Choice(variant, options, type),
                                                        static_cast<std::uint16_t>(out.variants.size()));
        if (is_new) {
            if (variant.rcode == Rcode::kNoError) {
                variant.rrset.rdatas = rdatas(type, options, patterns);
            }
            out.variants.push_back(std::move(variant));
        }
        out.variant_of_class.push_back(choice->second);
    }
    return out;
}

std::vector<Bytes> ServiceAnswers::rdatas(std::uint16_t type, const Options& options,
                                          Patterns& patterns) const {
    if (is_address(type)) {
        return options.empty() ? any_addresses(type) : addresses_of(options[0], type);
    }
    std::vector<Bytes> out;
    out.reserve(options.size());
    for (const Option& option : options) {
        out.push_back(patterns.rdata(option, static_cast<std::uint16_t>(out.size() + 1)));
    }
    return out;
}

SvcbRecord ServiceAnswers::svcb_record(std::uint16_t type, const Option& option) const {
    SvcbRecord record;
    if (option.site != nullptr) {
        record.target = option.site->name;
        const auto instance =
            std::find_if(service_->instances.begin(), service_->instances.end(),
                         [&](const DnsInstance& at) { return at.site == option.site->site->id; });
        put_compute_keys(record.params,
                         keys_of(*option.site->site,
                                 instance == service_->instances.end() ? DnsCompute{} : instance->compute,
                                 option.rank));
    } else if (type == rr_type::kSvcb) {
        record.target = owner_; // of HTTPS it is the owner itself: "."
    }
    if (service_->port != 0) {
        Bytes port;
        put_integer(port, service_->port);
        set_param(record.params, {svc_key::kPort, std::move(port)});
    }
    Bytes alpn;
    for (const std::string& protocol : service_->alpn) {
        alpn.push_back(static_cast<std::uint8_t>(protocol.size()));
        put_bytes(alpn, view_of(protocol));
    }
    if (!alpn.empty()) {
        set_param(record.params, {svc_key::kAlpn, std::move(alpn)});
    }
    put_hint(record.params, svc_key::kIpv4Hint, addresses_of(option, rr_type::kA));
    put_hint(record.params, svc_key::kIpv6Hint, addresses_of(option, rr_type::kAaaa));
    return record;
}

std::vector<Bytes> ServiceAnswers::addresses_of(const Option& option, std::uint16_t type) const {
    return octets_of(option.site == nullptr ? service_->addresses : option.site->site->addresses, type);
}

std::vector<Bytes> ServiceAnswers::any_addresses(std::uint16_t type) const {
    std::vector<Bytes> any = octets_of(service_->addresses, type);
    const bool has_network =
        std::any_of(service_->answers.begin(), service_->answers.end(),
                    [](const auto& answer) { return answer.mode == SteeringMode::kNetwork; });
    if (any.empty() && has_network && !service_->addresses.empty()) {
        return any; // a site's own address would lead those clients past the network's choice
    }
    for (const bool wants_up : {true, false}) {
        for (const DnsInstance& instance : service_->instances) {
            const Site* site = find(instance.site);
            if (any.empty() && site != nullptr && (site->site->is_up || !wants_up)) {
                any = octets_of(site->site->addresses, type);
            }
        }
    }
    return any;
}

std::vector<std::uint16_t> ServiceAnswers::types() const {
    std::vector<std::uint16_t> out{rr_type::kHttps};
    for (const std::uint16_t type : {rr_type::kA, rr_type::kAaaa}) {
        if (!any_addresses(type).empty()) {
            out.push_back(type);
        }
    }
    return out;
}

} // namespace suanlu::dns
