// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/computed_zone.hpp"

#include "dns/record/records.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/compute_values.hpp"
#include "dns/zone/service_answers.hpp"

namespace suanlu::dns {

namespace {

/// Adds sets, and refuses those that the master file has or has delegated.
class Adder {
public:
    explicit Adder(ZoneContents& zone) : zone_(zone) {}

    /// For a set that several sites share.
    Status extend(const DomainName& owner, std::uint16_t type, std::uint32_t ttl, Bytes rdata) {
        SL_TRY_VOID(check_cut(owner));
        zone_.add({owner, type, ttl, std::move(rdata)});
        return {};
    }
    Status add(const DomainName& owner, Rrset set) {
        SL_TRY_VOID(check(owner, set.type));
        zone_.owners[owner].sets.emplace(set.type, std::move(set));
        return {};
    }
    Status add(const DomainName& owner, std::uint16_t type, ClassRrset set) {
        SL_TRY_VOID(check(owner, type));
        zone_.owners[owner].class_sets.emplace(type, std::move(set));
        return {};
    }

private:
    [[nodiscard]] Status check_cut(const DomainName& owner) const {
        const DomainName* cut = zone_.cut_above(owner);
        if (cut != nullptr) {
            return Error{Errc::kConflict,
                         owner.text() + " is computed, and the zone's file delegates " + cut->text()};
        }
        return {};
    }
    [[nodiscard]] Status check(const DomainName& owner, std::uint16_t type) const {
        SL_TRY_VOID(check_cut(owner));
        const OwnerRecords* there = zone_.find(owner);
        if (there != nullptr && (there->sets.contains(type) || there->class_sets.contains(type))) {
            return Error{Errc::kConflict,
                         owner.text() + " " + type_text(type) + " is computed, and in the zone's file too"};
        }
        return {};
    }
    ZoneContents& zone_;
};

Status add_service(Adder& adder, const DnsService& service,
                   const std::map<std::uint16_t, const DnsSite*>& sites, const DomainName& zone,
                   std::uint32_t ttl_s) {
    const ServiceAnswers answers(service, sites, zone, ttl_s);
    SL_TRY(const DomainName owner, service_name(service, zone));
    SL_TRY(const DomainName compute, owner.child("_compute"));
    SL_TRY(ClassRrset svcb, answers.svcb(rr_type::kSvcb));
    SL_TRY(ClassRrset https, answers.svcb(rr_type::kHttps));
    SL_TRY_VOID(adder.add(compute, rr_type::kSvcb, std::move(svcb)));
    SL_TRY_VOID(adder.add(owner, rr_type::kHttps, std::move(https)));
    for (const std::uint16_t type : {rr_type::kA, rr_type::kAaaa}) {
        if (auto addresses = answers.addresses(type)) {
            SL_TRY_VOID(adder.add(owner, type, *std::move(addresses)));
        }
    }
    return {};
}

Status add_addresses(Adder& adder, const DomainName& owner, const DnsSite& site, std::uint32_t ttl_s) {
    Rrset v4{rr_type::kA, ttl_s, {}, {}};
    Rrset v6{rr_type::kAaaa, ttl_s, {}, {}};
    for (Rrset* set : {&v4, &v6}) {
        set->rdatas = octets_of(site.addresses, set->type);
        if (!set->rdatas.empty()) {
            SL_TRY_VOID(adder.add(owner, std::move(*set)));
        }
    }
    return {};
}

/// DNS-SD (RFC 6763): the sites of a region are instances of _compute._udp there.
Status add_browsing(Adder& adder, const DomainName& zone, const DnsSite& site, const DomainName& target,
                    Bytes text, const ComputedTtls& ttls) {
    SL_TRY(const DomainName region, zone.child(site.region));
    SL_TRY(const DomainName transport, region.child("_udp"));
    SL_TRY(const DomainName type, transport.child("_compute"));
    SL_TRY(const DomainName instance, type.child(site.name));
    SL_TRY_VOID(adder.extend(type, rr_type::kPtr, ttls.address_s,
                             Bytes(instance.wire().begin(), instance.wire().end())));
    Bytes srv(6, 0); // no weight, no priority; the port is the service's
    put_bytes(srv, target.wire());
    SL_TRY_VOID(adder.add(instance, {rr_type::kSrv, ttls.address_s, {std::move(srv)}, {}}));
    return adder.add(instance, {rr_type::kTxt, ttls.dynamic_s, {std::move(text)}, {}});
}

Status add_site(Adder& adder, const DomainName& zone, const DnsSite& site, std::uint32_t generation,
                const ComputedTtls& ttls) {
    SL_TRY(const DomainName owner, site_name(site, zone));
    SL_TRY_VOID(add_addresses(adder, owner, site, ttls.address_s));
    const ComputeKeys keys = keys_of(site);
    CmpRecord cmp{
        static_cast<std::uint8_t>(site.is_up ? 0 : CmpRecord::kDraining), site.id.value, generation, {}};
    put_compute_keys(cmp.params, keys);
    const Bytes rdata = write_cmp(cmp);
    SL_TRY_VOID(adder.add(owner, {rr_type::kCmp, ttls.dynamic_s, {rdata}, {}}));
    SL_TRY_VOID(adder.add(owner, {rr_type::kTxt, ttls.dynamic_s, {write_txt(keys)}, {}}));
    SL_TRY(const DomainName index, owner.parent().child("_index"));
    SL_TRY_VOID(adder.extend(index, rr_type::kCmp, ttls.dynamic_s, rdata));
    return add_browsing(adder, zone, site, owner, write_txt(keys), ttls);
}

} // namespace

Status ComputedZone::add_to(ZoneContents& zone, const DnsView& view) {
    SL_TRY(const DomainName apex, DomainName::parse(view.zone));
    if (apex != zone.apex) {
        return Error{Errc::kConflict, "the view is of " + apex.text() + ", the zone is " + zone.apex.text()};
    }
    Adder adder(zone);
    std::map<std::uint16_t, const DnsSite*> sites;
    for (const auto& site : view.sites) {
        sites.emplace(site->id.value, site.get());
        const auto [state, is_new] = states_.try_emplace(site->id.value);
        if (is_new || state->second.site != *site) {
            state->second = {*site, static_cast<std::uint32_t>(view.stamp.generation)};
        }
        // The controller's word is the same on every server; without it this server's own memory has to do.
        const std::uint32_t generation = site->changed != 0 ? site->changed : state->second.generation;
        SL_TRY_VOID(add_site(adder, zone.apex, *site, generation, ttls_));
    }
    for (const auto& service : view.services) {
        SL_TRY_VOID(add_service(adder, *service, sites, zone.apex, ttls_.dynamic_s));
    }
    set_serial(zone, static_cast<std::uint32_t>(view.stamp.made_unix_ms / 1000));
    return check_zone(zone);
}

ClientClasses classes_of(const DnsView& view) {
    std::vector<std::pair<Prefix6, std::uint16_t>> prefixes;
    for (std::size_t number = 0; number < view.classes.size(); ++number) {
        for (const Prefix6& prefix : view.classes[number]->prefixes) {
            prefixes.emplace_back(prefix, static_cast<std::uint16_t>(number));
        }
    }
    return ClientClasses(prefixes);
}

} // namespace suanlu::dns
