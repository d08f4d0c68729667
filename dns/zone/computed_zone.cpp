// SPDX-License-Identifier: Apache-2.0
#include "dns/zone/computed_zone.hpp"

#include <algorithm>

#include "dns/record/records.hpp"
#include "dns/record/rr_type.hpp"
#include "dns/zone/compute_values.hpp"
#include "dns/zone/ended_view.hpp"

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
    Status add(const DomainName& owner, std::uint16_t type, std::shared_ptr<const ClassSource> source) {
        SL_TRY_VOID(check(owner, type));
        zone_.owners[owner].class_sets.emplace(type, ClassSet(std::move(source), type));
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

DomainName compute_name(const ServiceAnswers& answers) {
    return answers.owner().child("_compute").value_or({});
}

Status add_service(Adder& adder, const std::shared_ptr<const ServiceAnswers>& answers) {
    SL_TRY(const DomainName compute, answers->owner().child("_compute"));
    SL_TRY_VOID(adder.add(compute, rr_type::kSvcb, answers));
    for (const std::uint16_t type : answers->types()) {
        SL_TRY_VOID(adder.add(answers->owner(), type, answers));
    }
    return {};
}

SitesById by_id(const DnsView& view) {
    SitesById out;
    for (const auto& site : view.sites) {
        out.emplace_hint(out.end(), site->id.value, site);
    }
    return out;
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

Bytes octets_of(const DomainName& name) {
    return {name.wire().begin(), name.wire().end()};
}

/// RFC 6763 sections 9 and 11: where to browse, and for what.
Status add_browsing_domain(Adder& adder, const DomainName& zone, const DomainName& region,
                           const DomainName& type, std::uint32_t ttl_s) {
    SL_TRY(const DomainName browse, below(zone, {"b", "_dns-sd", "_udp"}));
    SL_TRY(const DomainName services, below(region, {"_services", "_dns-sd", "_udp"}));
    SL_TRY_VOID(adder.extend(browse, rr_type::kPtr, ttl_s, octets_of(region)));
    return adder.extend(services, rr_type::kPtr, ttl_s, octets_of(type));
}

/// DNS-SD (RFC 6763): the sites of a region are instances of _compute._udp there.
Status add_browsing(Adder& adder, const DomainName& zone, const DnsSite& site, const DomainName& target,
                    Bytes text, const ComputedTtls& ttls) {
    SL_TRY(const DomainName region, zone.child(site.region));
    SL_TRY(const DomainName type, below(region, {"_compute", "_udp"}));
    SL_TRY(const DomainName instance, type.child(site.name));
    SL_TRY_VOID(add_browsing_domain(adder, zone, region, type, ttls.address_s));
    SL_TRY_VOID(adder.extend(type, rr_type::kPtr, ttls.address_s, octets_of(instance)));
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

std::uint32_t serial_of(const DnsView& view) {
    return static_cast<std::uint32_t>(view.stamp.made_unix_ms / 1000);
}

std::uint32_t followed_serial_of(const DnsView& view) {
    return serial_of(view) * 2 * kEndedSerialBit + (is_ended(view) ? kEndedSerialBit : 0);
}

Status ComputedZone::add_to(ZoneContents& zone, const DnsView& view, std::uint32_t serial) {
    SL_TRY(const DomainName apex, DomainName::parse(view.zone));
    if (apex != zone.apex) {
        return Error{Errc::kConflict, "the view is of " + apex.text() + ", the zone is " + zone.apex.text()};
    }
    SL_TRY_VOID(add_sites(zone, view));
    sites_ = by_id(view);
    services_.clear();
    Adder adder(zone);
    for (const auto& service : view.services) {
        SL_TRY(auto answers, ServiceAnswers::make(service, sites_, zone.apex, ttls_.dynamic_s));
        SL_TRY_VOID(add_service(adder, answers));
        services_.push_back(std::move(answers));
    }
    set_serial(zone, serial);
    return check_zone(zone);
}

Status ComputedZone::add_sites(ZoneContents& zone, const DnsView& view) {
    Adder adder(zone);
    for (const auto& site : view.sites) {
        const auto [state, is_new] = states_.try_emplace(site->id.value);
        if (is_new || state->second.site != *site) {
            state->second = {*site, static_cast<std::uint32_t>(view.stamp.generation)};
        }
        // The controller's word is the same on every server; without it this server's own memory has to do.
        const std::uint32_t generation = site->changed != 0 ? site->changed : state->second.generation;
        SL_TRY_VOID(add_site(adder, zone.apex, *site, generation, ttls_));
    }
    return {};
}

// Other answers name the sites and, in the additional section, their addresses.
bool ComputedZone::has_same_sites(const SitesById& sites) const {
    return std::equal(
        sites.begin(), sites.end(), sites_.begin(), sites_.end(), [](const auto& one, const auto& other) {
            const DnsSite& a = *one.second;
            const DnsSite& b = *other.second;
            return one.second == other.second ||
                   (a.id == b.id && a.name == b.name && a.region == b.region && a.addresses == b.addresses);
        });
}

std::optional<ComputedZone::Services>
ComputedZone::updated_services(const DomainName& apex, const DnsView& view, const SitesById& sites) const {
    if (view.services.size() != services_.size()) {
        return std::nullopt;
    }
    Services out = services_;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i]->is_of(view.services[i], sites)) {
            continue;
        }
        auto next = ServiceAnswers::make(view.services[i], sites, apex, ttls_.dynamic_s);
        if (!next || (*next)->owner() != out[i]->owner() || (*next)->types() != out[i]->types()) {
            return std::nullopt;
        }
        out[i] = *std::move(next);
    }
    return out;
}

/// What sites say now, as far as it is something else.
std::optional<ZoneContents> ComputedZone::updated_sites(const ZoneContents& zone, const ZoneContents& file,
                                                        const DnsView& view, const SitesById& sites) {
    ZoneContents said{zone.apex, {}};
    if (sites == sites_) {
        return said;
    }
    if (!add_sites(said, view)) {
        return std::nullopt;
    }
    const auto shares_file = [&](const auto& owner) { return file.find(owner.first) != nullptr; };
    if (std::any_of(said.owners.begin(), said.owners.end(), shares_file)) {
        return std::nullopt; // rare enough to be made anew
    }
    for (auto& [owner, records] : said.owners) {
        const OwnerRecords& before = zone.owners.at(owner);
        std::erase_if(records.sets, [&](const auto& set) {
            const Rrset* known = before.find(set.first);
            return known != nullptr && known->ttl == set.second.ttl && known->rdatas == set.second.rdatas;
        });
    }
    std::erase_if(said.owners, [](const auto& owner) { return owner.second.sets.empty(); });
    return said;
}

std::optional<std::vector<DomainName>> ComputedZone::update(ZoneContents& zone, const ZoneContents& file,
                                                            const DnsView& view, std::uint32_t serial) {
    SitesById sites = by_id(view);
    const auto apex = DomainName::parse(view.zone);
    if (!apex || *apex != zone.apex || !has_same_sites(sites)) {
        return std::nullopt;
    }
    auto services = updated_services(zone.apex, view, sites);
    auto said = services ? updated_sites(zone, file, view, sites) : std::nullopt;
    if (!said) {
        return std::nullopt;
    }
    std::vector<DomainName> changed;
    for (auto& [owner, records] : said->owners) {
        for (auto& [type, set] : records.sets) {
            zone.owners.at(owner).sets.at(type) = std::move(set);
        }
        changed.push_back(owner);
    }
    for (std::size_t i = 0; i < services->size(); ++i) {
        const auto& answers = (*services)[i];
        if (answers == services_[i]) {
            continue;
        }
        const DomainName compute = compute_name(*answers);
        zone.owners.at(compute).class_sets.at(rr_type::kSvcb) = {answers, rr_type::kSvcb};
        for (const std::uint16_t type : answers->types()) {
            zone.owners.at(answers->owner()).class_sets.at(type) = {answers, type};
        }
        changed.push_back(compute);
        changed.push_back(answers->owner());
    }
    sites_ = std::move(sites);
    services_ = *std::move(services);
    if (dns::serial_of(zone) != serial) {
        set_serial(zone, serial);
        changed.push_back(zone.apex);
    }
    return changed;
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
